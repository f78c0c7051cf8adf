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

MOST_ROUNDS = 4
"""How often a model may ask for tools within one answer."""

VOICE_RULES = (
    "You speak with the caller on the telephone, in the language {language}. Answer in one to "
    "three short sentences, as people talk. Use no lists, no markup and no emoji. What the caller "
    "says comes from a speech recogniser and may hold wrong words."
)
CUT = " [interrupted by the caller]"
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
        options = dict(conversation.persona.responder_options)
        tools = self._tools_of(options.pop("tools", self._tools))
        request = {**self._usual, **options, "messages": self._messages(conversation)}
        if tools:
            request["tools"] = [tool.as_openai() for tool in tools.values()]
        for _ in range(MOST_ROUNDS):
            brought = _Round()
            async with aclosing(self._round(request, brought)) as tokens:
                async for token in tokens:
                    yield token
            if not brought.asked:
                return
            done = await self._use(brought, tools, conversation)
            request["messages"] = [*request["messages"], *done]

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
        kept = newest_within(conversation.messages, left)
        return [{"role": "system", "content": system}, *(_told(message) for message in kept)]

    # -- the answer -----------------------------------------------------------------------

    async def _round(self, request: dict[str, Any], brought: _Round) -> AsyncGenerator[str, None]:
        """Yields the text of one request; tools that are asked for gather in `brought`."""
        stream, first = await self._opened(request)
        try:
            chunk: Any = first
            while chunk is not None:
                for choice in chunk.choices[:1]:
                    brought.finished = brought.finished or choice.finish_reason is not None
                    _gather(choice.delta, brought)
                    if choice.delta.content:
                        brought.text += choice.delta.content
                        yield choice.delta.content
                chunk = await self._next(stream, self._token_s)
            if not brought.finished:
                raise ResponderUnavailableError("The model's server stopped in mid-answer.")
        finally:
            await stream.close()

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
                first = await anext(aiter(stream), None)
        except BaseException as error:
            if stream is not None:
                await stream.close()
            raise self._meaning(error) from error
        if first is None:
            await stream.close()
            raise ResponderUnavailableError("The model's server sent an empty answer.")
        return stream, first

    async def _next(self, stream: Any, limit_s: float) -> Any:
        try:
            async with asyncio.timeout(limit_s):
                return await anext(aiter(stream), None)
        except (asyncio.CancelledError, GeneratorExit):
            raise
        except BaseException as error:
            raise self._meaning(error) from error

    def _meaning(self, error: BaseException) -> BaseException:
        """Returns what a failure means: for good, for now, or nothing of the model's."""
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
                "function": {"name": asked.name, "arguments": asked.arguments},
            }
            for index, asked in sorted(brought.asked.items())
        ]
        told: list[dict[str, Any]] = [
            {"role": "assistant", "content": brought.text or None, "tool_calls": calls}
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


def _told(message: Message) -> dict[str, Any]:
    if message.speaker is Speaker.CALLER:
        return {"role": "user", "content": message.text}
    cut = CUT if message.interrupted else ""
    return {"role": "assistant", "content": f"{message.text}{cut}"}


def _gather(delta: Any, brought: _Round) -> None:
    for piece in delta.tool_calls or ():
        asked = brought.asked.setdefault(piece.index, _Asked())
        asked.identity = piece.id or asked.identity
        if piece.function is not None:
            asked.name += piece.function.name or ""
            asked.arguments += piece.function.arguments or ""
