"""Bank accounts: IBAN (ISO 13616), by its country's form and its check digits. Pure."""

from collections.abc import Iterator, Sequence

from stdnum import iban

from sessions_app.engine.redaction.reading import Atom, NumberReading
from sessions_app.engine.redaction.spans import FoundSpan

KIND, LABEL = "iban", "account number"

SHORTEST, LONGEST = 15, 34
"""Characters of an IBAN: Norway's are the shortest; ISO 13616 allows 34."""


def find(reading: NumberReading) -> Iterator[FoundSpan]:
    """Yields IBANs, written in any grouping, or read aloud letter by letter."""
    for run in reading.codes:
        first = 0
        while first < len(run):
            length = _iban_at(run, first)
            if length:
                yield FoundSpan(run[first].start, run[first + length - 1].end, KIND, LABEL)
            first += length or 1


def _iban_at(run: Sequence[Atom], first: int) -> int:
    """Returns how many atoms an IBAN has that begins with the atom `first`; 0 for none."""
    if not run[first].value[:1].isalpha():
        return 0
    value = lettered = ""  # "o" as zero, and as the letter
    for count, atom in enumerate(run[first:], start=1):
        value, lettered = value + atom.value, lettered + (atom.letter or atom.value)
        if len(value) > LONGEST or not _begins(value):
            return 0
        if len(value) >= SHORTEST and any(map(_is_iban, {value, lettered})):
            return count
    return 0


def _is_iban(value: str) -> bool:
    return bool(iban.is_valid(value, check_country=False))


def _begins(value: str) -> bool:
    """Returns whether an IBAN may begin so: two letters, two digits."""
    return value[:2].isalpha() and (value[2:4].isdecimal() or len(value) < 3)  # noqa: PLR2004
