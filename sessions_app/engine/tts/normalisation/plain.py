"""Rules for languages without a table in `WORDS`: money, times, ranges, links and emphasis marks.

Digits stay as they are, since voices of these languages read them well; signs become words.
"""

import re
from collections.abc import Callable

from sessions_app.engine.text.links import LINK
from sessions_app.engine.tts.normalisation.contacts import ported

Match = re.Match[str]
Rule = tuple[re.Pattern[str], Callable[[Match], str | None]]

_AMOUNT = r"(\d{1,3}(?:,\d{2,3})+|\d+)(\.\d+)?(?![\d.,]*\d)"
_CLOCK = r"(?<![A-Za-z0-9:.,])([01]?\d|2[0-3]):([0-5]\d)(?![:.]?\d)"
_RANGE = re.compile(
    r"(?<![A-Za-z0-9.,/:~-])(\d{1,4})[-\u2013\u301c\uff5e~](\d{1,4})(?![A-Za-z]|[.,/:%-]?\d|-|\s*=)"
)
_SHORT = 3
"""Most digits of the end of a range that has more than its start; "555-1234" is a phone number."""


def _money(signs: str, name: str) -> Rule:
    """Returns the rule for amounts with a currency sign before them; the name is read after."""
    pattern = re.compile(rf"(?<![A-Za-z0-9]){signs}\s?{_AMOUNT}")
    return pattern, lambda m: f"{m[1].replace(',', '')}{m[2] or ''}{name}"


def _range(word: str) -> Rule:
    def read(match: Match) -> str | None:
        low, high = match[1], match[2]
        alike = len(high) <= _SHORT or len(low) == len(high)
        rises = int(low) < int(high) and not low.startswith("0")
        return f"{low}{word}{high}" if alike and rises else None

    return _RANGE, read


def _dash(word: str) -> Rule:
    """Returns the rule for a dash between two times or amounts."""
    ends = r"(?=[¥$€\u20b9\uffe5\u0e3f]?\d)"
    between = re.compile(rf"(?:(?<=\d:\d\d)|(?<=\d,\d{{3}}))[-\u2013\u301c\uff5e]{ends}")
    return between, lambda _: word


def _japanese_time(match: Match) -> str:
    hour, past = int(match[1]), int(match[2])
    return f"{hour}時{past}分" if past else f"{hour}時"


def _hindi_time(match: Match) -> str:
    """Returns a time; `बजे` that follows belongs to the hour."""
    hour, past = int(match[1]), int(match[2])
    return f"{hour} बजकर {past} मिनट" if past else f"{hour} बजे"


def _thai_time(match: Match) -> str:
    hour, past = int(match[1]), int(match[2])
    return f"{hour} นาฬิกา {past} นาที" if past else f"{hour} นาฬิกา"


STRESS: Rule = (
    re.compile(
        r"(?<!\w)(?:(?<!\*)\*{1,3}|~~)(?=\w)"
        r"|(?:(?<=[^\W\d]{2})|(?<=[^\W\d][.,!?]))(?:\*{1,3}(?!\*)|~~)(?!\w)"
    ),
    lambda _: "",
)
"""Asterisks and tildes for bold or strikethrough, where the text is not Markdown.

The asterisk of "a 5* hotel" and of "the A* search" is read.
"""

_EMOJI = "\U0001f000-\U0001faff\u2600-\u27bf"
PICTURES = re.compile(
    rf"[{_EMOJI}][{_EMOJI}\ufe0f\u200d\u20e3\U000e0020-\U000e007f]*|(?<=[0-9#*])\ufe0f?\u20e3"
)
"""Emoji, of which a voice would read the names."""

SIGNS: tuple[Rule, ...] = (STRESS, (re.compile(rf" ?(?:{PICTURES.pattern})"), lambda _: ""))
"""Emphasis marks and emoji, which are dropped in every language."""

EVERYWHERE: tuple[Rule, ...] = ((LINK, lambda m: m["host"] + ported(m)), *SIGNS)
"""Rules for every language, with or without rules of its own."""

RULES: dict[str, tuple[Rule, ...]] = {
    "ja": (
        _money("[¥\uffe5]", "円"),
        _money(r"\$", "ドル"),
        _money("€", "ユーロ"),
        (re.compile(_CLOCK), _japanese_time),
        _range("から"),
        _dash("から"),
    ),
    "hi": (
        _money("(?:₹|Rs\\.?)", " रुपये"),
        _money(r"\$", " डॉलर"),
        (re.compile(rf"{_CLOCK}(?: बजे)?"), _hindi_time),
        _range(" से "),
        _dash(" से "),
    ),
    "th": (
        _money("฿", " บาท"),
        _money(r"\$", " ดอลลาร์"),
        (re.compile(rf"{_CLOCK}(?: ?น\.)?"), _thai_time),
        _range(" ถึง "),
        _dash(" ถึง "),
    ),
    "ar": (_range(" إلى "), _dash(" إلى ")),
}
"""Further rules by base language (no region).

Arabic has ranges alone: its nouns are inflected by the number before them.
"""
