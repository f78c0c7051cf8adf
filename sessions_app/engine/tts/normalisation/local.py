"""Rules of one language or region: its own ways to write times, telephone numbers and signs."""

import re
from collections.abc import Callable

from sessions_app.engine.tts.normalisation import contacts, english
from sessions_app.engine.tts.normalisation.reading import Reading

Match = re.Match[str]
Rule = tuple[re.Pattern[str], Callable[[Reading, Match], str | None]]

_HOUR, _MINUTES = r"([01]?\d|2[0-4])", r"([0-5]\d)"
_POINTED = rf"{_HOUR}\.{_MINUTES}"
_GERMAN = re.compile(
    rf"(?<![\w:.,-]){_POINTED}(?: ?(?:Uhr|uur)? ?[-\u2013] ?{_POINTED})? ?(?:Uhr|uur)\b"
)
_ITALIAN = re.compile(
    rf"(?:(?<=\b[Aa]lle )|(?<=\b[Dd]alle )|(?<=\b[Oo]re )){_POINTED}"
    rf"(?: ?[-\u2013] ?{_POINTED})?(?!\w|[.,]\d)"
)
_PORTUGUESE = re.compile(rf"(?<![\w:.,]){_HOUR} ?h ?{_MINUTES}(?:min)?(?!\w)")
_NINE = re.compile(
    r"(?<![\w.,/-])(?<!\d )[6-9]\d\d (?:\d\d \d\d \d\d(?!\w| ?\d)"
    r"|\d{3} \d{3}(?=[.,;:!?)]*(?:$|\n| [A-Z])))"
)
"""A Spanish or Portuguese telephone number; groups of three before a word may be a count."""

_LOVE = re.compile(r"(?:(?<=\bI )|(?<=\b[Ww]e )|(?<=\bthey ))<3(?![\w%]|[.,]\d)")
_SHARP = re.compile(r"(?<![\w.])([A-G])#(?!\w)")
_LANGUAGE = re.compile(r"(?<![\w.])([CF])#(?!\w)")

_DIFFERENCE = re.compile(r"(?<=\d)-(?=\d[\d.,]* ?= ?-?\d)")
"""The minus of an equation, which is no range: "5-3=2"."""

_EVERYWHERE: tuple[Rule, ...] = (
    (_LANGUAGE, lambda _, m: f"{m[1]} sharp"),
    (_DIFFERENCE, lambda r, _: f" {r.words.minus} "),
)


def _time(reading: Reading, match: Match) -> str | None:
    return reading.time(match[1], match[2], "")


def _times(reading: Reading, match: Match) -> str | None:
    """Returns a time or a range of times; None where one of them is impossible."""
    if match[3] is None:
        return _time(reading, match)
    begin, end = _time(reading, match), reading.time(match[3], match[4], "")
    return f"{begin} {reading.words.to} {end}" if begin and end else None


_OWN: dict[str, tuple[Rule, ...]] = {
    "de": ((_GERMAN, _times),),
    "nl": ((_GERMAN, _times),),
    "it": ((_ITALIAN, _times),),
    "pt": ((_PORTUGUESE, _time), (_NINE, contacts.phone)),
    "es": ((_NINE, contacts.phone),),
    "en": (
        (_LOVE, lambda *_: "love"),
        (_SHARP, lambda _, m: f"{m[1]} sharp"),
        *english.FIRST,
    ),
}


def rules(base: str) -> tuple[Rule, ...]:
    """Returns a language's own rules, which come before those of all."""
    return (*_OWN.get(base, ()), *_EVERYWHERE)
