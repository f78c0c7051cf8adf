"""Finds dates, amounts, names and telephone numbers in a call, without a model. Pure.

A field says by its format which of these it is, or by its name. Of dates, amounts and numbers that
are said several times the last counts, of names the first. Figures in words, and days such as "next
Tuesday", are read in English; figures in the other languages that `stt/number_formatting.py` knows.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from sessions_app.engine.core.transcript import TranscriptLine
from sessions_app.engine.stt.number_formatting import with_figures
from sessions_app.engine.summaries import dates
from sessions_app.engine.summaries.base import CallBrief
from sessions_app.engine.summaries.repairs import repaired
from sessions_app.engine.summaries.taking import Extractor, Fields, TakenValues
from sessions_app.engine.summaries.written_dates import writes_month_first
from sessions_app.engine.text.languages import base_of, region_of
from sessions_app.engine.understanding.fields import type_of, value_problem

CALLER = "caller"
FEWEST_DIGITS = 6
"""Fewer digits are rather a price or a year than a telephone number."""

_KINDS = (
    ("phone", re.compile(r"phone|mobile|telefon|callback_number|fax")),
    ("amount", re.compile(r"amount|price|total|cost|fee|budget|sum$|betrag|preis")),
    ("date", re.compile(r"date|day$|deadline|due|datum|when")),
    ("person", re.compile(r"^name$|(caller|customer|contact|full|first|last)_?name|person|who$")),
)
_CURRENCY = r"(?:€|\$|£|¥|euros?|dollars?|pounds?|francs?|yen|eur|usd|gbp|chf)"
_NUMBER = r"\d+(?:[ ',.]\d{3})*(?:[.,]\d{1,2})?(?!\d)"
_AMOUNT = re.compile(
    rf"{_CURRENCY}\s?(?P<after>{_NUMBER})|(?P<before>{_NUMBER})\s?{_CURRENCY}(?!\w)", re.IGNORECASE
)
_PHONE = re.compile(r"\+?\(?\d[\d ()/.-]{4,24}\d")
_ISO_DAY = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")
_DOTTED_DAY = re.compile(r"\b(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})\b")
_INTRODUCED = re.compile(
    r"\b(?i:my name is|my name's|this is|i am|i'm|mein name ist|ich heiße|ich bin|je m'appelle"
    r"|me llamo|mi chiamo|meu nome é|mijn naam is) "
    r"(?P<name>(?!(?i:a|an|the|not|so|very|just|calling|sorry|fine|here)\b)"
    r"[^\W\d_a-z][\w'\u2019-]*(?: [^\W\d_a-z][\w'\u2019-]*)*)"
)
_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_DIGITS = {word: str(digit) for digit, word in enumerate(_WORDS)}
_DIGITS |= {"oh": "0", "o": "0", "nought": "0"}
_TIMES = {"double": 2, "triple": 3}

Found = Iterator[tuple[Any, int]]
"""Values and the segments they were said in."""


class RuleExtractor(Extractor):
    """Fills the fields of the four kinds; the others are left empty."""

    def take(self, brief: CallBrief, fields: Fields) -> TakenValues:
        values: dict[str, Any] = dict.fromkeys(fields)
        evidence: dict[str, list[int]] = {}
        for name, wanted in fields.items():
            kind = kind_of(name, wanted)
            for value, seq in _FINDERS[kind](brief, wanted) if kind else ():
                shaped = _as_wanted(value, wanted)
                if shaped is None or value_problem(wanted, shaped):
                    continue
                values[name], evidence[name] = shaped, [seq]
                if kind == "person":
                    break
        return TakenValues(values, evidence, engine="rules")


def kind_of(name: str, wanted: Mapping[str, Any]) -> str:
    """Returns which of the kinds a field is; empty for none."""
    given = {"date-time": "date"}.get(wanted.get("format", ""), wanted.get("format", ""))
    if given in _FINDERS:
        return str(given)
    if "format" in wanted or "enum" in wanted or type_of(wanted) in {"boolean", "array"}:
        return ""
    return next((kind for kind, names in _KINDS if names.search(name)), "")


def _days(brief: CallBrief, wanted: Mapping[str, Any]) -> Found:
    said_on = brief.began.date() if brief.began else None
    for line in brief.segments:
        if (day := _written_day(line.text)) is not None:
            yield day, line.seq
        elif said_on is not None and base_of(brief.language) == "en":
            moment = dates.named_time(
                repaired(line.text),
                said_on,
                said_at=brief.began and brief.began + timedelta(milliseconds=line.start_ms),
                month_first=writes_month_first(region_of(brief.language)),
            )
            if moment is None:
                continue
            text = moment.isoformat()
            yield (text if wanted.get("format") == "date-time" else text[:10]), line.seq


def _written_day(text: str) -> str | None:
    found = _ISO_DAY.search(text) or _DOTTED_DAY.search(text)
    if found is None:
        return None
    parts = [int(part) for part in found.groups()]
    year, month, day = parts if len(found[1]) == 4 else reversed(parts)  # noqa: PLR2004 - a year
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def _amounts(brief: CallBrief, _wanted: Mapping[str, Any]) -> Found:
    for line in brief.segments:
        for match in _AMOUNT.finditer(with_figures(line.text, brief.language)):
            yield _as_number(match["after"] or match["before"]), line.seq


def _as_number(text: str) -> float:
    """Returns "1,250.50", "1.250,50" or "12,5" as a number."""
    whole, mark, cents = text, "", ""
    if found := re.fullmatch(r"(.*)([.,])(\d{1,2})", text):
        whole, mark, cents = found.groups()
    return float("".join(filter(str.isdigit, whole)) + (f".{cents}" if mark else ""))


def _phones(brief: CallBrief, _wanted: Mapping[str, Any]) -> Found:
    for line in _of_caller(brief):
        numbers = _numbers_in(line.text) or _numbers_in(_with_digits(line.text))
        yield from ((number, line.seq) for number in numbers)


def _numbers_in(text: str) -> list[str]:
    found = (match[0].strip() for match in _PHONE.finditer(text))
    return [number for number in found if sum(map(str.isdigit, number)) >= FEWEST_DIGITS]


def _with_digits(text: str) -> str:
    """Returns the text with English digits in figures, those in a row without blanks."""
    out: list[str] = []
    times = 1
    for word in text.split():
        bare = word.strip(".,;:!?").lower()
        digit = _DIGITS.get(bare, bare if bare.isdigit() else "")
        if bare in _TIMES:
            times = _TIMES[bare]
            continue
        if digit and out and out[-1].isdigit():
            out[-1] += digit * times
        else:
            out.append(digit * times if digit else word)
        times = 1
    return " ".join(out)


def _people(brief: CallBrief, _wanted: Mapping[str, Any]) -> Found:
    for line in _of_caller(brief):
        for match in _INTRODUCED.finditer(line.text):
            yield match["name"].rstrip("'\u2019-"), line.seq


def _of_caller(brief: CallBrief) -> Sequence[TranscriptLine]:
    return [line for line in brief.segments if line.speaker == CALLER]


def _as_wanted(value: Any, wanted: Mapping[str, Any]) -> Any:
    """Returns a value in the field's type; None where it has none there."""
    kind = type_of(wanted)
    if kind == "string":
        return f"{value:g}" if isinstance(value, float) else value
    if not isinstance(value, float):
        return None
    if kind == "integer":
        return int(value) if value.is_integer() else None
    return value if kind == "number" else None


_FINDERS: dict[str, Callable[[CallBrief, Mapping[str, Any]], Found]] = {
    "date": _days,
    "amount": _amounts,
    "phone": _phones,
    "person": _people,
}
