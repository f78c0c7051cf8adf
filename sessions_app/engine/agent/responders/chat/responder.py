"""Streams answers from any OpenAI-compatible chat endpoint.

https://platform.openai.com/docs/api-reference/chat/streaming
"""

import asyncio
import logging
import random
from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from typing import Any

from sessions_app.engine.agent.budget import estimate, newest_within
from sessions_app.engine.agent.responders.base import Anew, Conversation, Message, Responder
from sessions_app.engine.agent.responders.chat.beginnings import Beginnings
from sessions_app.engine.agent.responders.chat.counting import count_answer, count_unread
from sessions_app.engine.agent.responders.chat.refusals import STATUSES, Refusals, refused_parameter
from sessions_app.engine.agent.responders.chat.stream import EMPTY, ChatStream
from sessions_app.engine.agent.tools import Tool, load_tools
from sessions_app.engine.core.agent_config import AgentConfig
from sessions_app.engine.core.errors import ResponderError, ResponderUnavailableError
from sessions_app.engine.core.events import Speaker
from sessions_app.engine.text.cleaning import clean, cleaned
from sessions_app.engine.text.writing import join_sentences

logger = logging.getLogger(__name__)

MOST_ROUNDS = 4
"""How often a model may ask for tools within one answer."""

VOICE_RULES = (
    "You speak with the caller on the telephone, in the language {language}. Answer in one to "
    "three short sentences, as people talk. Use no lists, no markup and no emoji. What the caller "
    "says comes from a speech recogniser and may hold wrong words."
)
WHISPERED = (
    "A supervisor, whom the caller cannot hear, tells you during this call:\n{told}\n"
    "Follow this in your next answers; where two differ, the later one counts. Do not read it out, "
    "and do not mention the supervisor."
)
CUT = " [interrupted by the caller]"
OPTIONS = ("model", "temperature", "max_tokens", "tools")
"""Names that an agent's `responder_options` may have."""

REFUSALS = frozenset({400, 401, 403, 404, 422})
END_S = 0.5
"""How long after its `finish_reason` a server may take to end the stream, or to continue it."""


class ChatResponder(Responder):
    """Streams the model's answer; closing it closes the model's stream.

    An agent's `responder_options` may set another model, temperature, max_tokens or tools. A
    request that fails before the first token is repeated up to `retries` times. A model that thinks
    before it speaks may take `thought_timeout_s` for that. Which parameters a model refuses and how
    it begins its thoughts is learnt once per process. With `ask_usage` the server is asked for its
    token counts, which some report anyway; otherwise they are estimated. `tools` are an agent's
    unless it sets its own; `known_tools` is VOICE["TOOLS"].
    """

    heeds_whispers = True

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
        thought_timeout_s: float = 30.0,
        retries: int = 1,
        tools: Sequence[str] = (),
        known_tools: Mapping[str, Mapping[str, Any]] | None = None,
        ask_usage: bool = False,
    ) -> None:
        import openai  # noqa: PLC0415 - two seconds that only its users should pay

        self._openai = openai
        self._client = openai.AsyncOpenAI(base_url=base_url, api_key=api_key, max_retries=0)
        self._defaults: dict[str, Any] = {
            "model": model,
            "temperature": temperature,
            "max_tokens": max_tokens,
        }
        if ask_usage:
            self._defaults["stream_options"] = {"include_usage": True}
        self._context_tokens = context_tokens
        self._first_s = first_token_timeout_s
        self._token_s = token_timeout_s
        self._thought_s = thought_timeout_s
        self._refusals = Refusals()
        self._beginnings = Beginnings()
        self._retries = retries
        self._known_tools = load_tools(known_tools or {})
        self._tools = tuple(tools)
        self._tools_named(tools)

    async def stream(self, conversation: Conversation) -> AsyncGenerator[str, None]:
        options = _options(conversation.agent_config)
        tools = self._tools_named(options.pop("tools", self._tools))
        request = {**self._defaults, **options, "messages": self._messages(conversation)}
        if tools:
            request["tools"] = [tool.as_openai() for tool in tools.values()]
        said = False
        for number in range(MOST_ROUNDS + 1):
            if tools and number == MOST_ROUNDS:
                request["tool_choice"] = "none"
            answer = await self._begun(request, conversation, said=said)
            try:
                async with aclosing(self._texts(answer)) as texts:
                    async for text in texts:
                        if isinstance(text, Anew):  # learnt at once, as the caller may interrupt
                            self._beginnings.note(str(request["model"]), began_in_thought=True)
                        yield text
            finally:
                count_answer(conversation.usage, request, answer)
            said = said or bool(answer.text.strip())
            if answer.began_in_thought or answer.whole:
                self._beginnings.note(
                    str(request["model"]), began_in_thought=answer.began_in_thought
                )
            if not answer.calls:
                _check_answer(answer)
                return
            results = await self._use_tools(answer, tools, conversation)
            request["messages"] = [*request["messages"], *results]
        raise ResponderError("The model asked for its tools again and again.")

    def check(self, config: AgentConfig) -> None:
        """Raises ResponderError for an unknown option or tool."""
        self._tools_named(_options(config).get("tools", self._tools))

    async def aclose(self) -> None:
        await self._client.close()

    # -- the request ----------------------------------------------------------------------

    def _tools_named(self, names: Sequence[str]) -> dict[str, Tool]:
        """Returns the tools by name; raises ResponderError for an unknown one."""
        missing = [name for name in names if name not in self._known_tools]
        if missing:
            known = ", ".join(self._known_tools) or "none"
            raise ResponderError(f"There is no tool {missing[0]!r} in VOICE['TOOLS']: {known}.")
        return {name: self._known_tools[name] for name in names}

    def _messages(self, conversation: Conversation) -> list[dict[str, Any]]:
        """Returns the system prompt and the newest messages that fit."""
        config = conversation.agent_config
        rules = VOICE_RULES.format(language=config.language)
        system = f"{config.prompt}\n\n{rules}".strip()
        if conversation.whispers:
            told = "\n".join(f"- {text}" for text in conversation.whispers)
            system = f"{system}\n\n{WHISPERED.format(told=told)}"
        left = self._context_tokens - estimate(system)
        messages = _alternating(newest_within(conversation.messages, left))
        if messages and messages[0]["role"] == "assistant":
            # many models' templates require the caller to speak first
            system = f"{system}\n\nYou began with: {messages.pop(0)['content']}"
        return [{"role": "system", "content": system}, *messages]

    # -- the answer -----------------------------------------------------------------------

    async def _texts(self, answer: ChatStream) -> AsyncGenerator[str, None]:
        """Yields the text of one request, to its end."""
        try:
            text: str | None = answer.text
            while text is not None:
                if text or isinstance(text, Anew):
                    yield text
                text = await self._next_text(answer)
        finally:
            await answer.aclose()

    async def _begun(
        self, request: Mapping[str, Any], conversation: Conversation, *, said: bool
    ) -> ChatStream:
        """Returns an answer that has begun; counts a request that is given up before."""
        try:
            return await self._open_answer(request, said=said)
        except asyncio.CancelledError:  # the server reads it all the same
            count_unread(conversation.usage, request)
            raise

    async def _open_answer(self, request: Mapping[str, Any], *, said: bool) -> ChatStream:
        """Returns an answer that has begun; retries failures that may pass.

        An empty answer is a failure, unless something was `said` before tools were called.
        """
        attempt = 0
        while True:
            try:
                answer = await self._send(request)
                return answer if said else await self._not_empty(answer)
            except ResponderUnavailableError:
                attempt += 1
                if attempt > self._retries:
                    raise
                await asyncio.sleep(0.1 * 2**attempt * random.uniform(0.5, 1.5))

    async def _not_empty(self, answer: ChatStream) -> ChatStream:
        """Returns the answer; raises ResponderUnavailableError if it ended without any text."""
        try:
            while answer.finished and answer.empty:
                if await self._next_text(answer) is None:
                    raise ResponderUnavailableError(EMPTY)
        except BaseException:
            await answer.aclose()
            raise
        return answer

    async def _send(self, request: Mapping[str, Any]) -> ChatStream:
        """Sends the request, and again without each parameter that the model refuses."""
        while True:
            sent = self._refusals.without(request)
            try:
                return await self._open(sent)
            except self._openai.APIStatusError as error:
                status = error.status_code
                name = refused_parameter(error.body, sent) if status in STATUSES else ""
                how = self._refusals.learn(sent, name)
                if not how:
                    raise _refusal(status, name) from error
                logger.warning("the model's server refuses %s (%s): asked %s", name, status, how)

    async def _open(self, sent: Mapping[str, Any]) -> ChatStream:
        """Opens the stream and reads it up to its first text, call or end."""
        answer: ChatStream | None = None
        start_s = asyncio.get_running_loop().time()
        try:
            async with asyncio.timeout(self._first_s) as limit:
                create = self._client.chat.completions.with_streaming_response.create
                response = await create(**sent, stream=True).__aenter__()
                in_thought = self._beginnings.begins_in_thought(str(sent["model"]))
                tools = [tool["function"]["name"] for tool in sent.get("tools", ())]
                answer = ChatStream(response, in_thought=in_thought, tools=tools)
                # most servers send an empty chunk with the role first
                while await answer.read() == "" and not (answer.calls or answer.finished):
                    if answer.thought:
                        limit.reschedule(start_s + max(self._first_s, self._thought_s))
        except BaseException as error:
            if answer is not None:
                await answer.aclose()
            if isinstance(error, self._openai.APIStatusError):
                raise
            raise self._as_responder_error(error) from error
        return answer

    async def _next_text(self, answer: ChatStream) -> str | None:
        """Returns the next text within the time limit; None at the end."""
        limit_s = END_S if answer.finished else self._token_s
        try:
            async with asyncio.timeout(limit_s):
                return await answer.read()
        except (asyncio.CancelledError, GeneratorExit):
            raise
        except TimeoutError as error:
            if answer.finished:
                return answer.end()
            raise self._as_responder_error(error) from error
        except BaseException as error:
            raise self._as_responder_error(error) from error

    def _as_responder_error(self, error: BaseException) -> BaseException:
        """Returns a failure as a ResponderError; cancellations and the like unchanged."""
        if isinstance(error, ResponderError):
            return error
        if isinstance(error, TimeoutError | self._openai.APITimeoutError):
            return ResponderUnavailableError("The model's server is too slow.")
        if isinstance(error, Exception):
            return ResponderUnavailableError(
                f"The model's server cannot be used ({type(error).__name__})."
            )
        return error

    # -- tools ------------------------------------------------------------------------------

    async def _use_tools(
        self, answer: ChatStream, tools: Mapping[str, Tool], conversation: Conversation
    ) -> list[dict[str, Any]]:
        """Runs the tools that an answer calls; returns the messages with their results."""
        calls = cleaned(answer.calls.as_openai())
        messages: list[dict[str, Any]] = [
            {"role": "assistant", "content": clean(answer.text) or None, "tool_calls": calls}
        ]
        for call in calls:
            function: Any = call["function"]
            tool = tools.get(function["name"])
            if tool is None:
                result = f"Error: there is no tool {function['name']!r}."
            else:
                result = await tool.run(conversation.host, function["arguments"])
            messages.append({"role": "tool", "tool_call_id": call["id"], "content": result})
        return messages


def _refusal(status: int, name: str) -> ResponderError:
    """Returns the error for an HTTP status and the refused parameter, if known."""
    if status not in REFUSALS:
        return ResponderUnavailableError(f"The model's server failed ({status}).")
    if name:
        return ResponderError(
            f"The model's server refused {name!r} ({status}): change it in the agent's "
            "responder_options, or in VOICE['RESPONDERS']."
        )
    return ResponderError(
        f"The model's server refused the request ({status}): check base_url, api_key "
        "and model in VOICE['RESPONDERS']."
    )


def _alternating(messages: Sequence[Message]) -> list[dict[str, Any]]:
    """Returns the messages with successive ones of a side merged: templates require turns."""
    merged: list[dict[str, Any]] = []
    for message in map(_as_openai, messages):
        if merged and merged[-1]["role"] == message["role"]:
            merged[-1]["content"] = join_sentences((merged[-1]["content"], message["content"]))
        else:
            merged.append(message)
    return merged


def _as_openai(message: Message) -> dict[str, Any]:
    if message.speaker is Speaker.CALLER:
        return {"role": "user", "content": message.text}
    cut = CUT if message.interrupted else ""
    return {"role": "assistant", "content": f"{message.text}{cut}"}


def _check_answer(answer: ChatStream) -> None:
    """Raises ResponderError for an answer of thoughts only, or with an unusable call."""
    if answer.has_unusable_call:
        raise ResponderError(
            "The model wrote a call of a tool into its answer that the agent does not have, or "
            "that cannot be read. Switch on a parser for this model's tool calls at its server."
        )
    if answer.thought and not answer.text.strip():
        raise ResponderError(
            "The model used up its tokens thinking and said nothing. Give it more max_tokens, or "
            "switch its thoughts off at its server."
        )


def _options(config: AgentConfig) -> dict[str, Any]:
    """Returns an agent's own options; raises ResponderError for an unknown one."""
    options = dict(config.responder_options)
    unknown = [name for name in options if name not in OPTIONS]
    if unknown:
        known = ", ".join(OPTIONS)
        raise ResponderError(f"The agent has an unknown option {unknown[0]!r}; there are: {known}.")
    return options
