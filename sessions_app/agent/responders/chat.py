"""Answers by any OpenAI-compatible chat endpoint, streamed.

https://platform.openai.com/docs/api-reference/chat/streaming
"""

import asyncio
import random
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

from sessions_app.agent.budget import estimate, newest_within
from sessions_app.agent.responders.base import Conversation, Message, Responder
from sessions_app.agent.tools import Tool, load_tools
from sessions_app.core.errors import ResponderError, ResponderUnavailableError
from sessions_app.core.events import Speaker
from sessions_app.core.persona import Persona
from sessions_app.core.text import clean

MOST_ROUNDS = 4
"""How often a model may ask for tools within one answer."""

VOICE_RULES = (
    "You speak with the caller on the telephone, in the language {language}. Answer in one to "
    "three short sentences, as people talk. Use no lists, no markup and no emoji. What the caller "
    "says comes from a speech recogniser and may hold wrong words."
)
CUT = " [interrupted by the caller]"
OPTIONS = ("model", "temperature", "max_tokens", "tools")
"""What an agent may have of its own."""

REFUSALS = frozenset({400, 401, 403, 404, 422})


@dataclass(slots=True)
class _Asked:
    """A tool call that comes in pieces."""

    identity: str = ""
    name: str = ""
    arguments: str = ""


@dataclass(slots=True)
class _Round:
    """What one request brought."""

    text: str = ""
    finished: bool = False
    asked: dict[int, _Asked] = field(default_factory=dict)


class ChatResponder(Responder):
    """Streams the model's answer; closing it closes the model's stream.

    An agent's `responder_options` may name another model, temperature, max_tokens or tools.
    A failure before the first token is tried again `retries` times. `tools` are those an agent
    has unless it says otherwise; `known_tools` is VOICE["TOOLS"].
    """

    def __init__(
        self,
        *,
        model: str,
        base_url: str | None = None,
        api_key: str = "none",
        temperature: float = 0.6,
        max_tokens: int = 300,
        context_tokens: int = 6000,
        first_token_timeout_s: float = 8.0,
        token_timeout_s: float = 5.0,
        retries: int = 1,
        tools: Sequence[str] = (),
        known_tools: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> None:
        import openai  # noqa: PLC0415 - two seconds that only its users should pay

        self._openai = openai
        self._client = openai.AsyncOpenAI(base_url=base_url, api_key=api_key, max_retries=0)
        self._usual = {"model": model, "temperature": temperature, "max_tokens": max_tokens}
        self._context_tokens = context_tokens
        self._first_s = first_token_timeout_s
        self._token_s = token_timeout_s
        self._retries = retries
        self._known = load_tools(known_tools or {})
        self._tools = tuple(tools)
        self._tools_of(tools)

    async def stream(self, conversation: Conversation) -> AsyncGenerator[str, None]:
        options = _options(conversation.persona)
        tools = self._tools_of(options.pop("tools", self._tools))
        request = {**self._usual, **options, "messages": self._messages(conversation)}
        if tools:
            request["tools"] = [tool.as_openai() for tool in tools.values()]
        for number in range(MOST_ROUNDS + 1):
            if tools and number == MOST_ROUNDS:
                request["tool_choice"] = "none"
            brought = _Round()
            async with aclosing(self._round(request, brought)) as tokens:
                async for token in tokens:
                    yield token
            if not brought.asked:
                return
            done = await self._use(brought, tools, conversation)
            request["messages"] = [*request["messages"], *done]

    def check(self, persona: Persona) -> None:
        """Raises ResponderError for an option or a tool that there is not."""
        self._tools_of(_options(persona).get("tools", self._tools))

    async def aclose(self) -> None:
        await self._client.close()

    # -- the request ----------------------------------------------------------------------

    def _tools_of(self, names: Sequence[str]) -> dict[str, Tool]:
        missing = [name for name in names if name not in self._known]
        if missing:
            known = ", ".join(self._known) or "none"
            raise ResponderError(f"There is no tool {missing[0]!r} in VOICE['TOOLS']: {known}.")
        return {name: self._known[name] for name in names}

    def _messages(self, conversation: Conversation) -> list[dict[str, Any]]:
        persona = conversation.persona
        rules = VOICE_RULES.format(language=persona.language)
        system = f"{persona.prompt}\n\n{rules}".strip()
        left = self._context_tokens - estimate(system)
        told = _by_turns(newest_within(conversation.messages, left))
        if told and told[0]["role"] == "assistant":
            # many models' templates want the caller to speak first
            system = f"{system}\n\nYou began with: {told.pop(0)['content']}"
        return [{"role": "system", "content": system}, *told]

    # -- the answer -----------------------------------------------------------------------

    async def _round(self, request: dict[str, Any], brought: _Round) -> AsyncGenerator[str, None]:
        """Yields the text of one request; tools that are asked for gather in `brought`."""
        stream, first = await self._opened(request)
        try:
            chunk: Any = first
            while chunk is not None:
                text = _take(chunk, brought)
                if text:
                    yield text
                # what comes after the end, such as a count of tokens, is not waited for
                done = brought.finished
                chunk = None if done else await self._next(stream, self._token_s)
            if not brought.finished:
                raise ResponderUnavailableError("The model's server stopped in mid-answer.")
        finally:
            await _closed(stream)

    async def _opened(self, request: dict[str, Any]) -> tuple[Any, Any]:
        """Returns a stream and its first chunk; tries again what may succeed."""
        attempt = 0
        while True:
            try:
                return await self._open(request)
            except ResponderUnavailableError:
                attempt += 1
                if attempt > self._retries:
                    raise
                await asyncio.sleep(0.1 * 2**attempt * random.uniform(0.5, 1.5))

    async def _open(self, request: dict[str, Any]) -> tuple[Any, Any]:
        stream: Any = None
        try:
            async with asyncio.timeout(self._first_s):
                stream = await self._client.chat.completions.create(**request, stream=True)
                first = await _chunk(stream)
                # most servers say who speaks before they say anything
                while first is not None and not _says_something(first):
                    first = await _chunk(stream)
        except BaseException as error:
            if stream is not None:
                await _closed(stream)
            raise self._meaning(error) from error
        if first is None:
            await _closed(stream)
            raise ResponderUnavailableError("The model's server sent an empty answer.")
        return stream, first

    async def _next(self, stream: Any, limit_s: float) -> Any:
        try:
            async with asyncio.timeout(limit_s):
                return await _chunk(stream)
        except (asyncio.CancelledError, GeneratorExit):
            raise
        except BaseException as error:
            raise self._meaning(error) from error

    def _meaning(self, error: BaseException) -> BaseException:
        """Returns what a failure means: for good, for now, or nothing of the model's."""
        if isinstance(error, ResponderError):
            return error
        if isinstance(error, self._openai.APIStatusError):
            status = error.status_code
            if status in REFUSALS:
                return ResponderError(
                    f"The model's server refused the request ({status}): check base_url, api_key "
                    "and model in VOICE['RESPONDERS']."
                )
            return ResponderUnavailableError(f"The model's server failed ({status}).")
        if isinstance(error, TimeoutError | self._openai.APITimeoutError):
            return ResponderUnavailableError("The model's server is too slow.")
        if isinstance(error, Exception):
            return ResponderUnavailableError(
                f"The model's server cannot be used ({type(error).__name__})."
            )
        return error

    # -- tools ------------------------------------------------------------------------------

    async def _use(
        self, brought: _Round, tools: Mapping[str, Tool], conversation: Conversation
    ) -> list[dict[str, Any]]:
        """Returns the messages that tell the model what its tools brought."""
        calls = [
            {
                "id": asked.identity or f"call_{index}",
                "type": "function",
                "function": {"name": clean(asked.name), "arguments": clean(asked.arguments)},
            }
            for index, asked in sorted(brought.asked.items())
        ]
        told: list[dict[str, Any]] = [
            {"role": "assistant", "content": clean(brought.text) or None, "tool_calls": calls}
        ]
        for call in calls:
            function: Any = call["function"]
            tool = tools.get(function["name"])
            if tool is None:
                result = f"Error: there is no tool {function['name']!r}."
            else:
                result = await tool.run(conversation.host, function["arguments"])
            told.append({"role": "tool", "tool_call_id": call["id"], "content": result})
        return told


def _by_turns(messages: Sequence[Message]) -> list[dict[str, Any]]:
    """Returns the messages with each side's in a row as one: templates want them by turns."""
    told: list[dict[str, Any]] = []
    for message in map(_told, messages):
        if told and told[-1]["role"] == message["role"]:
            told[-1]["content"] += f" {message['content']}"
        else:
            told.append(message)
    return told


def _told(message: Message) -> dict[str, Any]:
    if message.speaker is Speaker.CALLER:
        return {"role": "user", "content": message.text}
    cut = CUT if message.interrupted else ""
    return {"role": "assistant", "content": f"{message.text}{cut}"}


async def _chunk(stream: Any) -> Any:
    """Returns the stream's next chunk; None at its end."""
    return await anext(stream, None)


async def _closed(stream: Any) -> None:
    """Closes the connection, and the client's own generator, which it leaves to chance."""
    await stream.close()
    await stream._iterator.aclose()


def _options(persona: Persona) -> dict[str, Any]:
    """Returns an agent's own options; raises ResponderError for one that there is not."""
    options = dict(persona.responder_options)
    unknown = [name for name in options if name not in OPTIONS]
    if unknown:
        known = ", ".join(OPTIONS)
        raise ResponderError(f"The agent has an unknown option {unknown[0]!r}; there are: {known}.")
    return options


def _says_something(chunk: Any) -> bool:
    choice = _choice(chunk)
    if choice is None:
        return False
    delta = choice.delta
    return bool(delta.content or delta.tool_calls or choice.finish_reason is not None)


def _choice(chunk: Any) -> Any:
    """Returns the first choice; None for a chunk without any, such as one that counts tokens."""
    choices = getattr(chunk, "choices", None)
    if choices is None:
        raise ResponderUnavailableError("The model's server sends no chat completions.")
    choice = choices[0] if choices else None
    if choice is not None and getattr(choice, "delta", None) is None:
        raise ResponderUnavailableError("The model's server sends no chat completions.")
    return choice


def _take(chunk: Any, brought: _Round) -> str:
    """Returns the chunk's text; keeps what else it says in `brought`."""
    choice = _choice(chunk)
    if choice is None:
        return ""
    brought.finished = brought.finished or choice.finish_reason is not None
    _gather(choice.delta, brought)
    text = choice.delta.content or ""
    brought.text += text
    return str(text)


def _gather(delta: Any, brought: _Round) -> None:
    for piece in delta.tool_calls or ():
        asked = brought.asked.setdefault(piece.index, _Asked())
        asked.identity = piece.id or asked.identity
        if piece.function is not None:
            asked.name += piece.function.name or ""
            asked.arguments += piece.function.arguments or ""
