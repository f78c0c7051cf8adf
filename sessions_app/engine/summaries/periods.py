"""Reads parts of longer times: "the weekend", "the end of the month", "mid-December". Pure.

English. All texts are lower case, with single blanks; hyphens are blanks.
"""

import re
from calendar import monthrange
from collections.abc import Callable, Sequence
from datetime import date, timedelta

from sessions_app.engine.summaries.day_words import DAYS, MONTHS

Reading = Callable[[re.Match[str], date], date | None]
Readings = Sequence[tuple[re.Pattern[str], Reading]]

WORKDAYS = 5
"""Working days of a week: "the end of the week" is Friday."""

SATURDAY, SUNDAY = 5, 6
MIDDLE_DAY = 15
"""The day that "the middle of the month" is taken for."""

_MONTH = rf"(?P<month>{'|'.join(MONTHS)})"
_YEAR = r"(?:,? (?P<year>20\d\d))?"
_PART = r"\b(?P<part>end|middle|start|beginning)"
_NO_DAY_AFTER = rf"(?! (?:on |this |next )?(?:{'|'.join(DAYS)}|tomorrow)\b)"
"""Not where the day itself follows: "by close of business on Friday"."""


def _part_of_month(match: re.Match[str], today: date) -> date:
    """Reads "end of March", "mid December"."""
    month = MONTHS.index(match["month"]) + 1
    year = int(match["year"] or today.year)
    day = _within_month(match, year, month)
    if match["year"] or (year, month) >= (today.year, today.month):
        return day
    return _within_month(match, year + 1, month)


def _within_month(match: re.Match[str], year: int, month: int) -> date:
    part = match.groupdict().get("part") or "middle"
    if part == "end":
        return date(year, month, monthrange(year, month)[1])
    return date(year, month, MIDDLE_DAY if part == "middle" else 1)


def _part_of_period(match: re.Match[str], today: date) -> date | None:
    """Reads "end of the week", "start of next month"; the next one, if it is past."""
    part, unit, after = match["part"], match["unit"], bool(match["after"])
    if unit == "day":
        return today if part == "end" else None
    if part == "end" and unit == "week" and not after:
        return max(_in_week(part, today), today)
    days = (_in_period(part, unit, today, ahead) for ahead in (int(after), 1 + after))
    return next((day for day in days if day >= today), None)


def _in_period(part: str, unit: str, today: date, ahead: int) -> date:
    """Returns the day that a part of the week, month or year `ahead` of now stands for."""
    if unit == "week":
        return _in_week(part, today + timedelta(weeks=ahead))
    if unit == "year":
        months = {"end": (12, 31), "middle": (6, 30)}
        return date(today.year + ahead, *months.get(part, (1, 1)))
    years, month = divmod(today.month - 1 + ahead, 12)
    year, month = today.year + years, month + 1
    if part == "end":
        return date(year, month, monthrange(year, month)[1])
    return date(year, month, MIDDLE_DAY if part == "middle" else 1)


def _in_week(part: str, today: date) -> date:
    place = {"end": WORKDAYS - 1, "middle": 2}.get(part, 0)
    return today + timedelta(days=place - today.weekday())


def _weekend(match: re.Match[str], today: date) -> date:
    """Reads "at the weekend" as its Saturday, or today on a Sunday, and "after the weekend"."""
    if match["side"]:
        return today + timedelta(days=7 - today.weekday())
    if match["next"]:
        return today + timedelta(days=7 + SATURDAY - today.weekday())
    return today + timedelta(days=0 if today.weekday() == SUNDAY else SATURDAY - today.weekday())


def _today(_match: re.Match[str], today: date) -> date:
    return today


def _year_begins(_match: re.Match[str], today: date) -> date:
    return date(today.year + 1, 1, 1)


PARTS_OF_MONTHS: Readings = [
    (re.compile(rf"(?<!by the (?=[bsm])){_PART} of {_MONTH}\b{_YEAR}"), _part_of_month),
    (re.compile(rf"\bmid {_MONTH}\b{_YEAR}"), _part_of_month),
]
PERIODS: Readings = [
    (re.compile(pattern), read)
    for pattern, read in (
        (
            rf"{_PART} of (?:the |this )?(?P<after>next )?(?P<unit>day|week|month|year)\b"
            rf"{_NO_DAY_AFTER}",
            _part_of_period,
        ),
        (r"\b(?:start|beginning) of the new year\b", _year_begins),
        (
            r"(?<!last )(?<!every )(?<!most )(?:\b(?P<side>after) )?"
            r"(?:\b(?:the|this|this coming|the coming) |\b(?P<next>next ))?\bweekend\b"
            r"(?! (?:before|after|was|were)\b)",
            _weekend,
        ),
        (
            rf"\b(?:close of (?:business|play)|end of (?:business|play)|eod|cob)\b{_NO_DAY_AFTER}",
            _today,
        ),
        (r"\b(?:later (?:on )?today|this lunchtime|this noon)\b", _today),
    )
]
