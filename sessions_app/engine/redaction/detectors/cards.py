"""Payment cards: Luhn's check (ISO/IEC 7812-1) and the ranges of issuers. Pure."""

import re
from collections.abc import Iterator, Sequence

from stdnum import luhn

from sessions_app.engine.redaction.cues import CARD, CARD_CODE, announced
from sessions_app.engine.redaction.reading import Atom, NumberReading, value_of
from sessions_app.engine.redaction.spans import FoundSpan

KIND, LABEL, CODE_LABEL = "card", "card number", "security code"

SHORTEST, LONGEST = 13, 19
"""Digits of a card number. Shorter or longer ones are never hidden as one."""

_ISSUED = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})"  # Visa
    r"|5[1-5]\d{14}|2(?:2[2-9]|[3-6]\d|7[01])\d{13}|2720\d{12}"  # Mastercard
    r"|3[47]\d{13}"  # American Express
    r"|(?:6011|64[4-9]\d|65\d\d)\d{12,15}"  # Discover
    r"|(?:36|38|39|30)\d{12,17}"  # Diners Club
    r"|35(?:2[89]|[3-8]\d)\d{12,15}"  # JCB
    r"|(?:62|5[0678]|67|63)\d{14,17}"  # UnionPay, Maestro
)

_CODE_DIGITS = (3, 4)
"""How many digits a security code may have."""

_CODE_REACH = 30
"""Characters before a number that may announce it as a code. More hides other numbers too."""


def find(reading: NumberReading) -> Iterator[FoundSpan]:
    """Yields card numbers, and security codes that are announced as such.

    A number that is announced as a card's counts even if the Luhn check fails, as one of its digits
    may have been misheard.
    """
    for run in reading.numbers:
        found = list(_checked(run))
        if not found and _is_announced(reading, run):
            found = [run]
        for atoms in found:
            yield FoundSpan(atoms[0].start, atoms[-1].end, KIND, LABEL)
        if _is_code(reading, run):
            yield FoundSpan(run[0].start, run[-1].end, KIND, CODE_LABEL)


def _checked(run: Sequence[Atom]) -> Iterator[Sequence[Atom]]:
    """Yields every part of the run that may be a card number, so that all of them are hidden."""
    if len(value_of(run)) < SHORTEST:
        return
    for first in range(len(run)):
        digits = ""
        for last in range(first, len(run)):
            digits += run[last].value
            if len(digits) > LONGEST:
                break
            if len(digits) >= SHORTEST and _is_card(digits):
                yield run[first : last + 1]


def _is_card(digits: str) -> bool:
    return _ISSUED.fullmatch(digits) is not None and bool(luhn.is_valid(digits))


def _is_announced(reading: NumberReading, run: Sequence[Atom]) -> bool:
    long = SHORTEST <= len(value_of(run)) <= LONGEST
    return long and announced(reading.lead(run[0].start), CARD)


def _is_code(reading: NumberReading, run: Sequence[Atom]) -> bool:
    if len(value_of(run)) not in _CODE_DIGITS:
        return False
    return CARD_CODE.search(reading.lead(run[0].start, _CODE_REACH)) is not None
