"""Takes a model's thoughts out of its answer, where the server has no reasoning parser.

Thoughts are neither spoken nor kept. Tokens of chat templates are taken out, too, and so are tool
calls that the server did not parse.
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
    find_tag,
    untagged_length,
)
from sessions_app.engine.agent.responders.chat.templates import CALLS, ENDS
from sessions_app.engine.text.marks import CLOSERS as CLOSING_MARKS
from sessions_app.engine.text.writing import blank_between

_NO_BLANK = f".,;:!?…{CLOSING_MARKS}"
"""Marks without a blank before them."""


class ThoughtFilter:
    """Takes an answer in pieces; returns it without its thoughts.

    Tags may arrive in any pieces, so text that may become one is held back. With `in_thought` the
    answer begins within a thought, whose opening tag is in the prompt, and text is held back until
    the closing tag. Without it, a closing tag that nothing opened shows that the text so far, which
    may have been spoken, was a thought: the next piece is `Anew`.
    """

    def __init__(self, *, in_thought: bool = False) -> None:
        self._text = ""
        """Text that was received and not yet processed."""

        self._closer = ""
        """The closing tag of the current thought or call; empty outside of them."""

        self._in_thought = in_thought
        """Whether the text may still be a thought, whose closing tag has not come."""

        self._held = ""
        """The text held back for that reason."""

        self._nested = 0
        """How many more closing tags a nested thought needs."""

        self._said = self._after_thought = self._restarts = False
        self._mentions = Mentions()
        self.has_thought = in_thought
        """Whether there was any thought."""

        self.calls: list[str] = []
        """The tool calls in the answer, each as it was written."""

        self._in_call = False
        self._ended = False
        self.began_in_thought = False
        """Whether there was a closing tag that nothing in the text had opened."""

    def feed(self, piece: str) -> str:
        """Returns what `piece` adds to the answer, or `Anew` with what it is from now on."""
        if self._ended:
            return ""
        self._text += piece
        return self._trim(self._process())

    def server_strips_thoughts(self) -> None:
        """Notes that the server streams thoughts apart, so that none are in the text."""
        if self._in_thought and not self._held.strip() and not self._text.strip():
            self._in_thought = False

    def finish(self, *, cut: bool = False) -> str:
        """Returns the rest at the end; with `cut` the model hit its token limit."""
        out = self._process(final=True)
        if self._in_call:
            self.calls[-1] += self._text
        rest = "" if self._closer else self._text
        if self._in_thought:  # no thought after all, unless it was cut off within one
            rest = "" if cut else self._held + self._text
        self._text = self._held = ""
        self._in_thought = False
        return self._trim(out + rest)

    def _process(self, *, final: bool = False) -> str:
        out = ""
        while True:
            if self._closer:
                if not self._close():
                    return out
                continue
            tag = find_tag(self._text, final=final)
            if tag is None:
                return out + self._pass_on(self._text[: untagged_length(self._text)])
            out += self._pass_on(self._text[: tag.start])
            tag.start, tag.end = 0, tag.end - tag.start
            mention = self._is_mention(tag, final=final)
            if mention is None:
                return out
            if mention:
                out += self._pass_on(self._text[: tag.end], mention=True)
                continue
            self._text = self._text[tag.end :]
            if self._handle(tag):
                out = ""

    def _is_mention(self, tag: Tag, *, final: bool) -> bool | None:
        """Returns whether a tag is only mentioned; None while that is undecided."""
        if self._in_thought and tag.name in CLOSERS:
            return False  # the expected end of the thought
        if tag.name in AROUND:
            return not self.has_thought
        return self._mentions.is_mention(tag, self._text[tag.end :], final=final)

    def _close(self) -> bool:
        """Drops a thought's text; returns whether the thought has ended.

        A model may nest thoughts, or mention the tag in one. If it opened another, the text after
        the first closing tag is held back: a second closing tag shows that it was thought, too, and
        the end of the answer that it was not.
        """
        opener, at = OPENERS[self._closer], 0
        while (tag := find_tag(self._text, at)) is not None:
            at = tag.end
            if tag.name in ENDED_BY.get(self._closer, ()):
                self._text, self._closer = self._text[tag.start :], ""
                return True
            if tag.name == self._closer:
                self._add_to_call(tag.start)
                self._text, self._closer = self._text[tag.end :], ""
                self._in_call = False
                self._in_thought, self._held = bool(self._nested), ""
                return True
            if tag.name == opener and not tag.empty:
                self._nested += 1
        end = max(at, untagged_length(self._text))
        self._add_to_call(end)
        self._text = self._text[end:]
        return False

    def _add_to_call(self, end: int) -> None:
        if self._in_call:
            self.calls[-1] += self._text[:end]

    def _pass_on(self, text: str, *, mention: bool = False) -> str:
        """Returns text outside tags, or holds it back while it may be a thought."""
        self._text = self._text[len(text) :]
        if self._after_thought and text:
            text = self._with_blank(text)
        self._mentions.say(text, mention=mention)
        if not self._in_thought:
            return text
        self._held += text
        return ""

    def _with_blank(self, text: str) -> str:
        """Returns the text after a thought, with a blank if the thought stood between two words."""
        before = self._mentions.before
        self._after_thought = False
        if not before or before[-1].isspace() or text[0].isspace() or text[0] in _NO_BLANK:
            return text
        return f" {text}" if blank_between(before, text) else text

    def _handle(self, tag: Tag) -> bool:
        """Handles a tag; returns whether the text so far turns out to be a thought."""
        self._after_thought = True
        if tag.name in CALLS:
            self._closer, self._in_call = CALLS[tag.name], True
            self._in_thought = False
            self.calls.append("")
        elif tag.name in ENDS:
            self._ended = self._said or bool(self._mentions.before.strip())
            self._text = "" if self._ended else self._text
        elif tag.name in PAIRS:
            self.has_thought = True
            if not tag.empty:
                self._closer = PAIRS[tag.name]
                self._in_thought = False
        elif tag.name in CLOSERS and tag.name not in DROPPED and self._nested:
            self._nested -= 1
            self._in_thought, self._held = bool(self._nested), ""
        elif tag.name in CLOSERS and tag.name not in DROPPED:
            self.began_in_thought = self.has_thought = True
            self._restarts = self._restarts or not self._in_thought
            self._in_thought = self._said = self._after_thought = False
            self._held = ""
            self._mentions = Mentions()
            return True
        return False

    def _trim(self, text: str) -> str:
        """Returns the text without blanks before the answer's first word."""
        if not self._said:
            text = text.lstrip()
        self._said = self._said or bool(text.strip())
        restarts, self._restarts = self._restarts, False
        return Anew(text) if restarts else text
