"""Telephone numbers, by the numbering plans of their countries (phonenumbers). Pure."""

import re
from collections.abc import Iterator, Sequence

import phonenumbers

from sessions_app.engine.redaction.cues import OTHER, PHONE, announced, last_at
from sessions_app.engine.redaction.reading import Atom, NumberReading, value_of
from sessions_app.engine.redaction.spans import FoundSpan
from sessions_app.engine.text.languages import base_of, likely_region_of, region_of

KIND, LABEL = "phone", "phone number"

SHORTEST, LONGEST = 7, 15
"""Digits. E.164 allows 15; shorter numbers would be found in prices and dates."""

_REGIONS = {
    "en": ("US", "GB", "IE", "AU"),
    "de": ("DE", "AT", "CH"),
    "es": ("ES", "MX", "AR"),
}
"""Countries whose own numbers are looked for, as people there dial them, by language."""

_NORTH_AMERICA = ("US", "CA")
MOBILE = 9
"""Digits that a bare mobile number has at least, where no 0 begins it. Fewer are in prices."""

_DIALLED_WITHOUT_PREFIX = ("IN",)
"""Countries whose people leave out the 0 that the plan has for mobile numbers."""

_DATE_OR_TIME = re.compile(
    r"(?<!\d)(?:\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d{2})|\d{4}-\d{2}-\d{2}"
    r"|\d{1,2}:\d{2}(?::\d{2})?)(?!\d)"
)
_AMOUNT = re.compile(r"[€$£]\s?$|\b(?:usd|eur|gbp)\s?$")
_UNIT = re.compile(r"\s?(?:[€$£%]|euros?\b|dollars?\b|dólares\b|pounds\b|cents?\b)")
_GROUPED = re.compile(r"\(?\d{3}\)?[ .\-]{1,2}\d{3}[ .\-]\d{4}|1[ .\-]\d{3}[ .\-]\d{3}[ .\-]\d{4}")
_PLUS = re.compile(r"(?:\+|\bplus|\bm[aá]s)\s?\(?$")
_OPENED = re.compile(r"(?:(?:\+|\bplus|\bm[aá]s)\s?)?\(?$")

_MOST_WINDOWED = 8
"""Groups of figures. In longer runs parts are not tried: their number grows with the square."""


class PhoneDetector:
    """Finds telephone numbers of the countries where `language` (BCP 47) is spoken.

    Their numbering plans are loaded when it is made (milliseconds, once in a process).
    """

    def __init__(self, language: str) -> None:
        self._regions = _regions_of(language)
        for region in self._regions:
            phonenumbers.is_valid_number_for_region(phonenumbers.parse("+4930123456"), region)

    def find(self, reading: NumberReading) -> Iterator[FoundSpan]:
        """Yields telephone numbers."""
        dates = [match.span() for match in _DATE_OR_TIME.finditer(reading.text)]
        for run in reading.numbers:
            for part in _parts(run):
                start, end = part[0].start, part[-1].end
                free = all(end <= one or start >= other for one, other in dates)
                if free and self._is_phone(reading, part):
                    yield FoundSpan(_with_plus(reading.text, start), end, KIND, LABEL)
                    break

    def _is_phone(self, reading: NumberReading, part: Sequence[Atom]) -> bool:
        digits = value_of(part)
        if not SHORTEST <= len(digits) <= LONGEST or _is_amount(reading, part):
            return False
        lead = reading.lead(part[0].start)
        if _PLUS.search(lead):
            return _is_valid(f"+{digits}", None)
        if digits.startswith("00"):
            return _is_valid(f"+{digits[2:]}", None)
        region = next((one for one in self._regions if _is_valid(digits, one)), None)
        if region is None:
            return False
        if last_at(OTHER, lead) > last_at(PHONE, lead):
            return False
        return announced(lead, PHONE) or _looks_dialled(reading.text, part, digits, region)


def _regions_of(language: str) -> tuple[str, ...]:
    usual = _REGIONS.get(base_of(language), ())
    own = region_of(language) if usual else likely_region_of(language)
    known = own in phonenumbers.SUPPORTED_REGIONS
    return tuple(dict.fromkeys([*([own] if known else []), *usual]))


def _parts(run: Sequence[Atom]) -> Iterator[Sequence[Atom]]:
    """Yields the whole run, then its parts, the longest first."""
    yield run
    if len(run) > _MOST_WINDOWED:
        return
    for size in range(len(run) - 1, 0, -1):
        for first in range(len(run) - size + 1):
            yield run[first : first + size]


def _is_valid(digits: str, region: str | None) -> bool:
    try:
        return phonenumbers.is_valid_number(phonenumbers.parse(digits, region))
    except phonenumbers.NumberParseException:
        return False


def _looks_dialled(text: str, part: Sequence[Atom], digits: str, region: str) -> bool:
    """Returns whether a number of that country looks like one, whatever was said before it."""
    if region in ("US", "CA"):
        start = part[0].start - (text[part[0].start - 1 : part[0].start] == "(")
        return _GROUPED.fullmatch(text, start, part[-1].end) is not None
    if region == "ES":
        return digits[0] in "6789"
    if digits.startswith("0"):
        return len(digits) > SHORTEST
    return region not in _NORTH_AMERICA and _is_mobile_without_prefix(digits, region)


def _is_mobile_without_prefix(digits: str, region: str) -> bool:
    """Returns whether it is a mobile number of a country where those are dialled without a 0."""
    number = phonenumbers.parse(digits, region)
    if phonenumbers.number_type(number) != phonenumbers.PhoneNumberType.MOBILE:
        return False
    national = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.NATIONAL)
    bare = re.sub(r"\D", "", national) == digits or region in _DIALLED_WITHOUT_PREFIX
    return bare and len(digits) >= MOBILE


def _is_amount(reading: NumberReading, part: Sequence[Atom]) -> bool:
    before = reading.text[: part[0].start].lower()
    after = reading.text[part[-1].end :].lower()
    return _AMOUNT.search(before) is not None or _UNIT.match(after) is not None


def _with_plus(text: str, start: int) -> int:
    """Returns where a number begins whose first figure is at `start`, with the signs before it."""
    match = _OPENED.search(text[:start].lower())
    return match.start() if match else start
