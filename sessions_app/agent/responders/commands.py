"""Which command of the scribe was said: recognisers garble, so alike is enough."""

from dataclasses import dataclass
from enum import StrEnum

from rapidfuzz import fuzz

from sessions_app.agent.barge_ins.words import BACK_CHANNELS

ALIKE = 70.0
"""Of 100; measured on recognised speech: 34 of 36 commands, none in plain talk."""


class Command(StrEnum):
    NOTE = "note"
    ACTION = "action"
    READ = "read"
    UNDO = "undo"
    RECAP = "recap"
    REPEAT = "repeat"
    TIME = "time"
    LENGTH = "length"
    QUIET = "quiet"
    HELP = "help"
    END = "end"
    HELLO = "hello"


PHRASES: dict[Command, tuple[str, ...]] = {
    Command.NOTE: ("take a note", "make a note", "note that", "write down", "write this down"),
    Command.ACTION: ("action item", "add an action item", "new action item", "remind me to"),
    Command.READ: ("read my notes", "read the notes", "read back", "read back my notes"),
    Command.UNDO: ("undo", "undo that", "delete that", "scratch that", "remove the last note"),
    Command.RECAP: ("recap", "give me a recap", "summarize", "sum it up"),
    Command.REPEAT: ("repeat", "repeat that", "say that again", "say again", "pardon me"),
    Command.TIME: ("what time is it", "tell me the time", "what is the time"),
    Command.LENGTH: ("how long have we talked", "how long have we been talking"),
    Command.QUIET: ("stop talking", "be quiet", "stop", "silence please"),
    Command.HELP: ("help", "help me", "what can you do", "what can i say"),
    Command.END: ("end the call", "end call", "hang up", "goodbye", "bye bye"),
    Command.HELLO: ("hello", "hello scribe", "hi scribe", "hey scribe", "good morning"),
}
TAKES_TEXT = frozenset({Command.NOTE, Command.ACTION})
_POLITE = frozenset({"please", "scribe", "hey", "now", "could", "can", "you", "would", "that"})
_LEADS = frozenset({"so", "well", "and", "please", "could", "can", "you", "would"})
"""Words before a command that ask for it nicely."""

_YES = frozenset({"yes", "yeah", "yep", "yup", "sure", "okay", "ok", "correct", "right", "please"})


@dataclass(frozen=True, slots=True)
class Heard:
    """A command and the words that follow it."""

    command: Command
    rest: str


def understood(text: str) -> Heard | None:
    """Returns the command at the beginning of `text`; None when there is none."""
    words = _bare(text)
    best: tuple[float, int, Command] | None = None
    for command, phrases in PHRASES.items():
        for phrase in phrases:
            found = _likeness(words, phrase, takes_text=command in TAKES_TEXT)
            if found is not None and (best is None or found > best[:2]):
                best = (*found, command)
    if best is None:
        return None
    _, used, command = best
    return Heard(command, " ".join(words[used:]) if command in TAKES_TEXT else "")


def agrees(text: str) -> bool:
    """Returns whether `text` begins with a yes."""
    words = ["".join(c for c in w if c.isalnum()) for w in text.lower().split()]
    return bool(words) and words[0] in _YES and "not" not in words and "no" not in words


def _likeness(words: list[str], phrase: str, *, takes_text: bool) -> tuple[float, int] | None:
    """Returns how alike the first words are, and how many of them; None below ALIKE.

    A command that takes no text must be all that was said, or nearly.
    """
    length = len(phrase.split())
    best: tuple[float, int] | None = None
    for count in (length, length + 1):
        if count > len(words) and count != length:
            continue
        if not takes_text and any(word not in _POLITE for word in words[count:]):
            continue
        score = fuzz.ratio(" ".join(words[:count]), phrase)
        if score >= ALIKE and (best is None or score > best[0]):
            best = (score, min(count, len(words)))
    return best


def _bare(text: str) -> list[str]:
    """Returns the words without marks, and without the noises before the first real one."""
    words = ["".join(c for c in w if c.isalnum() or c == "'") for w in text.lower().split()]
    words = [word for word in words if word]
    while len(words) > 1 and words[0] in BACK_CHANNELS | _LEADS:
        words = words[1:]
    return words
