"""Reads a moment counted from the one it is said in: "in an hour", "in twenty minutes". Pure.

English. All texts are lower case, with single blanks; hyphens are blanks.
"""

import re
from datetime import datetime, timedelta

from sessions_app.engine.summaries.day_words import NUMBER, NUMBERS

_MANY = rf"(?P<many>{NUMBER}) (?P<unit>hours?|hrs?|minutes?|mins?)(?P<half> and a half)?"
_PARTS = {"half an hour": 30, "half hour": 30, "quarter of an hour": 15}
_PART = rf"(?:an? |three )?(?P<part>{'|'.join(_PARTS)}|quarters of an hour)"
_LENGTH = rf"(?:{_PART}|{_MANY}|(?P<one>(?:the )?(?:next )?hour))"
_ABOUT = r"(?:about |around |roughly |approximately |the next |just |another )?"
_MOMENT = re.compile(
    rf"(?<!once )(?<!twice )(?<!times )\b(?:in|within) {_ABOUT}{_LENGTH}\b(?! or\b)"
)
_FROM_NOW = re.compile(rf"\b{_LENGTH} from now\b")


def moment_ahead(plain: str, said_at: datetime) -> tuple[int, datetime] | None:
    """Returns where a text names a moment of the next hours, and the moment, to the minute.

    "In a minute" and "in a second" only mean soon.
    """
    for pattern in (_MOMENT, _FROM_NOW):
        for match in pattern.finditer(plain):
            minutes = _minutes(match)
            if minutes > 1:
                whole = said_at.replace(second=0, microsecond=0)
                return match.start(), whole + timedelta(minutes=minutes)
    return None


def _minutes(match: re.Match[str]) -> int:
    if match["one"]:
        return 60
    if match["part"]:
        return _PARTS.get(match["part"], 45)
    many = NUMBERS.get(match["many"]) or int(match["many"])
    if match["unit"].startswith("h"):
        return many * 60 + 30 * bool(match["half"])
    return many
