"""Calls as Python that stand in an answer without a tag around them, and are no part of it.

`[take_note(text="Milk")]` is Llama's form; Gemma writes a block of code that is named tool_code.
What is neither stays as it is: "[see (a) below]", "call print(x)".
"""

import re
from collections.abc import Collection

from sessions_app.engine.agent.responders.base import Anew
from sessions_app.engine.agent.responders.chat.python_calls import list_end, python_calls, tool_name
from sessions_app.engine.agent.responders.chat.written_calls import written_calls

_TICKS = "```"
_BLOCKS = (f"{_TICKS}tool_code", f"{_TICKS}tool_call", f"{_TICKS}tool_calls")
_BLOCK = re.compile(rf"{_TICKS}tool_(?:code|calls?)(?:[ \t\r]*\n|[ \t]+(?=[A-Za-z_][\w.]*\())")
_BLOCK_BEGUN = re.compile(rf"{_TICKS}tool_(?:code|calls?)(?:[ \t\r]*|[ \t]+[A-Za-z_][\w.]*)")
_LIST = re.compile(
    r"\[\s*[A-Za-z_][\w.]{0,80}\((?:\s*[A-Za-z_]\w{0,80}\s*=\s*[^=\s]|\s*\)\s*[,\]])"
)
_LIST_BEGUN = re.compile(
    r"\[\s*(?:[A-Za-z_][\w.]{0,80}(?:\(\s*(?:[A-Za-z_]\w{0,80}\s*(?:=\s*)?|\)\s*)?)?)?"
)
_CALLED = re.compile(r"([A-Za-z_][\w.]*)\(")
_FIRST = re.compile(r"`+|\[")
_QUOTES = "\"'`\u201c\u201e\u2018\u00ab"
"""Behind one of these a call is only talked of."""

_KEPT = 80


class BracketCalls:
    """Takes an answer's text in pieces; gives back what of it is no such call.

    A call may be cut anywhere: while it is undecided whether a text is one it is kept back. A list
    counts where the agent has one of its `tools`; one of others where it is all that its line and
    the end of the answer hold. A block counts that begins a line.
    """

    def __init__(self, tools: Collection[str]) -> None:
        self._tools = tools
        self._text = ""
        self._before = ""
        self.calls: list[str] = []
        """The calls that were found, each as it was written."""

    def feed(self, piece: str) -> str:
        """Returns what `piece` adds to the answer, or `Anew` with what it is from now on."""
        if not isinstance(piece, Anew):
            self._text += piece
            return self._take()
        self._text, self._before = str(piece), ""
        self.calls.clear()  # those were thought of
        return Anew(self._take())

    def finish(self) -> str:
        """Returns what was kept back and is no call."""
        return self._take(over=True)

    def _take(self, *, over: bool = False) -> str:
        out = ""
        while (found := _FIRST.search(self._text)) is not None:
            out += self._said(found.start())
            listed = self._text.startswith("[")
            length = self._listed(over=over) if listed else self._fenced(over=over)
            if length is None:
                return out
            if length:
                self.calls.append(self._text[:length])
                self._text = self._text[length:]
            else:
                out += self._said(len(found[0]))
        return out + self._said(len(self._text))

    def _said(self, length: int) -> str:
        text, self._text = self._text[:length], self._text[length:]
        self._before = (self._before + text)[-_KEPT:]
        return text

    def _fenced(self, *, over: bool) -> int | None:
        """Returns how much of the text is a block with calls, 0 for none; None while undecided."""
        found = _BLOCK.match(self._text)
        if found is None:
            may = _BLOCK_BEGUN.fullmatch(self._text) or any(
                block.startswith(self._text) for block in _BLOCKS
            )
            return None if may and not over else 0
        end = self._text.find(_TICKS, found.end())
        if end < 0 and not over:
            return None
        inner = self._text[found.end() : end if end >= 0 else None]
        if not (self._begins_line() or self._has_one(inner)):
            return 0
        return end + len(_TICKS) if end >= 0 else len(self._text)

    def _listed(self, *, over: bool) -> int | None:
        """Returns how much of the text is a list of calls, 0 for none; None while undecided."""
        if not self._tools or self._before.endswith(tuple(_QUOTES)):
            return 0
        found = _LIST.match(self._text)
        if found is None:
            return None if not over and _LIST_BEGUN.fullmatch(self._text) else 0
        end = list_end(self._text)
        if end is None and not over:
            return None
        written = self._text[:end]
        if any(tool_name(name) in self._tools for name in _CALLED.findall(written)):
            return len(written)
        alone = self._begins_line() and not self._text[len(written) :].strip()
        if not (alone and python_calls(written)):
            return 0
        return len(self._text) if over else None

    def _begins_line(self) -> bool:
        before = self._before.rstrip(" \t")
        return not before or before.endswith("\n")

    def _has_one(self, text: str) -> bool:
        return any(name in self._tools for name, _ in written_calls(text))
