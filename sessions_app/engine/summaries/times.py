"""Resolves times of day in English words. Pure."""

import re
from datetime import time

from sessions_app.engine.summaries.day_words import DAYS, NUMBERS, UNITS

NOON_HOUR = 12
"""Hours to noon, on a clock of 24 hours."""

FIRST_MORNING_HOUR = 7
"""A bare hour below this is in the afternoon: "at 3" is 15:00."""

AFTER_MIDNIGHT = (12, 1, 2, 3, 4)
"""Night hours that belong to the next day: no time is better than one on the wrong day."""

_HOUR = rf"(?P<hour>\d{{1,2}}|{'|'.join(UNITS.split()[:12])})"
_MINUTES = {
    **{"fifteen": 15, "thirty": 30, "ten": 10, "twenty": 20, "forty": 40, "fifty": 50},
    **{"oh five": 5, "five": 5, "quarter": 15, "half": 30, "twenty five": 25, "forty five": 45},
}
_MINUTE = (
    rf"(?:[:.](?P<figures>\d\d)| (?P<words>{'|'.join(sorted(_MINUTES, key=len, reverse=True))}))?"
)
_MINUTES_PART = r"(?P<part>half|(?:a )?quarter|five|ten|twenty(?: five)?|\d{1,2})(?: minutes?)?"
_AM_PM = r"(?P<half>[ap])\.? ?m\b\.?"
_TIME_PREPOSITION = r"\b(?:at|by|before|until|till|around) (?:about )?"
_AFTER_TIME = (
    rf"(?=[.,;!?]|$| (?:in|on|and|to(?! (?:\d|{'|'.join(UNITS.split()[:12])}\b))|tomorrow|today"
    r"|tonight|sharp|please|this|next|about|for|with|from|if|when|while|because|so|but|then|that|whether|i|we|he|she|they|you|it|at|by|after|before"
    r"|until|till|instead|again|as|without|regarding|concerning|is|was|will|should|would|can|could"
    rf"|must|has|have|not|every|{'|'.join(DAYS)})\b)"
)
"""What may follow a time; before other words the number counts something: "at two places"."""

_TIMES = [
    re.compile(pattern)
    for pattern in (
        rf"{_TIME_PREPOSITION}{_MINUTES_PART} (?P<side>past|to) {_HOUR}{_AFTER_TIME}",
        rf"\b{_MINUTES_PART} (?P<side>past) {_HOUR}\b",
        rf"\b(?P<part>half) {_HOUR}{_AFTER_TIME}",
        rf"\b(?P<part>(?:a )?quarter) (?P<side>to) {_HOUR}\b",
        rf"(?<!from )(?<!between )\b(?!\d){_MINUTES_PART} (?P<side>to) {_HOUR}{_AFTER_TIME}",
        rf"\b{_HOUR}{_MINUTE} ?{_AM_PM}",
        rf"\b{_HOUR}{_MINUTE} ?o'?clock\b",
        r"\b(?P<hour>[01]?\d|2[0-3]):(?P<figures>[0-5]\d)\b",
        rf"{_TIME_PREPOSITION}{_HOUR}{_MINUTE}{_AFTER_TIME}",
    )
]
_PART_OF_DAY = re.compile(r"\b(?<!good )(?<!last )(?:morning|afternoon|evening|tonight|night)\b")


def time_of_day(plain: str) -> time | None:
    """Returns the time that a lower-case text names; None for none."""
    for word, of_word in (("noon", 12), ("midday", 12), ("midnight", 0)):
        if re.search(rf"\b{word}\b", plain):
            return time(of_word)
    match = next((found for found in (times.search(plain) for times in _TIMES) if found), None)
    if match is None:
        return None
    parts: dict[str, str | None] = match.groupdict()
    minute = int(parts.get("figures") or 0) or _MINUTES.get(parts.get("words") or "", 0)
    if part := parts.get("part"):
        minute = _minutes(part)
    spoken_hour = NUMBERS.get(match["hour"]) or int(match["hour"])
    hour = _on_the_clock(spoken_hour, parts.get("half") or "", _part_of_day(plain, match))
    if hour is None or minute >= 60:  # noqa: PLR2004
        return None
    if parts.get("side") == "to" and minute:
        hour, minute = hour - 1, 60 - minute
    return time(hour % 24, minute) if hour <= 24 else None  # noqa: PLR2004


def _minutes(shown: str) -> int:
    return _MINUTES.get(shown.removeprefix("a ")) or int(shown)


def _part_of_day(plain: str, match: re.Match[str]) -> str:
    """Returns the part of the day named nearest to the time; empty for none."""
    parts = _PART_OF_DAY.finditer(plain)
    nearest = min(parts, key=lambda part: abs(part.start() - match.start()), default=None)
    return nearest.group() if nearest else ""


def _on_the_clock(hour: int, half: str, part: str) -> int | None:
    """Returns the hour (0 to 24) for a spoken hour; None if it is ambiguous."""
    if hour > NOON_HOUR:
        return hour
    if half or part:
        late = half == "p" if half else part != "morning"
        if not half and part in ("night", "tonight", "evening") and hour in AFTER_MIDNIGHT:
            return None
        return hour % NOON_HOUR + NOON_HOUR * late
    return hour + NOON_HOUR if hour < FIRST_MORNING_HOUR else hour
