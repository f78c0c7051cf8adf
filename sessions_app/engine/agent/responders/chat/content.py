"""Splits what a model writes into what is said, its thoughts, and its tool calls."""

from collections.abc import Collection

from sessions_app.engine.agent.responders.base import Anew
from sessions_app.engine.agent.responders.chat.bracket_calls import BracketCalls
from sessions_app.engine.agent.responders.chat.openings import Opening
from sessions_app.engine.agent.responders.chat.thoughts import ThoughtFilter
from sessions_app.engine.agent.responders.chat.tool_calls import ToolCalls
from sessions_app.engine.agent.responders.chat.written_calls import written_calls

_ARGUMENT_KEYS = ('"arguments"', '"parameters"')
"""JSON with one of these is a call, though of an unknown tool, and not an answer in JSON."""


class Content:
    """Takes an answer's text in pieces; returns what is to be said.

    Calls of `tools` within the text are added to `calls`. `in_thought`: the answer begins within a
    thought.
    """

    def __init__(
        self, calls: ToolCalls, tools: Collection[str], *, in_thought: bool = False
    ) -> None:
        self._calls = calls
        self._tools = tools
        self._opening = Opening(calls=bool(tools))
        self._filter = ThoughtFilter(in_thought=in_thought)
        self._brackets = BracketCalls(tools)
        self.has_unusable_call = False
        """Whether the text holds a call of an unknown tool, or one that cannot be parsed."""

    @property
    def has_thought(self) -> bool:
        """Whether there was any thought."""
        return self._filter.has_thought or self._opening.thought

    @property
    def began_in_thought(self) -> bool:
        """Whether the answer began within a thought."""
        return self._filter.began_in_thought

    def feed(self, piece: str) -> str:
        """Returns what `piece` adds to the answer, or `Anew` with what it is from now on."""
        return self._brackets.feed(self._filter.feed(self._opening.feed(piece)))

    def server_strips_thoughts(self) -> None:
        """Notes that the server streams thoughts apart, so that none are in the text."""
        self._filter.server_strips_thoughts()

    def finish(self, *, cut: bool = False) -> str:
        """Returns the rest at the end; with `cut` the model hit its token limit."""
        rest = self._opening.finish(cut=cut)
        if self._opening.call and (self._add(rest) or any(key in rest for key in _ARGUMENT_KEYS)):
            self.has_unusable_call = not self._calls
            rest = ""
        text = self._filter.feed(rest)
        text = self._brackets.feed(_joined(text, self._filter.finish(cut=cut)))
        text = _joined(text, self._brackets.finish())
        for written in (*self._filter.calls, *self._brackets.calls):
            self.has_unusable_call = not self._add(written) or self.has_unusable_call
        return text

    def _add(self, written: str) -> bool:
        """Adds the calls in a text; returns whether there are any."""
        calls = [call for call in written_calls(written) if call[0] in self._tools]
        for name, arguments in calls:
            self._calls.add_whole(name, arguments)
        return bool(calls)


def _joined(before: str, after: str) -> str:
    """Returns two pieces as one; a second piece that is `Anew` replaces the first."""
    if isinstance(after, Anew):
        return after
    return Anew(before + after) if isinstance(before, Anew) else before + after
