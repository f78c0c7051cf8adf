"""Numbers that states give people, by their own check digits. Pure."""

import re
from collections.abc import Iterator, Sequence

from stdnum.de import idnr
from stdnum.es import dni, nie
from stdnum.us import ssn

from sessions_app.engine.redaction.cues import OTHER, SOCIAL, announced, last_at
from sessions_app.engine.redaction.reading import Atom, NumberReading, value_of
from sessions_app.engine.redaction.spans import FoundSpan

SSN_KIND, SSN_LABEL = "us_ssn", "social security number"
IDNR_KIND, IDNR_LABEL = "de_tax_id", "tax number"
DNI_KIND, DNI_LABEL = "es_dni", "identity number"

_SSN_FORM = re.compile(r"\d{3}[- ]\d{2}[- ]\d{4}")
_DNI_FORM = re.compile(r"(?:\d{8}|[xyz]\d{7})[a-z]")

_IDNR_DIGITS, _DNI_LENGTH = 11, 9
"""Length of a German tax number, and of a Spanish DNI or NIE with its letter."""


def find_ssn(reading: NumberReading) -> Iterator[FoundSpan]:
    """Yields US Social Security numbers: in their own grouping, or announced as one.

    They have no check digit.
    """
    for run in reading.numbers:
        if not ssn.is_valid(value_of(run)):
            continue
        start, end = run[0].start, run[-1].end
        lead = reading.lead(start)
        formed = _SSN_FORM.fullmatch(reading.text, start, end) and last_at(OTHER, lead) < 0
        if formed or announced(lead, SOCIAL):
            yield FoundSpan(start, end, SSN_KIND, SSN_LABEL)


def find_idnr(reading: NumberReading) -> Iterator[FoundSpan]:
    """Yields German tax numbers (Steuer-Identifikationsnummer)."""
    for run in reading.numbers:
        for part in _of_length(run, _IDNR_DIGITS):
            other = last_at(OTHER, reading.lead(part[0].start)) >= 0
            if idnr.is_valid(value_of(part)) and not other:
                yield FoundSpan(part[0].start, part[-1].end, IDNR_KIND, IDNR_LABEL)


def find_dni(reading: NumberReading) -> Iterator[FoundSpan]:
    """Yields Spanish identity numbers: DNI, and NIE of residents."""
    for run in reading.codes:
        for part in _of_length(run, _DNI_LENGTH):
            value = value_of(part)
            if _DNI_FORM.fullmatch(value) and (dni.is_valid(value) or nie.is_valid(value)):
                yield FoundSpan(part[0].start, part[-1].end, DNI_KIND, DNI_LABEL)


def _of_length(run: Sequence[Atom], length: int) -> Iterator[Sequence[Atom]]:
    """Yields the parts of a run, between atoms, with that many figures and letters."""
    for first in range(len(run)):
        size = 0
        for last in range(first, len(run)):
            size += len(run[last].value)
            if size == length:
                yield run[first : last + 1]
            if size >= length:
                break
