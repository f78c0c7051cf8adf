"""A text that is corrected as it is said: "at six, scratch that, at seven" is at seven."""

import re
from collections.abc import Sequence

from sessions_app.engine.summaries.day_words import DAYS, MONTHS, NUMBERS, ORDINALS
from sessions_app.engine.text.word_lists import listed

_CORRECTED = re.compile(
    r"(?P<said>.+?)(?:[,;.\u2026\u2013\u2014-]+\s+|\s+(?=no|wait|sorry|actually))"
    r"(?:no,? |oh,? |wait,? |sorry,? |actually,? )*"
    r"(?:scratch|strike|delete|undo|cancel) that[,;:.]* (?P<first>\S+)(?P<rest>( \S+){0,5})",
    re.IGNORECASE,
)
_TAKEN_BACK = re.compile(
    r"(?:(?:no|nope|oh|wait|sorry|actually|i mean|i meant|make (?:that|it)|it's|it is|that's"
    r"|(?:scratch|strike|delete|undo|cancel) that)[,;.!\u2026\u2013\u2014-]* )+",
    re.IGNORECASE,
)
"""How somebody begins to put right what was just written down."""

LONGEST_PHRASE = 4
"""A sentence of its own is a correction only where it has no more words."""

NEAR = 3
"""A number, day or month that is put right is among the last so many words."""

_PREPOSITIONS = listed(
    "at on in by for to from with until before after around about next this every"
)
_SUBJECTS = listed("i you he she it we they there who what")
_NUMBERS = frozenset((*NUMBERS, *ORDINALS)) - {"a", "an"}
_KINDS = (frozenset(DAYS) | listed("today tomorrow tonight"), frozenset(MONTHS), _NUMBERS)

LONGEST_CORRECTED = 6
"""So many words and no more are replaced, counted from the one that both have."""


def corrected(text: str) -> str:
    """Returns a text with its correction in place: what begins with the same word gives way.

    Where no word before has that beginning nothing tells what is wrong, and all stays.
    """
    found = _CORRECTED.fullmatch(text)
    if found is None:
        return text
    words = found["said"].split()
    first = found["first"].lower()
    at = next((n for n in range(len(words) - 1, 0, -1) if words[n].lower() == first), 0)
    if found["rest"] and at and len(words) - at <= LONGEST_CORRECTED:
        return " ".join([*words[:at], first]) + found["rest"]
    return restated(found["said"], (found["first"] + found["rest"]).rstrip(".")) or text


def restated(text: str, after: str) -> str | None:
    """Returns what a text is by a sentence that follows its being taken back; None where by none.

    "We meet at six" is corrected by "At seven", "Seven" and "We meet at seven", and not by what
    only has a word of it: "At home I have a dog".
    """
    words, more = text.split(), after.split()
    if len(more) > 1 and _plain(more[:2]) == _plain(words[:2]):
        return after
    first = more[0].lower() if more else ""
    at = next((n for n in range(len(words) - 1, 0, -1) if words[n].lower() == first), 0)
    short = len(more) <= LONGEST_PHRASE and not _SUBJECTS & set(_plain(more))
    if at and first in _PREPOSITIONS and short and len(words) - at <= LONGEST_PHRASE + 1:
        return " ".join([*words[:at], first, *more[1:]])
    return _other_value(words, more)


def put_right(note: str, text: str) -> str | None:
    """Returns what a note is by what is said as soon as it was taken; None where by none.

    "No, at seven", "Scratch that, seven", "Sorry, I meant Tuesday", "Make that eight".
    """
    begun = _TAKEN_BACK.match(text)
    rest = text[begun.end() :].rstrip(".!, ") if begun else ""
    return restated(note, rest) if rest else None


def _other_value(words: Sequence[str], more: Sequence[str]) -> str | None:
    """Returns the text with another number, day or month in place of its last one."""
    kind = next((kind for kind in _KINDS if len(more) == 1 and _is(more[0], kind)), None)
    if kind is None:
        return None
    near = range(len(words) - 1, max(len(words) - 1 - NEAR, 0), -1)
    at = next((n for n in near if _is(words[n], kind)), None)
    if at is None or (at > 0 and _is(words[at - 1], kind)):  # of "thirty four" nothing tells which
        return None
    value = more[0].lower() if kind is _NUMBERS else more[0]
    return " ".join([*words[:at], value, *words[at + 1 :]])


def _is(word: str, kind: frozenset[str]) -> bool:
    plain = _plain([word])[0]
    return plain in kind or (kind is _NUMBERS and plain.replace(":", "").isdigit())


def _plain(words: Sequence[str]) -> list[str]:
    return [word.lower().strip(".,;:!?") for word in words]
