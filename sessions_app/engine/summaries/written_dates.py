"""Writes out dates in figures: "12/15" and "15.12." as "december 15" and "15 december". Pure.

English. All texts are lower case, with single blanks; hyphens are blanks.
"""

import re

from sessions_app.engine.summaries.day_words import DAYS, MONTHS

MONTH_FIRST = frozenset({"", "US", "PH", "FM", "GU", "PR"})
"""Regions that write 12/15 for 15 December; "" is a language without a region."""

_ALWAYS = rf"(?:on|due|from|for|of|after|since|{'|'.join(DAYS)},?)"
_DEADLINE = r"(?:by|before|until|till|to|around)"
_YEAR = r"(?P<year>(?:20)?\d\d)"
_NO_FRACTION = (
    r"(?! ?(?:an?|of|cups?|inch(?:es)?|pints?|pounds?|lit(?:er|re)s?|miles?|hours?|the|full|price"
    r"|%|percent|points?|euros?|dollars?)\b)"
)
_SLASHED = re.compile(
    rf"(?P<before>\b(?:{_ALWAYS}|{_DEADLINE}) (?:the )?)(?!24/7\b)"
    rf"(?P<one>\d{{1,2}})/(?P<two>\d{{1,2}})(?:/{_YEAR})?(?![\d/]){_NO_FRACTION}"
)
_DOTTED = re.compile(
    rf"(?P<before>\b(?:(?P<always>{_ALWAYS})|{_DEADLINE}) (?:the )?)"
    rf"(?P<one>\d{{1,2}})\. ?(?P<two>\d{{1,2}})(?:\. ?{_YEAR}(?!\d))?(?![\d:])(?P<stop>\.?)"
    rf"(?! ?(?:[ap]\.? ?m\b|o'clock)){_NO_FRACTION}"
)
_CLOCK_MINUTES = frozenset({"00", "05", "10", "15", "20", "30", "40", "45", "50"})
"""After "by" two figures such as these are rather minutes: "by 9.10"."""

LAST_MONTH, LAST_DAY = 12, 31
"""The highest that a date in figures can have; figures that are higher are read otherwise."""


def with_written_dates(plain: str, *, month_first: bool = True) -> str:
    """Returns the text with its dates in figures written out; "12/15" may have either order.

    `month_first` decides where both are possible. What may be a time or a fraction stays.
    """
    slashed = _SLASHED.sub(lambda match: _slashed(match, month_first=month_first), plain)
    return _DOTTED.sub(_dotted, slashed)


def writes_month_first(region: str) -> bool:
    """Returns whether people of a region, such as "US", write the month before the day."""
    return region.upper() in MONTH_FIRST


def _slashed(match: re.Match[str], *, month_first: bool) -> str:
    one, two = int(match["one"]), int(match["two"])
    orders = ((two, one), (one, two)) if month_first else ((one, two), (two, one))
    return next((_written(match, *order) for order in orders if _is_day(*order)), match.group())


def _dotted(match: re.Match[str]) -> str:
    day, month = int(match["one"]), int(match["two"])
    ends = match["stop"] and match.end() < len(match.string)
    sure = match["always"] or match["year"] or ends
    if not _is_day(day, month) or not (sure or match["two"] not in _CLOCK_MINUTES):
        return match.group()
    return _written(match, day, month)


def _is_day(day: int, month: int) -> bool:
    return 0 < day <= LAST_DAY and 0 < month <= LAST_MONTH


def _written(match: re.Match[str], day: int, month: int) -> str:
    year = match["year"] or ""
    year = f" {'20' * (len(year) == 2)}{year}" if year else ""  # noqa: PLR2004 - "26"
    return f"{match['before']}{day} {MONTHS[month - 1]}{year}"
