"""The day and the time that words name, counted from the day they were said. For English. Pure.

Only what names one day is resolved: "next week" and "soon" are not. Weeks begin on Monday.
"""

import re
from calendar import monthrange
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta

from sessions_app.summaries.asides import without_asides

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = (
    *("january", "february", "march", "april", "may", "june", "july", "august"),
    *("september", "october", "november", "december"),
)
_UNITS = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
_NUMBERS = {word: number for number, word in enumerate(_UNITS.split(), start=1)}
_NUMBERS |= {"a": 1, "an": 1, "a couple of": 2, "twenty": 20, "thirty": 30, "forty": 40}
_FIRSTS = (
    *("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth"),
    *("tenth", "eleventh", "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth"),
    *("seventeenth", "eighteenth", "nineteenth", "twentieth"),
)
_ORDINALS = {word: number for number, word in enumerate(_FIRSTS, start=1)}
_ORDINALS |= {f"twenty {word}": 20 + number for number, word in enumerate(_FIRSTS[:9], start=1)}
_ORDINALS |= {"thirtieth": 30, "thirty first": 31}

_NUMBER = rf"(?:\d{{1,3}}|{'|'.join(sorted(_NUMBERS, key=len, reverse=True))})"
_ORDINAL = rf"(?:\d{{1,2}}(?:st|nd|rd|th)|{'|'.join(sorted(_ORDINALS, key=len, reverse=True))})"
_DAY = rf"(?P<day>{'|'.join(_DAYS)})"
_MONTH = rf"(?P<month>{'|'.join(_MONTHS)})"
_YEAR = r"(?:,? (?P<year>20\d\d))?"
WORKDAYS = 5
"""After so many days "the end of the week" has come: Friday."""

MONTHS_AHEAD = 25
"""Within so many months a day of the month is looked for that is the weekday named with it."""

NOON_HOUR = 12
FIRST_MORNING_HOUR = 7
"""An hour before it, said without more, is one of the afternoon: nobody means 3 in the night."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A named day, and the time of day where one was named, on the clock of where it was said."""

    day: date
    at: time | None = None

    def isoformat(self) -> str:
        """Returns such as "2026-12-01", or "2026-12-01T09:00"."""
        shown = self.day.isoformat()
        return shown if self.at is None else f"{shown}T{self.at:%H:%M}"


Reading = Callable[[re.Match[str], date], date | None]
Readings = Sequence[tuple[re.Pattern[str], Reading]]


def named(text: str, said_on: date) -> Moment | None:
    """Returns what `text`, said on that day, names first; None for no day.

    "Tuesday" is the next one after that day, "next Tuesday" that of the next week; a day of the
    year that has passed is next year's. A time without a day is of that day if it says "tonight",
    "this evening" and the like, and nothing otherwise.
    """
    plain = " ".join(without_asides(text).lower().replace("\u2019", "'").replace("-", " ").split())
    day = _first(_DATES, plain, said_on) or _first(_DAYS_NAMED, plain, said_on)
    return Moment(day, time_of_day(plain)) if day else None


def _first(readings: Readings, plain: str, said_on: date) -> date | None:
    found = [
        (match.start(), day)
        for pattern, read in readings
        for match in pattern.finditer(plain)
        if (day := read(match, said_on)) is not None
    ]
    return min(found, default=(0, None), key=lambda one: one[0])[1]


# -- days -----------------------------------------------------------------------------------


def _weekday(match: re.Match[str], today: date) -> date:
    ahead = (_DAYS.index(match["day"]) - today.weekday()) % 7 or 7
    words = f"{match['which']} {match['week']} {match['later']}"
    if "next" in words:
        ahead = 7 - today.weekday() + _DAYS.index(match["day"])
    elif "this" in words and _DAYS.index(match["day"]) == today.weekday():
        ahead = 0
    return today + timedelta(days=ahead)


def _in(match: re.Match[str], today: date) -> date | None:
    many = _NUMBERS.get(match["many"]) or int(match["many"])
    if match["unit"].startswith("day"):
        return today + timedelta(days=many)
    if match["unit"].startswith("week"):
        return today + timedelta(weeks=many)
    year, month = divmod(today.month - 1 + many, 12)
    year, month = today.year + year, month + 1
    return date(year, month, min(today.day, monthrange(year, month)[1]))


def _of_year(match: re.Match[str], today: date) -> date | None:
    number, month = _number(match["nth"]), _MONTHS.index(match["month"]) + 1
    years = [int(match["year"])] if match["year"] else range(today.year, today.year + 9)
    days = [day for year in years for day in _made(year, month, number)]
    return _agreeing(match, [day for day in days if match["year"] or day >= today])


def _of_figures(match: re.Match[str], _today: date) -> date | None:
    return next(iter(_made(int(match["year"]), int(match["month"]), int(match["nth"]))), None)


def _of_month(match: re.Match[str], today: date) -> date | None:
    months = [divmod(today.month - 1 + ahead, 12) for ahead in range(MONTHS_AHEAD)]
    number = _number(match["nth"])
    days = [day for year, month in months for day in _made(today.year + year, month + 1, number)]
    return _agreeing(match, [day for day in days if day >= today])


def _agreeing(match: re.Match[str], days: Sequence[date]) -> date | None:
    """Returns the first of the days that is the weekday that was named, too; else the first."""
    named_too = match.groupdict().get("day")
    fitting = (day for day in days if named_too and _DAYS[day.weekday()] == named_too)
    return next(fitting, next(iter(days), None))


def _weeks_on(match: re.Match[str], today: date) -> date:
    """Reads "Monday week", "two weeks on Monday", "a week from tomorrow"."""
    start = match["day"]
    if start in _DAYS:
        first = today + timedelta(days=(_DAYS.index(start) - today.weekday()) % 7 or 7)
    else:
        first = today + timedelta(days=int(start == "tomorrow"))
    if "fortnight" in match.group():
        return first + timedelta(weeks=2)
    many = match.groupdict().get("many") or "one"
    return first + timedelta(weeks=_NUMBERS.get(many) or int(many))


def _after_next(match: re.Match[str], today: date) -> date:
    """Reads "the Monday after next"."""
    return today + timedelta(days=14 - today.weekday() + _DAYS.index(match["day"]))


def _end_of(match: re.Match[str], today: date) -> date | None:
    after, unit = bool(match["after"]), match["unit"]
    if unit == "day":
        return today
    if unit == "week":
        friday = today + timedelta(days=WORKDAYS - 1 - today.weekday() + 7 * after)
        return friday if friday >= today else today
    if unit == "year":
        return date(today.year + after, 12, 31)
    year, month = divmod(today.month - 1 + after, 12)
    return date(today.year + year, month + 1, monthrange(today.year + year, month + 1)[1])


def _feast(match: re.Match[str], today: date) -> date:
    month, number = _FEASTS[match.group()]
    day = date(today.year, month, number)
    return day if day >= today else date(today.year + 1, month, number)


def _ahead(days: int) -> Reading:
    return lambda _match, today: today + timedelta(days=days)


def _made(year: int, month: int, number: int) -> list[date]:
    try:
        return [date(year, month, number)]
    except ValueError:
        return []


def _number(shown: str) -> int:
    return _ORDINALS.get(shown) or int(re.sub(r"\D", "", shown))


_FEASTS = {
    "christmas eve": (12, 24),
    "christmas day": (12, 25),
    "boxing day": (12, 26),
    "new year's eve": (12, 31),
    "new year's day": (1, 1),
}
_NTH = rf"(?P<nth>{_ORDINAL}|\d{{1,2}})(?![\d:])"
_DATES: Readings = [
    (re.compile(pattern), read)
    for pattern, read in (
        (r"\b(?P<year>20\d\d) (?P<month>\d\d) (?P<nth>\d\d)\b", _of_figures),
        (rf"\b(?:{_DAY},? (?:the )?)?{_NTH} (?:of )?{_MONTH}\b{_YEAR}", _of_year),
        (rf"\b(?:{_DAY},? )?{_MONTH} (?:the )?{_NTH}{_YEAR}(?! [a-z]+s\b| people\b)", _of_year),
        (
            rf"\b(?:on|by|until|before|for|{_DAY},?) the (?P<nth>{_ORDINAL})"
            r"(?=[.,;!?]|$| (?:at|in the|and|to|before|after|of (?:this|the) month)\b)",
            _of_month,
        ),
        (rf"\b(?:{'|'.join(_FEASTS)})\b", _feast),
    )
]
"""Days of the calendar: they go before days of the week, which only stand beside them."""

_FROM = rf"(?P<day>{'|'.join(_DAYS)}|today|tomorrow)"
_DAYS_NAMED: Readings = [
    (re.compile(pattern), read)
    for pattern, read in (
        (rf"(?<!last )\b{_FROM} (?:week|fortnight)\b", _weeks_on),
        (rf"\b(?P<many>{_NUMBER}) weeks? (?:on|from|after) (?:this )?{_FROM}\b", _weeks_on),
        (rf"\b{_DAY} after next\b", _after_next),
        (r"\bin a fortnight\b", _ahead(14)),
        (r"\bday after tomorrow\b", _ahead(2)),
        (r"(?<!after )\btomorrow\b", _ahead(1)),
        (r"\b(?:today|tonight|this (?:morning|afternoon|evening))\b", _ahead(0)),
        (
            r"(?<!last )(?<!every )(?P<which>\b(?:next|this|coming) )?(?P<week>next week (?:on )?)?"
            rf"\b{_DAY}\b(?! (?:was|were)\b)(?P<later> (?:of )?next week\b)?",
            _weekday,
        ),
        (rf"\b(?:in|within) (?P<many>{_NUMBER}) (?P<unit>days?|weeks?|months?)\b", _in),
        (r"\bend of (?:the |this )?(?P<after>next )?(?P<unit>day|week|month|year)\b", _end_of),
    )
]


# -- times ----------------------------------------------------------------------------------

_HOUR = rf"(?P<hour>\d{{1,2}}|{'|'.join(_UNITS.split()[:12])})"
_MINUTES = {
    **{
        "fifteen": 15,
        "thirty": 30,
        "ten": 10,
        "twenty": 20,
        "forty": 40,
        "fifty": 50,
        "oh five": 5,
    },
    **{"five": 5, "quarter": 15, "half": 30, "twenty five": 25, "forty five": 45},
}
_MINUTE = (
    rf"(?:[:.](?P<figures>\d\d)| (?P<words>{'|'.join(sorted(_MINUTES, key=len, reverse=True))}))?"
)
_HALF = r"(?P<half>[ap])\.? ?m\b\.?"
_TIMES = [
    re.compile(pattern)
    for pattern in (
        rf"\b(?P<part>half|(?:a )?quarter|five|ten|twenty(?: five)?) (?P<side>past|to) {_HOUR}\b",
        rf"\b{_HOUR}{_MINUTE} ?{_HALF}",
        rf"\b{_HOUR}{_MINUTE} ?o'?clock\b",
        r"\b(?P<hour>[01]?\d|2[0-3]):(?P<figures>[0-5]\d)\b",
        rf"\b(?:at|by|before|until|around) (?:about )?{_HOUR}{_MINUTE}"
        r"(?=[.,;!?]|$| (?:in the|on|and|to|tomorrow|today|tonight|sharp|please|this|next"
        rf"|{'|'.join(_DAYS)})\b)",
    )
]
_LATE = re.compile(r"\b(?:afternoon|evening|tonight|at night)\b")
_EARLY = re.compile(r"\bmorning\b")


def time_of_day(plain: str) -> time | None:
    """Returns the time that a text in small letters names; None for none."""
    for word, hour in (("noon", 12), ("midday", 12), ("midnight", 0)):
        if re.search(rf"\b{word}\b", plain):
            return time(hour)
    match = next((found for found in (times.search(plain) for times in _TIMES) if found), None)
    if match is None:
        return None
    parts = match.groupdict()
    hour = _NUMBERS.get(parts["hour"]) or int(parts["hour"])
    minute = int(parts.get("figures") or 0) or _MINUTES.get(parts.get("words") or "", 0)
    if parts.get("part"):
        minute = _MINUTES[parts["part"].removeprefix("a ")]
    hour = _on_the_clock(hour, parts.get("half") or "", plain)
    if parts.get("side") == "to":
        hour, minute = hour - 1, 60 - minute
    return time(hour % 24, minute) if hour <= 24 and minute < 60 else None  # noqa: PLR2004


def _on_the_clock(hour: int, half: str, plain: str) -> int:
    """Returns the hour of the day for one of the twelve that people say."""
    if hour > NOON_HOUR:
        return hour
    if half or _EARLY.search(plain) or _LATE.search(plain):
        late = half == "p" if half else not _EARLY.search(plain)
        return hour % NOON_HOUR + NOON_HOUR * late
    return hour + NOON_HOUR if hour < FIRST_MORNING_HOUR else hour
