"""What a model writes: what of it is said, what was thought, and which tools it calls."""

from collections.abc import Collection

from sessions_app.engine.agent.responders.base import Anew
from sessions_app.engine.agent.responders.chat.bracket_calls import BracketCalls
from sessions_app.engine.agent.responders.chat.openings import Opening
from sessions_app.engine.agent.responders.chat.thoughts import ThoughtFilter
from sessions_app.engine.agent.responders.chat.tool_calls import ToolCalls
from sessions_app.engine.agent.responders.chat.written_calls import written_calls

_GIVEN = ('"arguments"', '"parameters"')
"""By these JSON that is no call of a known tool is told from any other."""


class Content:
    """Takes an answer's text in pieces; gives back what of it is said.

    Calls of `tools` that are written into it are added to `calls`. With `opened` the answer begins
    within a thought.
    """

    def __init__(self, calls: ToolCalls, tools: Collection[str], *, opened: bool = False) -> None:
        self._calls = calls
        self._tools = tools
        self._opening = Opening(calls=bool(tools))
        self._filter = ThoughtFilter(opened=opened)
        self._brackets = BracketCalls(tools)
        self.misread = False
        """Whether it holds a call of a tool that is not known, or cannot be read."""

    @property
    def seen(self) -> bool:
        """Whether there was any thought."""
        return self._filter.seen or self._opening.thought

    @property
    def unopened(self) -> bool:
        """Whether the answer began within a thought."""
        return self._filter.unopened

    def feed(self, piece: str) -> str:
        """Returns what `piece` adds to the answer, or `Anew` with what it is from now on."""
        return self._brackets.feed(self._filter.feed(self._opening.feed(piece)))

    def parsed(self) -> None:
        """Notes that the server tells thoughts apart: none is within the text."""
        self._filter.parsed()

    def finish(self, *, cut: bool = False) -> str:
        """Returns what is left at the end; with `cut` the model was stopped by its limit."""
        rest = self._opening.finish(cut=cut)
        if self._opening.call and (self._add(rest) or any(name in rest for name in _GIVEN)):
            self.misread = not self._calls
            rest = ""
        said = self._filter.feed(rest)
        said = self._brackets.feed(_joined(said, self._filter.finish(cut=cut)))
        said = _joined(said, self._brackets.finish())
        for written in (*self._filter.calls, *self._brackets.calls):
            self.misread = not self._add(written) or self.misread
        return said

    def _add(self, written: str) -> bool:
        """Takes the calls in a text; returns whether there are any."""
        found = [call for call in written_calls(written) if call[0] in self._tools]
        for name, arguments in found:
            self._calls.add_whole(name, arguments)
        return bool(found)


def _joined(before: str, after: str) -> str:
    """Returns two pieces as one; the last that begins the answer anew decides."""
    if isinstance(after, Anew):
        return after
    return Anew(before + after) if isinstance(before, Anew) else before + after
