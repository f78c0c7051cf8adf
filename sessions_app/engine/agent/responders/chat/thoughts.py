"""A model's thoughts within its answer, as servers without a reasoning parser stream them.

Nothing of them is an answer: they are neither spoken nor kept. Nor are a chat template's tokens,
and calls of tools that no parser of the server's took out.
"""

from sessions_app.engine.agent.responders.base import Anew
from sessions_app.engine.agent.responders.chat.tags import (
    AROUND,
    CLOSERS,
    DROPPED,
    ENDED_BY,
    OPENERS,
    PAIRS,
    Mentions,
    Tag,
    find,
    sure,
)
from sessions_app.engine.agent.responders.chat.templates import CALLS, ENDS
from sessions_app.engine.text.marks import CLOSERS as CLOSING_MARKS
from sessions_app.engine.text.writing import blank_between

_NO_BLANK = f".,;:!?…{CLOSING_MARKS}"
"""Marks that stand at the word before them."""


class ThoughtFilter:
    """Takes an answer in pieces; gives back what of it is no thought.

    A tag may be cut anywhere; what may become one is kept back until it is clear. With `opened`
    the answer begins within a thought, as some templates write the first tag themselves: text is
    kept back until the closing tag comes. Without, a thought that ends and had not begun was said
    already: what follows is `Anew`.
    """

    def __init__(self, *, opened: bool = False) -> None:
        self._text = ""
        self._closer = ""
        self._held = ""
        self._opened = opened
        self._nested = 0
        self._said = self._joint = self._anew = False
        self._mentions = Mentions()
        self.seen = opened
        """Whether there was any thought."""

        self.calls: list[str] = []
        """The calls of tools that were written into the answer, each as it was written."""

        self._writes = False
        self._ended = False
        self.unopened = False
        """Whether a thought ended that had not begun: it was said already, unless `opened`."""

    def feed(self, piece: str) -> str:
        """Returns what `piece` adds to the answer, or `Anew` with what it is from now on."""
        if self._ended:
            return ""
        self._text += piece
        return self._given(self._take())

    def parsed(self) -> None:
        """Notes that the server tells thoughts apart: none is within the text."""
        if self._opened and not self._held.strip() and not self._text.strip():
            self._opened = False

    def finish(self, *, cut: bool = False) -> str:
        """Returns what is left at the end; with `cut` the model was stopped by its limit."""
        out = self._take(over=True)
        if self._writes:
            self.calls[-1] += self._text
        rest = "" if self._closer else self._text
        if self._opened:  # no thought after all, unless it was cut off in the midst of one
            rest = "" if cut else self._held + self._text
        self._text = self._held = ""
        self._opened = False
        return self._given(out + rest)

    def _take(self, *, over: bool = False) -> str:
        out = ""
        while True:
            if self._closer:
                if not self._closed():
                    return out
                continue
            tag = find(self._text, over=over)
            if tag is None:
                return out + self._kept(self._text[: sure(self._text)])
            out += self._kept(self._text[: tag.start])
            tag.start, tag.end = 0, tag.end - tag.start
            named = self._named(tag, over=over)
            if named is None:
                return out
            if named:
                out += self._kept(self._text[: tag.end], named=True)
                continue
            self._text = self._text[tag.end :]
            if self._met(tag):
                out = ""

    def _named(self, tag: Tag, *, over: bool) -> bool | None:
        """Returns whether a tag is only talked of; None before that can be told."""
        if self._opened and tag.name in CLOSERS:
            return False  # what is waited for
        if tag.name in AROUND:
            return not self.seen
        return self._mentions.is_named(tag, self._text[tag.end :], over=over)

    def _closed(self) -> bool:
        """Takes a thought's text; returns whether its end came.

        A model may think within a thought, or write the tag in one. What follows the first end is
        kept back then: another end says that it was thought, too, and the answer's end that not.
        """
        opener, at = OPENERS[self._closer], 0
        while (tag := find(self._text, at)) is not None:
            at = tag.end
            if tag.name in ENDED_BY.get(self._closer, ()):
                self._text, self._closer = self._text[tag.start :], ""
                return True
            if tag.name == self._closer:
                self._write(tag.start)
                self._text, self._closer = self._text[tag.end :], ""
                self._writes = False
                self._opened, self._held = bool(self._nested), ""
                return True
            if tag.name == opener and not tag.empty:
                self._nested += 1
        end = max(at, sure(self._text))
        self._write(end)
        self._text = self._text[end:]
        return False

    def _write(self, end: int) -> None:
        if self._writes:
            self.calls[-1] += self._text[:end]

    def _kept(self, text: str, *, named: bool = False) -> str:
        """Returns text that is no part of a tag, or keeps it while it may be a thought."""
        self._text = self._text[len(text) :]
        if self._joint and text:
            text = self._joined(text)
        self._mentions.say(text, named=named)
        if not self._opened:
            return text
        self._held += text
        return ""

    def _joined(self, text: str) -> str:
        """Returns text that follows a thought, with the blank that the thought stood for."""
        before = self._mentions.before
        self._joint = False
        if not before or before[-1].isspace() or text[0].isspace() or text[0] in _NO_BLANK:
            return text
        return f" {text}" if blank_between(before, text) else text

    def _met(self, tag: Tag) -> bool:
        """Takes a tag that is none of the answer; returns whether what came so far is none."""
        self._joint = True
        if tag.name in CALLS:
            self._closer, self._writes = CALLS[tag.name], True
            self._opened = False
            self.calls.append("")
        elif tag.name in ENDS:
            self._ended = self._said or bool(self._mentions.before.strip())
            self._text = "" if self._ended else self._text
        elif tag.name in PAIRS:
            self.seen = True
            if not tag.empty:
                self._closer = PAIRS[tag.name]
                self._opened = False
        elif tag.name in CLOSERS and tag.name not in DROPPED and self._nested:
            self._nested -= 1
            self._opened, self._held = bool(self._nested), ""
        elif tag.name in CLOSERS and tag.name not in DROPPED:
            self.unopened = self.seen = True
            self._anew = self._anew or not self._opened
            self._opened = self._said = self._joint = False
            self._held = ""
            self._mentions = Mentions()
            return True
        return False

    def _given(self, text: str) -> str:
        """Returns the text without blanks before the first word, such as those after a thought."""
        if not self._said:
            text = text.lstrip()
        self._said = self._said or bool(text.strip())
        anew, self._anew = self._anew, False
        return Anew(text) if anew else text
