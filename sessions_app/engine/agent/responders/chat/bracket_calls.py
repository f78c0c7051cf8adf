"""Takes tool calls out of an answer that are written as Python without tags around them.

`[take_note(text="Milk")]` is Llama's form; Gemma writes a code block with the language tool_code.
Other brackets are left alone: "[see (a) below]", "call print(x)".
"""

import re
from collections.abc import Collection

from sessions_app.engine.agent.responders.base import Anew
from sessions_app.engine.agent.responders.chat.python_calls import list_end, python_calls, tool_name
from sessions_app.engine.agent.responders.chat.written_calls import written_calls

_TICKS = "```"
_BLOCKS = (f"{_TICKS}tool_code", f"{_TICKS}tool_call", f"{_TICKS}tool_calls")
_BLOCK = re.compile(rf"{_TICKS}tool_(?:code|calls?)(?:[ \t\r]*\n|[ \t]+(?=[A-Za-z_][\w.]*\())")
_PARTIAL_BLOCK = re.compile(rf"{_TICKS}tool_(?:code|calls?)(?:[ \t\r]*|[ \t]+[A-Za-z_][\w.]*)")
_LIST = re.compile(
    r"\[\s*[A-Za-z_][\w.]{0,80}\((?:\s*[A-Za-z_]\w{0,80}\s*=\s*[^=\s]|\s*\)\s*[,\]])"
)
_PARTIAL_LIST = re.compile(
    r"\[\s*(?:[A-Za-z_][\w.]{0,80}(?:\(\s*(?:[A-Za-z_]\w{0,80}\s*(?:=\s*)?|\)\s*)?)?)?"
)
_CALLED = re.compile(r"([A-Za-z_][\w.]*)\(")
_FIRST = re.compile(r"`+|\[")
_QUOTES = "\"'`\u201c\u201e\u2018\u00ab"
"""After one of these a call is only quoted."""

_KEPT = 80
"""Characters kept of the text before, to see whether a call begins a line."""


class BracketCalls:
    """Takes an answer's text in pieces; returns it without such calls.

    A call may arrive in any pieces, so text that may become one is held back. A list counts if it
    calls one of the agent's `tools`, or if it stands alone on the last line of the answer. A code
    block counts if it begins a line or calls one of the tools.
    """

    def __init__(self, tools: Collection[str]) -> None:
        self._tools = tools
        self._text = ""
        self._before = ""
        self.calls: list[str] = []
        """The calls found so far, each as it was written."""

    def feed(self, piece: str) -> str:
        """Returns what `piece` adds to the answer, or `Anew` with what it is from now on."""
        if not isinstance(piece, Anew):
            self._text += piece
            return self._process()
        self._text, self._before = str(piece), ""
        self.calls.clear()  # they were part of a thought
        return Anew(self._process())

    def finish(self) -> str:
        """Returns the text held back that turned out to be no call."""
        return self._process(final=True)

    def _process(self, *, final: bool = False) -> str:
        out = ""
        while (match := _FIRST.search(self._text)) is not None:
            out += self._pass_on(match.start())
            is_list = self._text.startswith("[")
            length = self._list_length(final=final) if is_list else self._block_length(final=final)
            if length is None:
                return out
            if length:
                self.calls.append(self._text[:length])
                self._text = self._text[length:]
            else:
                out += self._pass_on(len(match[0]))
        return out + self._pass_on(len(self._text))

    def _pass_on(self, length: int) -> str:
        text, self._text = self._text[:length], self._text[length:]
        self._before = (self._before + text)[-_KEPT:]
        return text

    def _block_length(self, *, final: bool) -> int | None:
        """Returns the length of a code block with calls; 0 if this is none, None if undecided."""
        match = _BLOCK.match(self._text)
        if match is None:
            partial = _PARTIAL_BLOCK.fullmatch(self._text) or any(
                block.startswith(self._text) for block in _BLOCKS
            )
            return None if partial and not final else 0
        end = self._text.find(_TICKS, match.end())
        if end < 0 and not final:
            return None
        inner = self._text[match.end() : end if end >= 0 else None]
        if not (self._begins_line() or self._calls_tool(inner)):
            return 0
        return end + len(_TICKS) if end >= 0 else len(self._text)

    def _list_length(self, *, final: bool) -> int | None:
        """Returns the length of a list of calls; 0 if this is none, None if undecided."""
        if not self._tools or self._before.endswith(tuple(_QUOTES)):
            return 0
        match = _LIST.match(self._text)
        if match is None:
            return None if not final and _PARTIAL_LIST.fullmatch(self._text) else 0
        end = list_end(self._text)
        if end is None and not final:
            return None
        written = self._text[:end]
        if any(tool_name(name) in self._tools for name in _CALLED.findall(written)):
            return len(written)
        alone = self._begins_line() and not self._text[len(written) :].strip()
        if not (alone and python_calls(written)):
            return 0
        return len(self._text) if final else None

    def _begins_line(self) -> bool:
        before = self._before.rstrip(" \t")
        return not before or before.endswith("\n")

    def _calls_tool(self, text: str) -> bool:
        return any(name in self._tools for name, _ in written_calls(text))
