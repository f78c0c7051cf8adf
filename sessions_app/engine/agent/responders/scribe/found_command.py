"""A command located in a list of words, and the courtesies that may stand around any command."""

from collections.abc import Sequence
from dataclasses import dataclass

from sessions_app.engine.agent.responders.scribe.note_references import NoteReference
from sessions_app.engine.agent.responders.scribe.vocabulary import Intent
from sessions_app.engine.agent.responders.scribe.words import PlainWord
from sessions_app.engine.text.word_lists import listed

POLITE = listed(
    "please scribe hey now then thanks thank you could can would will so far yet today quickly "
    "again for to with me us back a at the moment while second minute bit once more ok okay just "
    "right here everyone that all bye goodbye"
)
"""Words that may follow a command without a text: "read my notes again, please"."""

_CHANGES_QUESTION = {Intent.READ: frozenset({"here"}), Intent.HELLO: frozenset({"yet"})}

INTRODUCERS = listed("please scribe now so and okay ok well then also")
"""Words that may introduce a command within longer speech: "Anna is ill so take a note"."""

_COULD_YOU = frozenset({"could you", "can you", "would you", "will you"})
REFERS = frozenset({"that", "it"})
REFERS_TO_MANY = frozenset({"them", "those", "these"})
"""Words that refer to something said before: "put those on my list"."""

_IF_YOU_CAN = frozenset(
    {
        *("if you can", "if you could", "if you would", "if you will", "if you like"),
        *("if you please", "if possible", "if you do not mind", "if that is okay"),
    }
)
"""Phrases that may follow, too."""

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class FoundCommand:
    """A command located in a list of words; all places are indices into that list.

    In "okay, could you add milk to my list" the command is `at` "add", its `lead_start` is "okay",
    its `text` is "milk", and its `command_end` is the end of the sentence.
    """

    intent: Intent
    at: int
    text: Span = (0, 0)
    refers_back: bool = False
    lead_start: int = -1
    """The first of the words that introduce it."""

    command_end: int = 0
    """The first word after the command, if that is behind its text."""

    when: Span = (0, 0)
    """When to remind the caller of what was said before it: "remind me of that tomorrow"."""

    notes: NoteReference | None = None
    """Which notes to remove, read or change, if that was said."""

    unsure: bool = False
    """Whether this is a command only right after the scribe has talked about notes."""

    @property
    def certain(self) -> bool:
        """Whether this is a command whatever was said and noted before."""
        return not self.unsure and (self.notes is None or self.notes.sure)

    @property
    def end(self) -> int:
        """The first word after the command and its text."""
        return max(self.text[1], self.command_end)


def texts(words: Sequence[PlainWord], start: int, end: int) -> list[str]:
    """Returns the words from one place to another, without their marks."""
    return [word.text for word in words[start:end]]


def polite(words: Sequence[str]) -> bool:
    """Returns whether all these words are courtesies: "again, please"."""
    return all(word in POLITE for word in words)


def after_courtesies(words: Sequence[PlainWord], at: int, end: int) -> int:
    """Returns the index of the first word from `at` on that is no courtesy; `end` if all are."""
    while at < end:
        stops = range(at + 1, min(end, at + 5) + 1)
        phrases = (stop for stop in stops if " ".join(texts(words, at, stop)) in _IF_YOU_CAN)
        after = next(phrases, at + 1 if words[at].text in POLITE else at)
        if after == at:
            break
        at = after
    return at


def asks_something_else(command: Intent, after: Sequence[str]) -> bool:
    """Returns whether a word `after` a phrase changes the question: "what do we have here"."""
    return bool(_CHANGES_QUESTION.get(command, frozenset()) & set(after))


def ends_in_could_you(words: Sequence[PlainWord], start: int, end: int) -> bool:
    """Returns whether the words from `start` to `end` end in "could you" or the like."""
    return " ".join(word.text for word in words[max(start, end - 2) : end]) in _COULD_YOU
