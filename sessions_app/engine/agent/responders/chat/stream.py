"""Reads one streamed answer of an OpenAI-compatible server, in any of the shapes in use.

https://platform.openai.com/docs/api-reference/chat/streaming;
https://html.spec.whatwg.org/multipage/server-sent-events.html
"""

import asyncio
import json
import re
from codecs import BOM_UTF8
from collections.abc import AsyncGenerator, AsyncIterator, Collection, Mapping
from contextlib import aclosing, suppress
from typing import Any

from sessions_app.engine.agent.responders.base import Anew
from sessions_app.engine.agent.responders.chat.breaks import (
    BROKE_OFF,
    FAILED,
    failure_of,
    says_error,
)
from sessions_app.engine.agent.responders.chat.content import Content
from sessions_app.engine.agent.responders.chat.tool_calls import ToolCalls
from sessions_app.engine.core.errors import ResponderUnavailableError
from sessions_app.engine.core.usage import counted_tokens

DONE = "[DONE]"
NOTHING = "null"
"""An event that only keeps the connection open."""

LONGEST_EVENT = 1_000_000
"""Bytes; a longer line is no chunk of a chat completion."""

_LINE_ENDS = re.compile(rb"\r\n|\n|\r(?!\Z)")
"""A CR at the end of the data may be half of a CR LF."""

DRAIN_S = 0.05
"""How long a response may take to end after `[DONE]`."""

NO_CHAT = "The model's server does not answer with chat completions."
EMPTY = "The model's server sent an empty answer."
NO_REASONS = ("", "null")
"""What some servers send before there is a `finish_reason`."""

THOUGHTS = ("reasoning_content", "reasoning", "thinking")
"""Keys for a model's thoughts, on servers that parse them."""


class ChatStream:
    """Reads one response to its end; `aclose` ends it anywhere.

    An answer ends with a `finish_reason` or with `[DONE]`. Without either it broke off; so did one
    with a reason listed in breaks.py. `tools` are the names of those that the model may call.
    `in_thought`: the text begins within a thought.
    """

    def __init__(
        self, response: Any, *, in_thought: bool = False, tools: Collection[str] = ()
    ) -> None:
        self._response = response
        self._events = _events(response)
        self.calls = ToolCalls()
        self._content = Content(self.calls, tools, in_thought=in_thought)
        self._ended = False
        self._has_chunk = False
        self._index: Any = None
        self._reason = ""
        self._failure = ""
        self._raw_text = ""
        self.tokens: tuple[int, int] | None = None
        """Tokens in and out, as the server counted them; None where it has not yet."""

        self.text = ""
        """The text so far; of an answer that started again, the text since then."""

        self.thought = False
        """Whether the model has thought, in its text or apart from it."""

    @property
    def finished(self) -> bool:
        """Whether the model ended its answer; more chunks may come nevertheless."""
        return bool(self._reason) or self._ended

    @property
    def cut(self) -> bool:
        """Whether the model hit its token limit."""
        return self._reason == "length"

    @property
    def began_in_thought(self) -> bool:
        """Whether the answer began within a thought."""
        return self._content.began_in_thought

    @property
    def written(self) -> str:
        """All that the model wrote so far into its text, thoughts and calls among it."""
        return self._raw_text

    @property
    def whole(self) -> bool:
        """Whether this is a complete answer in words, which shows how the model begins."""
        return bool(self.text.strip()) and not (self.cut or self.calls)

    @property
    def has_unusable_call(self) -> bool:
        """Whether the model wrote a call into its answer that cannot be carried out."""
        return self._content.has_unusable_call

    @property
    def empty(self) -> bool:
        """Whether there is no text, no call and no thought."""
        return not (self.text.strip() or self.calls or self.thought or self.has_unusable_call)

    async def read(self) -> str | None:
        """Returns the text of the next chunk, perhaps ""; None at the end.

        An `Anew` means that the text so far was a thought.

        Raises ResponderUnavailableError (retryable) if the response is no chat completion, for an
        error instead of a chunk, and for an answer that broke off.
        """
        if self._ended:
            return None
        if self._failure:
            raise ResponderUnavailableError(self._failure)
        chunk = await anext(self._events, None)
        if chunk is None and not self._has_chunk:
            raise ResponderUnavailableError(EMPTY)
        if chunk is None and not self._reason:
            raise ResponderUnavailableError(BROKE_OFF)
        if chunk is None or chunk == DONE:
            if not self._has_chunk:
                raise ResponderUnavailableError(EMPTY)
            return self.end()
        return self._add_text(self._read_chunk(chunk))

    def end(self) -> str:
        """Ends the answer; returns the text held back."""
        self._ended = True
        return self._add_text(self._content.finish(cut=self.cut))

    async def aclose(self) -> None:
        """Closes the response; may be called twice. A whole answer leaves its connection usable."""
        if self._ended:
            with suppress(Exception):
                async with asyncio.timeout(DRAIN_S):
                    await anext(self._events, None)
        await self._response.close()
        await self._events.aclose()

    def _add_text(self, text: str) -> str:
        self.text = str(text) if isinstance(text, Anew) else self.text + text
        self.thought = self.thought or self._content.has_thought
        return text

    def _read_chunk(self, chunk: Any) -> str:
        """Returns the text of a chunk without thoughts; keeps its calls and finish reason."""
        if chunk == []:
            return ""  # keeps the connection open
        if not isinstance(chunk, Mapping):
            raise ResponderUnavailableError(NO_CHAT)
        if says_error(chunk):
            raise ResponderUnavailableError(FAILED)
        self.tokens = _tokens(chunk.get("usage")) or self.tokens
        choice = self._choice(chunk.get("choices"))
        if choice is None:
            return ""  # token counts or filter results
        self._has_chunk = True
        delta = choice.get("delta")
        delta = delta if isinstance(delta, Mapping) else self._as_delta(choice)
        text = self._delta(delta)
        reason = choice.get("finish_reason")
        self._failure = FAILED if choice.get("error") else failure_of(reason)
        if self._failure:
            return text  # the next read raises
        if isinstance(reason, str) and reason not in NO_REASONS:
            self._reason = reason
        elif any(delta.get(name) for name in ("content", "tool_calls", "function_call")):
            self._reason = (
                ""  # some servers send a reason with each chunk; only the last one counts
            )
        return text

    def _choice(self, choices: Any) -> Mapping[str, Any] | None:
        """Returns the choice of this answer: a server may send several, told apart by index."""
        for choice in choices if isinstance(choices, list) else ():
            if isinstance(choice, Mapping):
                index = choice.get("index") or 0
                self._index = index if self._index is None else self._index
                if index == self._index:
                    return choice
        return None

    def _delta(self, delta: Mapping[str, Any]) -> str:
        apart = any(delta.get(name) for name in THOUGHTS)
        self.calls.add(delta.get("tool_calls"))
        self.calls.add_function_call(delta.get("function_call"))
        content = delta.get("content")
        if isinstance(content, list):  # Mistral: thoughts and text as parts
            apart = apart or any(_kind(part) == "thinking" for part in content)
            content = "".join(str(p.get("text") or "") for p in content if _kind(p) == "text")
        if apart:
            self.thought = True
            self._content.server_strips_thoughts()
        text = "".join(t for t in (content, delta.get("refusal")) if isinstance(t, str))
        self._raw_text += text
        return self._content.feed(text)

    def _as_delta(self, choice: Mapping[str, Any]) -> Mapping[str, Any]:
        """Returns a delta for a chunk that has a `message` or a `text` instead.

        Some servers send each piece as a message, others repeat the whole answer at the end.
        Servers of plain completions send texts.
        """
        message = choice.get("message")
        if not isinstance(message, Mapping):
            return {"content": choice.get("text")}
        content = message.get("content")
        if isinstance(content, str) and content.startswith(self._raw_text):
            return {**message, "content": content[len(self._raw_text) :]}
        return message


def _tokens(usage: Any) -> tuple[int, int] | None:
    """Returns the tokens in and out of a chunk's counts; None where it has none."""
    if not isinstance(usage, Mapping):
        return None
    names = ("prompt_tokens", "completion_tokens")
    counts = [counted_tokens(usage.get(name)) for name in names]
    return (counts[0], counts[1]) if any(counts) else None


def _kind(part: Any) -> str:
    return str(part.get("type", "")) if isinstance(part, Mapping) else ""


async def _events(response: Any) -> AsyncGenerator[Any, None]:
    """Yields each chunk as parsed JSON, and DONE when the server sends that."""
    if "json" in response.headers.get("content-type", ""):
        yield _as_chunk(await response.read())  # a server that does not stream
        yield DONE
        return
    async with aclosing(_lines(response.iter_bytes())) as lines:
        held = ""
        async for line in lines:
            if not line and held:
                raise ResponderUnavailableError(NO_CHAT)
            if line.startswith("event:") and line[6:].strip() == "error":
                raise ResponderUnavailableError(FAILED)
            if not line.startswith("data:"):
                continue
            held += line[5:].strip()
            if held.startswith(DONE):
                yield DONE
                break
            if held == NOTHING:
                held = ""
            elif (chunk := _parsed(held)) is not None:
                held = ""
                yield chunk
        async for _ in lines:
            pass  # a connection can be reused only if its response was read to the end


def _as_chunk(body: bytes) -> Any:
    """Returns an answer that was not streamed as a single chunk."""
    answer = _parsed(body.decode(errors="replace"))
    if not isinstance(answer, Mapping):
        raise ResponderUnavailableError(NO_CHAT)
    choices = answer.get("choices")
    choices = choices if isinstance(choices, list) else []
    finished = [{"finish_reason": "stop", **c} for c in choices if isinstance(c, Mapping)]
    return {**answer, "choices": finished}


def _parsed(text: str) -> Any:
    """Returns the JSON value; None while it is incomplete."""
    try:
        return json.loads(text)
    except ValueError:
        return None


async def _lines(pieces: AsyncIterator[bytes]) -> AsyncGenerator[str, None]:
    """Yields the lines, including a last one without a line end.

    As in server-sent events, CR, LF and CR LF end a line, other separators (U+2028) do not, and a
    byte order mark before the first line is dropped.
    """
    held, mark = b"", BOM_UTF8
    async for piece in pieces:
        held += piece
        *whole, held = _LINE_ENDS.split(held)
        for line in whole:
            yield line.removeprefix(mark).decode(errors="replace")
            mark = b""
        if len(held) > LONGEST_EVENT:
            raise ResponderUnavailableError(NO_CHAT)
    if held:
        yield held.removeprefix(mark).decode(errors="replace").rstrip("\r")
