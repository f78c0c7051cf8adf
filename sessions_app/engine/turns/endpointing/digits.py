"""Numbers at the end of a turn: those read digit by digit are likely to go on."""

from collections.abc import Sequence
from typing import NamedTuple

from sessions_app.engine.text.word_lists import listed

LONG_NUMERAL = 3
"""A numeral of this many digits, or with a leading zero, may be the first group of several.

Higher ends turns within telephone numbers that are read in groups; lower waits after ordinary
numbers.
"""

# how many digits each word stands for
_UNITS = {
    "zero": 1, "oh": 1, "one": 1, "two": 1, "three": 1, "four": 1, "five": 1, "six": 1,
    "seven": 1, "eight": 1, "nine": 1,
}  # fmt: skip
_OTHERS = {
    "ten": 2, "eleven": 2, "twelve": 2, "thirteen": 2, "fourteen": 2, "fifteen": 2, "sixteen": 2,
    "seventeen": 2, "eighteen": 2, "nineteen": 2, "twenty": 1, "thirty": 1, "forty": 1,
    "fifty": 1, "sixty": 1, "seventy": 1, "eighty": 1, "ninety": 1, "hundred": 2, "thousand": 3,
    "double": 1, "triple": 2,
}  # fmt: skip
_BEGIN = listed("hundred thousand")
"""Multipliers after which more of the number usually follows: "three hundred"."""

_SOUNDS_LIKE = listed("for to too won ate o")
"""Homophones that recognisers write for four, two, one, eight and oh."""

_ANNOUNCE = listed("is are number code pin at on in card phone plus")
"""Words after which a single digit may be the first of many."""

_NAMED = listed("number code pin card phone plus")
"""Words after which four digits are not a year."""

_COUNTED = listed("at on in")
"""Those of _ANNOUNCE after which a number may be a time or a date, so that a full stop ends it."""


class TrailingNumber(NamedTuple):
    """The number that a text ends with.

    `digits` is its number of digits (0 for no number), `spelt` whether it was read digit by digit,
    as telephone numbers and codes are; `begun` where more is likely: "three hundred", "in
    nineteen".
    """

    digits: int
    spelt: bool
    begun: bool = False


def trailing_number(words: Sequence[str], *, english: bool) -> TrailingNumber:
    """Returns the number at the end of `words` (in lower case, without marks)."""
    run = _run(words, english=english)
    before = words[len(words) - len(run) - 1] if len(run) < len(words) else ""
    if not run or (run == ["one"] and before and before not in _ANNOUNCE):  # "the red one"
        return TrailingNumber(0, spelt=False)
    digits = sum(_figures(word) for word in run)
    begun = run[-1] in _BEGIN or (run == ["nineteen"] and before == "in")
    return TrailingNumber(digits, _is_spelt(run, before), begun)


def may_be_digits(words: Sequence[str]) -> bool:
    """Returns whether most words may be misrecognised digits: "for for to you"."""
    alike = sum(word in _UNITS or word in _SOUNDS_LIKE for word in words)
    return 2 * alike > len(words)


def _run(words: Sequence[str], *, english: bool) -> list[str]:
    """Returns the run of number words at the end."""
    run: list[str] = []
    for word in reversed(words):
        if not (word.isnumeric() or (english and (word in _UNITS or word in _OTHERS))):
            break
        run.insert(0, word)
    return run


def _figures(word: str) -> int:
    return _UNITS.get(word) or _OTHERS.get(word) or len(word)


def _is_spelt(run: Sequence[str], before: str) -> bool:
    single = [digit for word in run for digit in _single(word)]
    groups = [word for word in run if _is_group(word)]
    if len(single) + len(groups) > 1 or "double" in run or "triple" in run:
        return True
    if groups:
        return len(run) > 1 or not _is_year(groups[0], before)
    return bool(single) and len(run) == 1 and (before in _ANNOUNCE - _COUNTED or run == ["oh"])


def _single(word: str) -> Sequence[str]:
    """Returns the digits of `word` that were read one by one; a word of Han digits has several."""
    if word in _UNITS or (word.isnumeric() and len(word) == 1):
        return [word]
    return word if word.isnumeric() and not word.isascii() else []


def _is_group(word: str) -> bool:
    return word.isnumeric() and (len(word) >= LONG_NUMERAL or word.startswith("0"))


def _is_year(word: str, before: str) -> bool:
    return len(word) == len("1982") and word[:2] in ("19", "20") and before not in _NAMED
