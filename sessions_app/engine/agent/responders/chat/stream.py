"""One streamed answer of an OpenAI-compatible server, in any of the shapes that servers send.

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
from sessions_app.engine.agent.responders.chat.breaks import BROKE_OFF, FAILED, broken, says_error
from sessions_app.engine.agent.responders.chat.content import Content
from sessions_app.engine.agent.responders.chat.tool_calls import ToolCalls
from sessions_app.engine.core.errors import ResponderUnavailableError

DONE = "[DONE]"
NOTHING = "null"
"""An event that is there to keep a connection open."""

LONGEST_EVENT = 1_000_000
"""Bytes: a line that goes on is no chunk."""

_LINE_ENDS = re.compile(rb"\r\n|\n|\r(?!\Z)")
"""A CR at the end of what has come may have its LF yet to come."""

DRAIN_S = 0.05
"""How long the end of a response may take to come after `[DONE]`."""

NO_CHAT = "The model's server does not answer with chat completions."
EMPTY = "The model's server sent an empty answer."
NO_REASONS = ("", "null")
"""What some servers write as long as there is no `finish_reason`."""

THOUGHTS = ("reasoning_content", "reasoning", "thinking")
"""Where servers put a model's thoughts that have a parser for them."""


class ChatStream:
    """Reads one response to its end; `aclose` ends it anywhere.

    An answer is over with a `finish_reason` that is not empty, or with `[DONE]`. What has
    neither broke off, and so did what says so (breaks.py). `tools` are those that the model may
    call.
    """

    def __init__(self, response: Any, *, opened: bool = False, tools: Collection[str] = ()) -> None:
        self._response = response
        self._events = _events(response)
        self.calls = ToolCalls()
        self._content = Content(self.calls, tools, opened=opened)
        self._over = False
        self._any = False
        self._index: Any = None
        self._reason = ""
        self._broken = ""
        self._told = ""
        self.text = ""
        """What was said so far, since it began anew."""

        self.thought = False
        """Whether the model has thought, within its text or beside it."""

    @property
    def finished(self) -> bool:
        """Whether the model said that its answer is over; a server may still say something."""
        return bool(self._reason) or self._over

    @property
    def cut(self) -> bool:
        """Whether the model was stopped by its limit of tokens."""
        return self._reason == "length"

    @property
    def unopened(self) -> bool:
        """Whether the answer began within a thought."""
        return self._content.unopened

    @property
    def whole(self) -> bool:
        """Whether the answer was said to its end: it shows how the model begins."""
        return bool(self.text.strip()) and not (self.cut or self.calls)

    @property
    def misread(self) -> bool:
        """Whether the model wrote a call into its answer that cannot be done."""
        return self._content.misread

    @property
    def empty(self) -> bool:
        """Whether it says nothing, calls nothing, and shows no thought."""
        return not (self.text.strip() or self.calls or self.thought or self.misread)

    async def read(self) -> str | None:
        """Returns what the next chunk says, "" for nothing; None at the end.

        `Anew` where what was said so far was a thought.

        Raises ResponderUnavailableError for what is no chat completion, for an error that came
        in place of a chunk, and for an end that is none.
        """
        if self._over:
            return None
        if self._broken:
            raise ResponderUnavailableError(self._broken)
        chunk = await anext(self._events, None)
        if chunk is None and not self._any:
            raise ResponderUnavailableError(EMPTY)
        if chunk is None and not self._reason:
            raise ResponderUnavailableError(BROKE_OFF)
        if chunk is None or chunk == DONE:
            if not self._any:
                raise ResponderUnavailableError(EMPTY)
            return self.end()
        return self._said(self._take(chunk))

    def end(self) -> str:
        """Takes the answer as over; returns what of it was kept back."""
        self._over = True
        return self._said(self._content.finish(cut=self.cut))

    async def aclose(self) -> None:
        """Ends it; may be called twice. A connection whose answer is over is kept for the next."""
        if self._over:
            with suppress(Exception):
                async with asyncio.timeout(DRAIN_S):
                    await anext(self._events, None)
        await self._response.close()
        await self._events.aclose()

    def _said(self, text: str) -> str:
        self.text = str(text) if isinstance(text, Anew) else self.text + text
        self.thought = self.thought or self._content.seen
        return text

    def _take(self, chunk: Any) -> str:
        """Returns the text of a chunk that is no thought; keeps what else it says."""
        if chunk == []:
            return ""  # there to keep a connection open
        if not isinstance(chunk, Mapping):
            raise ResponderUnavailableError(NO_CHAT)
        if says_error(chunk):
            raise ResponderUnavailableError(FAILED)
        choice = self._choice(chunk.get("choices"))
        if choice is None:
            return ""  # counts of tokens, verdicts of a filter
        self._any = True
        delta = choice.get("delta")
        delta = delta if isinstance(delta, Mapping) else self._rest(choice)
        text = self._delta(delta)
        reason = choice.get("finish_reason")
        self._broken = FAILED if choice.get("error") else broken(reason)
        if self._broken:
            return text  # said before it fails: the next read does
        if isinstance(reason, str) and reason not in NO_REASONS:
            self._reason = reason
        elif any(delta.get(name) for name in ("content", "tool_calls", "function_call")):
            self._reason = ""  # some name a reason in each chunk: the end is what nothing follows
        return text

    def _choice(self, choices: Any) -> Mapping[str, Any] | None:
        """Returns what belongs to the answer: a server may send others beside it."""
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
        self.calls.add_old(delta.get("function_call"))
        content = delta.get("content")
        if isinstance(content, list):  # Mistral: thoughts and text as parts
            apart = apart or any(_kind(part) == "thinking" for part in content)
            content = "".join(str(p.get("text") or "") for p in content if _kind(p) == "text")
        if apart:
            self.thought = True
            self._content.parsed()
        told = "".join(t for t in (content, delta.get("refusal")) if isinstance(t, str))
        self._told += told
        return self._content.feed(told)

    def _rest(self, choice: Mapping[str, Any]) -> Mapping[str, Any]:
        """Returns a message or a text that stands in place of a delta as one.

        Some servers send each piece so, others the whole answer again with its end. Servers of
        plain completions send texts.
        """
        message = choice.get("message")
        if not isinstance(message, Mapping):
            return {"content": choice.get("text")}
        content = message.get("content")
        if isinstance(content, str) and content.startswith(self._told):
            return {**message, "content": content[len(self._told) :]}
        return message


def _kind(part: Any) -> str:
    return str(part.get("type", "")) if isinstance(part, Mapping) else ""


async def _events(response: Any) -> AsyncGenerator[Any, None]:
    """Yields each chunk as plain values, and DONE where the server says so."""
    if "json" in response.headers.get("content-type", ""):
        yield _whole(await response.read())  # a server that does not stream
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
            pass  # a connection is used again once its response was read to the end


def _whole(body: bytes) -> Any:
    """Returns an answer that came in one piece as a chunk."""
    answer = _parsed(body.decode(errors="replace"))
    if not isinstance(answer, Mapping):
        raise ResponderUnavailableError(NO_CHAT)
    choices = answer.get("choices")
    whole = choices if isinstance(choices, list) else []
    told = [{"finish_reason": "stop", **c} for c in whole if isinstance(c, Mapping)]
    return {**answer, "choices": told}


def _parsed(text: str) -> Any:
    """Returns the JSON value; None while it is not whole."""
    try:
        return json.loads(text)
    except ValueError:
        return None


async def _lines(pieces: AsyncIterator[bytes]) -> AsyncGenerator[str, None]:
    """Yields the lines, the last one too where the server left its end out.

    They end as server-sent events may: with CR, LF or both. A text's own line separators (U+2028
    and others) end none. A byte order mark before the first is none of it.
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
