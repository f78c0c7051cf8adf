"""Which command of the scribe was said: recognisers garble, so alike is enough."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from rapidfuzz import fuzz

from sessions_app.agent.barge_ins.words import BACK_CHANNELS
from sessions_app.core.stops import is_abbreviated
from sessions_app.core.writing import ends_clause, ends_sentence, goes_on

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


_INSIDE_ALIKE = 90.0
"""Within longer speech a command must be said nearly as it stands."""

_NEVER_INSIDE = frozenset({"note that", "hello", "good morning", "pardon me"})
"""Phrases that are common in plain talk."""

_CALLS = frozenset({"please", "scribe", "now", "so", "and", "okay", "ok", "well", "then", "also"})
"""Words before a command within longer speech; one of a single word wants a mark, or a name."""

_DOTTED = re.compile(r"\W*(?:[^\W\d]\.)+")
"""Such as "p.m." or "U.S."."""

_NAMED = frozenset({"please", "scribe"})
_SHORT_PHRASE = 2
"""Words of a phrase that says nothing without either."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A command, what follows it and what came before it, both as they were said or typed."""

    command: Command
    rest: str
    before: str = ""


@dataclass(frozen=True, slots=True)
class _Token:
    """A word without its marks, in lower case, and where it lies in the text."""

    word: str
    start: int
    end: int
    marked: bool
    """Whether a mark follows it."""


def understood(text: str) -> Heard | None:
    """Returns the command at the beginning of `text`, or else within it; None for none."""
    tokens = _tokens(text)
    first = _first(tokens)
    found = _best(tokens, first)
    if found is not None:
        return Heard(found[0], _rest(text, tokens[first:], *found))
    for number in range(first + 1, len(tokens)):
        inside = _inside(tokens, number)
        if inside is not None:
            before = text[: tokens[number].start].strip()
            return Heard(inside[0], _rest(text, tokens[number:], *inside), before)
    return None


def _rest(text: str, tokens: Sequence[_Token], command: Command, used: int) -> str:
    """Returns what follows a command's words, where it takes any."""
    if command not in TAKES_TEXT or used >= len(tokens):
        return ""
    return _without_stop(text[tokens[used].start :].strip())


def _without_stop(text: str) -> str:
    """Returns what is to be written down without the full stop of the sentence it ended."""
    last = text.rsplit(maxsplit=1)[-1]
    if not last.endswith(".") or last.endswith("..") or _DOTTED.fullmatch(last):
        return text
    return text if is_abbreviated(last) else text[:-1]


def _best(tokens: Sequence[_Token], at: int) -> tuple[Command, int] | None:
    words = [token.word for token in tokens[at:]]
    best: tuple[float, int, Command] | None = None
    for command, phrases in PHRASES.items():
        for phrase in phrases:
            found = _likeness(words, phrase, takes_text=command in TAKES_TEXT)
            if found is not None and (best is None or found > best[:2]):
                best = (*found, command)
    return (best[2], best[1]) if best else None


def _inside(tokens: Sequence[_Token], at: int) -> tuple[Command, int] | None:
    """Returns the command that begins at this word of longer speech, where one would begin."""
    before = tokens[at - 1]
    asked = before.marked or before.word in _CALLS or _is_request(tokens[:at])
    if not asked:
        return None
    words = [token.word for token in tokens[at:]]
    for command, phrases in PHRASES.items():
        for phrase in phrases:
            length = len(phrase.split())
            if phrase in _NEVER_INSIDE or (
                length == 1 and not before.marked and before.word not in _NAMED
            ):
                continue
            if command not in TAKES_TEXT and not _POLITE.issuperset(words[length:]):
                continue
            if fuzz.ratio(" ".join(words[:length]), phrase) >= _INSIDE_ALIKE:
                return command, length
    return None


def _is_request(before: Sequence[_Token]) -> bool:
    """Returns whether the words before end in "could you", "can you", "would you"."""
    last = [token.word for token in before[-2:]]
    return last[-1:] == ["you"] and last[0] in ("could", "can", "would", "will")


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
    if best and takes_text and length > _SHORT_PHRASE:
        # "take note it's Bob's": a word that was not said is not made up of what follows
        score = fuzz.ratio(" ".join(words[: length - 1]), phrase)
        best = max(best, (score, length - 1))
    return best


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    for match in re.finditer(r"\S+", text):
        shown = match.group()
        word = "".join(c for c in shown.lower() if c.isalnum() or c == "'")
        if word:
            found.append(_Token(word, match.start(), match.end(), _is_marked(shown)))
        elif found and _is_marked(shown):
            found[-1] = replace(found[-1], marked=True)
    return found


def _is_marked(shown: str) -> bool:
    return ends_sentence(shown) or ends_clause(shown) or goes_on(shown)


def _first(tokens: Sequence[_Token]) -> int:
    """Returns which word is the first after noises and words that ask nicely."""
    at = 0
    while at < len(tokens) - 1 and tokens[at].word in BACK_CHANNELS | _LEADS:
        at += 1
    return at
