"""A command of the scribe's as it is found in words, and the words that may stand around any."""

from collections.abc import Sequence
from dataclasses import dataclass

from sessions_app.engine.agent.responders.scribe.vocabulary import Intent
from sessions_app.engine.agent.responders.scribe.which import Which
from sessions_app.engine.agent.responders.scribe.words import PlainWord
from sessions_app.engine.text.word_lists import listed

POLITE = listed(
    "please scribe hey now then thanks thank you could can would will so far yet today quickly "
    "again for to with me us back a at the moment while second minute bit once more ok okay just "
    "right here everyone that all bye goodbye"
)
"""What may follow a command that takes no text."""

_OTHERWISE = {Intent.READ: frozenset({"here"}), Intent.HELLO: frozenset({"yet"})}

CALLS = listed("please scribe now so and okay ok well then also")
"""Words before a command within longer speech; one of a single word wants a mark, or a name."""

_ASKED = frozenset({"could you", "can you", "would you", "will you"})
REFERS = frozenset({"that", "it"})
REFERS_TO_MANY = frozenset({"them", "those", "these"})
"""Words that mean what was said before."""

_IF_YOU_CAN = frozenset(
    {
        *("if you can", "if you could", "if you would", "if you will", "if you like"),
        *("if you please", "if possible", "if you do not mind", "if that is okay"),
    }
)
"""These may follow, too."""

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Found:
    """A command in words: where it begins, and which words it takes as its text."""

    command: Intent
    at: int
    text: Span = (0, 0)
    refers: bool = False
    begun: int = -1
    """The first word that leads to it."""

    last: int = 0
    """The first word after it, where its text ends before that: "add milk to my list"."""

    when: Span = (0, 0)
    """Words that say when to remind of what was said before it."""

    which: Which | None = None
    """Which notes are to be taken out or read, where that was said."""

    @property
    def end(self) -> int:
        """The first word after its text, and after what belongs to it."""
        return max(self.text[1], self.last)


def texts(words: Sequence[PlainWord], start: int, end: int) -> list[str]:
    """Returns the words from one place to another, without their marks."""
    return [word.text for word in words[start:end]]


def polite(words: Sequence[str]) -> bool:
    """Returns whether these words ask for nothing more."""
    return all(word in POLITE for word in words)


def polite_end(words: Sequence[PlainWord], at: int, end: int) -> int:
    """Returns the first word from `at` on that is more than courtesy; or `end`."""
    while at < end:
        phrases = (stop for stop in range(at + 1, min(end, at + 5) + 1))
        said = (stop for stop in phrases if " ".join(texts(words, at, stop)) in _IF_YOU_CAN)
        after = next(said, at + 1 if words[at].text in POLITE else at)
        if after == at:
            break
        at = after
    return at


def asks_otherwise(command: Intent, after: Sequence[str]) -> bool:
    """Returns whether a word behind makes another question: "what do we have here"."""
    return bool(_OTHERWISE.get(command, frozenset()) & set(after))


def asked(words: Sequence[PlainWord], start: int, end: int) -> bool:
    """Returns whether the words before `end` ask for something: "could you"."""
    return " ".join(word.text for word in words[max(start, end - 2) : end]) in _ASKED
