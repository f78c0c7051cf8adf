"""Corrections of a note, as it is said or afterwards: "at six, scratch that, at seven"."""

import re
from collections.abc import Sequence

from sessions_app.engine.summaries.day_words import DAYS, MONTHS, NUMBERS, ORDINALS
from sessions_app.engine.summaries.repairs import repaired
from sessions_app.engine.text.word_lists import listed

_CORRECTED = re.compile(
    r"(?P<said>.+?)(?:[,;.\u2026\u2013\u2014-]+\s+|\s+(?=no|wait|sorry|actually))"
    r"(?:no,? |oh,? |wait,? |sorry,? |actually,? )*"
    r"(?:scratch|strike|delete|undo|cancel) that[,;:.]* (?P<first>\S+)(?P<rest>( \S+){0,5})",
    re.IGNORECASE,
)
_CORRECTION_LEAD = re.compile(
    r"(?:(?:no|nope|oh|wait|sorry|actually|i mean|i meant|make (?:that|it)|it's|it is|that's"
    r"|change (?:that|it) to|let's say|let us say|better|rather|correction"
    r"|(?:scratch|strike|delete|undo|cancel) that)[,;.!\u2026\u2013\u2014-]* )+",
    re.IGNORECASE,
)
"""How a correction of the note just taken begins: "no, I meant"."""

_CORRECTION_TAIL = re.compile(
    r"(?P<rest>.+?), (?:sorry|i mean|i meant|rather|actually)[.!]?", re.IGNORECASE
)
"""Words at the end that mark a correction: "at seven, sorry"."""

LONGEST_PHRASE = 4
"""A correction in a sentence of its own has at most this many words."""

LOOK_BACK_WORDS = 3
"""A number, day or month is corrected only among this many last words of the note."""

_PREPOSITIONS = listed(
    "at on in by for to from with until before after around about next this every"
)
_SUBJECTS = listed("i you he she it we they there who what")
_NUMBERS = frozenset((*NUMBERS, *ORDINALS)) - {"a", "an"}
_KINDS = (frozenset(DAYS) | listed("today tomorrow tonight"), frozenset(MONTHS), _NUMBERS)
_SMALL = (
    _PREPOSITIONS | _SUBJECTS | _NUMBERS | listed("tomorrow today tonight not half quarter noon")
)
"""Words without a capital within a sentence."""

LONGEST_CORRECTED = 6
"""At most this many words are replaced, counted from the one that the correction repeats."""


def corrected(text: str) -> str:
    """Returns a text with the correction in it applied.

    "Meet at six, scratch that, at seven" is "Meet at seven": the last words from "at" on are
    replaced. If no word before is repeated nothing shows what is wrong, and the text is unchanged.
    """
    match = _CORRECTED.fullmatch(text)
    if match is None:
        return text
    words = match["said"].split()
    first = match["first"].lower()
    at = next((n for n in range(len(words) - 1, 0, -1) if words[n].lower() == first), 0)
    if match["rest"] and at and len(words) - at <= LONGEST_CORRECTED:
        return " ".join([*words[:at], first]) + match["rest"]
    return restated(match["said"], (match["first"] + match["rest"]).rstrip(".")) or text


def restated(text: str, after: str) -> str | None:
    """Returns a text corrected by the sentence after "scratch that"; None if it is no correction.

    "We meet at six" is corrected by "At seven", "Seven" and "We meet at seven", but not by "At home
    I have a dog".
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


def corrected_note(note: str, text: str) -> str | None:
    """Returns a note corrected by the turn right after it; None if that is no correction.

    Corrections are "No, at seven", "Scratch that, seven", "Sorry, I meant Tuesday".
    """
    last = _CORRECTION_TAIL.fullmatch(text)
    lead = _CORRECTION_LEAD.match(text)
    rest = last["rest"] if last else text[lead.end() :].rstrip(".!, ") if lead else ""
    if not rest:
        return None
    first, _, after = rest.partition(" ")
    first = first.lower() if _plain([first])[0] in _SMALL else first
    both = f"{note}, no, {first} {after}".rstrip()
    note_text = repaired(both)
    return None if note_text == both else note_text


def _other_value(words: Sequence[str], more: Sequence[str]) -> str | None:
    """Returns the text with its last number, day or month replaced: "seven" for "six"."""
    kind = next((kind for kind in _KINDS if len(more) == 1 and _is_of_kind(more[0], kind)), None)
    if kind is None:
        return None
    near = range(len(words) - 1, max(len(words) - 1 - LOOK_BACK_WORDS, 0), -1)
    at = next((n for n in near if _is_of_kind(words[n], kind)), None)
    if at is None or (
        at > 0 and _is_of_kind(words[at - 1], kind)
    ):  # which part of "thirty four" is wrong?
        return None
    value = more[0].lower() if kind is _NUMBERS else more[0]
    return " ".join([*words[:at], value, *words[at + 1 :]])


def _is_of_kind(word: str, kind: frozenset[str]) -> bool:
    plain = _plain([word])[0]
    return plain in kind or (kind is _NUMBERS and plain.replace(":", "").isdigit())


def _plain(words: Sequence[str]) -> list[str]:
    return [word.lower().strip(".,;:!?") for word in words]
