"""Resolves dates and times in English words, relative to the day they were said. Pure.

Only expressions for a single day are resolved: "next week" and "soon" are not. Weeks begin on
Monday.
"""

import re
from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sessions_app.engine.summaries.asides import without_asides
from sessions_app.engine.summaries.day_words import DAYS, MONTHS, NUMBER, NUMBERS, ORDINAL, ORDINALS
from sessions_app.engine.summaries.excluded_days import (
    is_meant_day,
    moved_to,
    without_contrasts,
    without_moved_from,
)
from sessions_app.engine.summaries.hours import moment_ahead
from sessions_app.engine.summaries.periods import PARTS_OF_MONTHS, PERIODS, Reading, Readings
from sessions_app.engine.summaries.times import time_of_day
from sessions_app.engine.summaries.written_dates import with_written_dates

_DAY = rf"(?P<day>{'|'.join(DAYS)})"
_MONTH = rf"(?P<month>{'|'.join(MONTHS)})"
_YEAR = r"(?:,? (?P<year>20\d\d))?"
_SHORT = "(?:jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)"
_SHORT_MONTH = re.compile(
    rf"(?P<nth>\b\d{{1,2}}(?:st|nd|rd|th)? (?:of )?)(?P<after>{_SHORT})\b\.?"
    rf"|\b(?P<first>{_SHORT})\.?(?= (?:the )?\d{{1,2}}(?:st|nd|rd|th)?\b)"
)
"""Months as some recognisers write them: "7 Dec", "Dec. 7th"."""

MONTHS_AHEAD = 25
"""How many months ahead to look for a day of the month that falls on the weekday named with it."""

UNCLEAR = date.min
"""Result for words that mean a day which cannot be computed: "the Friday before the wedding"."""


@dataclass(frozen=True, slots=True)
class NamedTime:
    """A named day, and the time of day if one was named, in the speaker's local time."""

    day: date
    at: time | None = None

    def isoformat(self) -> str:
        """Returns "2026-12-01", or "2026-12-01T09:00" with a time."""
        shown = self.day.isoformat()
        return shown if self.at is None else f"{shown}T{self.at:%H:%M}"


def named_time(
    text: str, said_on: date, *, said_at: datetime | None = None, month_first: bool = True
) -> NamedTime | None:
    """Returns the first date that `text`, said on `said_on`, names; None for none.

    "Tuesday" is the first one after that day, "next Tuesday" the one in the next week; a date that
    has passed is next year's. A time without a day counts only with "tonight", "this evening" and
    the like. "In an hour" is counted from `said_at`, local time, and unknown without it.
    `month_first` says that "3/1" is in March.
    """
    plain = " ".join(without_asides(text).lower().replace("\u2019", "'").replace("-", " ").split())
    plain = with_written_dates(plain, month_first=month_first)
    plain = without_contrasts(_SHORT_MONTH.sub(_whole_month, plain))
    later, plain = moved_to(plain), without_moved_from(plain)
    ahead = moment_ahead(later or plain, said_at) if said_at else None
    if ahead and _is_meant_moment(later or plain, ahead[0], said_on):
        return NamedTime(ahead[1].date(), ahead[1].time())
    day = _day(later, said_on) if later else None
    day = day or _day(plain, said_on)
    return NamedTime(day, time_of_day(later or plain)) if day else None


def _is_meant_moment(plain: str, at: int, said_on: date) -> bool:
    """Returns whether "in an hour" is not past, and follows no day of its own: "on Friday"."""
    return is_meant_day(plain[:at], "") and _day(plain[:at], said_on) is None


def _whole_month(short: re.Match[str]) -> str:
    """Returns "7 december" for "7 dec"."""
    name = short["after"] or short["first"]
    return (short["nth"] or "") + next(month for month in MONTHS if month.startswith(name[:3]))


def _day(plain: str, said_on: date) -> date | None:
    dates, days = (*_DATES, *PARTS_OF_MONTHS), (*_DAYS_NAMED, *PERIODS)
    day = _first(dates, plain, said_on) or _first(days, plain, said_on)
    return None if day == UNCLEAR else day


def _first(readings: Readings, plain: str, said_on: date) -> date | None:
    """Returns the earliest date in the text; of several that begin there, the longest match."""
    candidates = [
        (start, -match.end(), day)
        for pattern, read in readings
        for match in pattern.finditer(plain)
        if (read_as := read(match, said_on)) is not None
        and is_meant_day(plain[: match.start()], match.group())
        for start, day in _with_shift(match, read_as)
    ]
    return min(candidates, default=(0, 0, None))[2]


def _with_shift(match: re.Match[str], day: date) -> Iterator[tuple[int, date]]:
    """Yields a match's position and date, shifted by words like: "three days after Monday"."""
    before = match.string[: match.start()]
    shift = _SHIFT.search(before)
    if shift is not None and day != UNCLEAR:
        yield shift.start(), _shifted(shift, day)
    elif not _ANCHOR.fullmatch(match.group()) and not f"{before}{match.group()}".endswith(
        "after tomorrow"
    ):
        yield match.start(), day


def _shifted(shift: re.Match[str], day: date) -> date:
    after = shift["side"] != "before"
    if shift["day"]:
        ahead = (DAYS.index(shift["day"]) - day.weekday()) % 7
        return day + timedelta(days=(ahead or 7) if after else (ahead - 7))
    if shift["many"] is None:
        return day + timedelta(days=1 if after else -1)
    many = NUMBERS.get(shift["many"]) or int(shift["many"])
    if shift["unit"].startswith("month"):
        return _months_on(day, many if after else -many)
    days = many * (7 if shift["unit"].startswith("week") else 1)
    return day + timedelta(days=days if after else -days)


# -- days -----------------------------------------------------------------------------------


def _weekday(match: re.Match[str], today: date) -> date:
    """Reads "Friday", "next Friday", "Friday next week"."""
    before, after = match.string[: match.start()], match.string[match.end() :]
    if before.endswith("the ") and re.match(r" (?:before|after)\b", after):
        return UNCLEAR  # "the Friday before the wedding"
    ahead = (DAYS.index(match["day"]) - today.weekday()) % 7 or 7
    words = f"{match['which']} {match['week']} {match['later']}"
    if "next" in words:
        ahead = 7 - today.weekday() + DAYS.index(match["day"])
    elif "this" in words and DAYS.index(match["day"]) == today.weekday():
        ahead = 0
    return today + timedelta(days=ahead)


def _from_now(match: re.Match[str], today: date) -> date | None:
    """Reads "in three days", "two weeks from now"."""
    many = NUMBERS.get(match["many"]) or int(match["many"])
    if match["unit"].startswith("day"):
        return today + timedelta(days=many)
    if match["unit"].startswith("week"):
        return today + timedelta(weeks=many)
    return _months_on(today, many)


def _months_on(day: date, many: int) -> date:
    """Returns the day `many` months later, or the last day of a shorter month."""
    year, month = divmod(day.month - 1 + many, 12)
    year, month = day.year + year, month + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def _day_and_month(match: re.Match[str], today: date) -> date | None:
    """Reads "1 December", "Tuesday, December 1st 2026"."""
    number, month = _number(match["nth"]), MONTHS.index(match["month"]) + 1
    years = [int(match["year"])] if match["year"] else range(today.year, today.year + 9)
    days = [day for year in years for day in _valid_dates(year, month, number)]
    return _matching_weekday(match, [day for day in days if match["year"] or day >= today])


def _nth_weekday(match: re.Match[str], today: date) -> date:
    """Reads "the first Monday in December", "the last Friday of January"."""
    month, weekday = MONTHS.index(match["month"]) + 1, DAYS.index(match["day"])
    years = [int(match["year"])] if match["year"] else [today.year, today.year + 1]
    days = [_weekday_of_month(year, month, weekday, match["which"]) for year in years]
    return next((day for day in days if day >= today), days[-1])


def _weekday_of_month(year: int, month: int, weekday: int, which: str) -> date:
    fitting = [
        day
        for number in range(1, monthrange(year, month)[1] + 1)
        if (day := date(year, month, number)).weekday() == weekday
    ]
    return fitting[-1 if which == "last" else ORDINALS[which] - 1]


def _movable_feast(_match: re.Match[str], _today: date) -> date:
    """Reads movable feasts, which are not computed: "Easter Monday" is not simply next Monday."""
    return UNCLEAR


def _iso_date(match: re.Match[str], _today: date) -> date | None:
    """Reads "2026 12 01", as hyphens were replaced by blanks."""
    return next(
        iter(_valid_dates(int(match["year"]), int(match["month"]), int(match["nth"]))), None
    )


def _day_of_month(match: re.Match[str], today: date) -> date | None:
    """Reads "on the third", "Friday the third"."""
    months = [divmod(today.month - 1 + ahead, 12) for ahead in range(MONTHS_AHEAD)]
    number = _number(match["nth"])
    days = [
        day for year, month in months for day in _valid_dates(today.year + year, month + 1, number)
    ]
    return _matching_weekday(match, [day for day in days if day >= today])


def _day_of_next_month(match: re.Match[str], today: date) -> date | None:
    """Reads "on the third of next month"."""
    year, month = divmod(today.month, 12)
    return next(iter(_valid_dates(today.year + year, month + 1, _number(match["nth"]))), None)


def _matching_weekday(match: re.Match[str], days: Sequence[date]) -> date | None:
    """Returns the first day that falls on the weekday also named; else the first."""
    weekday = match.groupdict().get("day")
    fitting = (day for day in days if weekday and DAYS[day.weekday()] == weekday)
    return next(fitting, next(iter(days), None))


def _weeks_on(match: re.Match[str], today: date) -> date:
    """Reads "Monday week", "two weeks on Monday", "a week from tomorrow"."""
    start = match["day"]
    if start in DAYS:
        first = today + timedelta(days=(DAYS.index(start) - today.weekday()) % 7 or 7)
    else:
        first = today + timedelta(days=int(start == "tomorrow"))
    if "fortnight" in match.group():
        return first + timedelta(weeks=2)
    many = match.groupdict().get("many") or "one"
    return first + timedelta(weeks=NUMBERS.get(many) or int(many))


def _in_weeks(match: re.Match[str], today: date) -> date:
    """Reads "on Friday in two weeks" if both ways of counting the weeks give the same day."""
    many, weekday = NUMBERS.get(match["many"]) or int(match["many"]), DAYS.index(match["day"])
    from_next = today + timedelta(days=(weekday - today.weekday()) % 7 or 7, weeks=many)
    of_that_week = today + timedelta(days=weekday - today.weekday(), weeks=many)
    return from_next if from_next == of_that_week else UNCLEAR


def _after_next(match: re.Match[str], today: date) -> date:
    """Reads "the Monday after next"."""
    return today + timedelta(days=14 - today.weekday() + DAYS.index(match["day"]))


def _holiday(match: re.Match[str], today: date) -> date:
    """Reads "Christmas Eve" and other holidays on fixed dates."""
    month, number = _HOLIDAYS[match.group()]
    day = date(today.year, month, number)
    return day if day >= today else date(today.year + 1, month, number)


def _days_ahead(days: int) -> Reading:
    return lambda _match, today: today + timedelta(days=days)


def _valid_dates(year: int, month: int, number: int) -> list[date]:
    try:
        return [date(year, month, number)]
    except ValueError:
        return []


def _number(shown: str) -> int:
    return ORDINALS.get(shown) or int(re.sub(r"\D", "", shown))


_HOLIDAYS = {
    "christmas eve": (12, 24),
    "christmas day": (12, 25),
    "boxing day": (12, 26),
    "new year's eve": (12, 31),
    "new year's day": (1, 1),
    "by christmas": (12, 25),
    "christmas": (12, 25),
    "new year": (1, 1),
}
_FEASTS = "easter|good|ash|shrove|maundy|palm|whit|black|cyber|holy|bank holiday|pancake"
"""Words that make a movable feast of a weekday: "Easter Monday"."""

_ANCHOR = re.compile("christmas|new year")
"""Only used to count another day from: "the Friday before Christmas"."""

_END_OF_HOLIDAY = (
    r"(?=[.,;!?]|$| (?:and|at|to|so|please|because|in|from|with|if|this|next|about|we|i)\b)"
)
_SHIFT = re.compile(
    rf"(?:(?P<many>{NUMBER}) (?P<unit>days?|weeks?|months?)|the (?:very )?day"
    rf"|(?:\bthe )?\b(?P<day>{'|'.join(DAYS)})) (?P<side>before|after|from)"
    r" (?:(?:the|my|our|your|his|her|their) [\w']+ (?:(?:is|on|of) )?)?"
    r"(?:on )?(?:the |this |next )?$"
)
"""Words before a date that shift it: "three days after"."""

_NTH = rf"(?P<nth>{ORDINAL}|\d{{1,2}})(?![\d:])"
_DATES: Readings = [
    (re.compile(pattern), read)
    for pattern, read in (
        (r"\b(?P<year>20\d\d) (?P<month>\d\d) (?P<nth>\d\d)\b", _iso_date),
        (rf"\b(?:{_DAY},? (?:the )?)?{_NTH} (?:of )?{_MONTH}\b{_YEAR}", _day_and_month),
        (
            rf"\b(?:{_DAY},? )?{_MONTH} (?:the )?{_NTH}{_YEAR}(?! [a-z]+s\b| people\b)",
            _day_and_month,
        ),
        (
            rf"\b(?:on|by|until|before|for|{_DAY},?) the (?P<nth>{ORDINAL})"
            r"(?=[.,;!?]|$| (?:at|in the|and|to|before|after|of (?:this|the) month)\b)",
            _day_of_month,
        ),
        (
            rf"\b(?:(?:on|by|until|before|for|to) |{_DAY},? )the (?P<nth>{ORDINAL})"
            r" of next month\b",
            _day_of_next_month,
        ),
        (
            rf"\b(?P<which>first|second|third|fourth|last) {_DAY} (?:in|of) {_MONTH}\b{_YEAR}",
            _nth_weekday,
        ),
        (rf"\b(?:{_FEASTS}) {_DAY}\b", _movable_feast),
        (rf"\b(?:{'|'.join(_HOLIDAYS)})(?:(?<= day)|(?<= eve)|{_END_OF_HOLIDAY})", _holiday),
    )
]
"""Calendar dates; they take precedence over a weekday named with them."""

_PART_OF_DAY = "(?:morning|afternoon|evening|night)"
_START_DAY = rf"(?P<day>{'|'.join(DAYS)}|today|tomorrow)"
_DAYS_NAMED: Readings = [
    (re.compile(pattern), read)
    for pattern, read in (
        (rf"(?<!last )\b{_START_DAY} (?:week|fortnight)\b", _weeks_on),
        (
            r"(?<!once )(?<!twice )(?<!times )"
            rf"\b(?P<many>{NUMBER}) weeks?(?: (?:on|from|after))? (?:this )?{_START_DAY}\b",
            _weeks_on,
        ),
        (rf"\ba fortnight(?: (?:on|from|after))? (?:this )?{_START_DAY}\b", _weeks_on),
        (rf"\b{_DAY}(?: {_PART_OF_DAY})? in (?P<many>{NUMBER}) weeks?\b", _in_weeks),
        (rf"\b{_DAY}(?: {_PART_OF_DAY})? (?P<many>{NUMBER}) weeks? from now\b", _in_weeks),
        (rf"\bin (?P<many>{NUMBER}) weeks?(?:'? time)?,? on {_DAY}\b", _in_weeks),
        (rf"\b(?P<many>{NUMBER}) weeks? from now,? on {_DAY}\b", _in_weeks),
        (rf"\b{_DAY} after next\b", _after_next),
        (r"\bin a fortnight\b", _days_ahead(14)),
        (r"\bday after tomorrow\b", _days_ahead(2)),
        (r"\btomorrow\b", _days_ahead(1)),
        (r"\b(?:today|tonight|this (?:morning|afternoon|evening))\b", _days_ahead(0)),
        (
            r"(?<!last )(?<!every )(?P<which>\b(?:next|this|coming) )?(?P<week>next week (?:on )?)?"
            rf"\b{_DAY}\b(?! (?:was|were)\b)(?P<later> (?:of )?next week\b)?",
            _weekday,
        ),
        (rf"\b(?P<many>{NUMBER}) (?P<unit>days?|weeks?|months?) from now\b", _from_now),
        (rf"\b(?:in|within) (?P<many>{NUMBER}) (?P<unit>days?|weeks?|months?)\b", _from_now),
    )
]
