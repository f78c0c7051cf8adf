"""Patterns of amounts of money, one for each way to write them, and their readings."""

import re
from collections.abc import Callable

from sessions_app.engine.tts.normalisation.attributive import before_noun
from sessions_app.engine.tts.normalisation.currencies import SIGNS
from sessions_app.engine.tts.normalisation.reading import Reading

Match = re.Match[str]
Rule = tuple[re.Pattern[str], Callable[[Reading, Match], str | None]]

_AMOUNT = (
    r"(\d{1,2}(?:,\d\d)+,\d{3}(?:\.\d{1,2})?"
    r"|\d{1,3}(?:[.,' \u00a0\u202f]\d{3})+(?:[.,]\d{1,2})?|\d+(?:[.,]\d+)?)"
)
_SCALE = (
    r"(?:[ \u00a0-]?((?:[Mm]|[Bb]|[Tt]r)illion(?:s|en)?|thousand|[Tt]ausend|duizend|mila?"
    r"|mill[oó]n(?:es)?|[mb]ilh(?:ão|ões)|milion[ei]|miliard[oi]|miljoen|miljard"
    r"|[Mm]illiard(?:en?|s)?|M(?:io|rd)\.|mln|mld|bn|[kKmMB])(?!\w))?"
)
_CODES = "|".join(re.escape(sign) for sign in SIGNS)
_COUNTRY = r"(?:[ \u00a0](USD|CAD|AUD|NZD|SGD|HKD|MXN|ARS|CLP|COP)\b)?"
"""A currency code after the amount, which says whose dollars or pesos "$" are."""

_BEFORE = re.compile(
    rf"(?<!\w)({_CODES})[ \u00a0]?(?:{_AMOUNT}|(\.\d\d))(?![\d.,]*\d){_SCALE}{_COUNTRY}"
)
_NEGATIVE = re.compile(
    rf"(?<!\w)({_CODES})[ \u00a0]?[-\u2212]{_AMOUNT}(?![\d.,]*\d){_SCALE}(?![\w/-])"
)
_RANGE = re.compile(
    rf"(?<!\w)({_CODES}) ?(\d[\d.,]*)[-\u2013](?:\1 ?)?(\d[\d.,]*\d|\d){_SCALE}(?![\w/-])"
)
_SIGN = r"€|£|\$|¥|₹|R\$|EUR|USD|GBP|CHF|BRL|JPY|INR|CAD|AUD|MXN"
_AFTER = re.compile(
    rf"(?<![\w.,])(?<!\d[-\u2013])(?<![€£$][-\u2013]){_AMOUNT}"
    rf"[ \u00a0\u202f]?({_SIGN})(?!\w)"
)
_RANGE_AFTER = re.compile(
    rf"(?<![\w.,/-]){_AMOUNT}(?:[ \u00a0\u202f]?({_SIGN}))?( ?)[-\u2013]\3{_AMOUNT}"
    rf"[ \u00a0\u202f]?({_SIGN})(?!\w)"
)
_NO_CENTS = re.compile(
    rf"(?<![\w.,])(?:({_CODES})[ \u00a0]?(\d+)[.,][-\u2013\u2014]{{1,2}}"
    r"|(\d+)[.,][-\u2013\u2014]{1,2}[ \u00a0]?(€|EUR|CHF)(?!\w))"
)
"""Whole amounts with a dash in place of the cents: "5,- €", "CHF 5.-"."""

_CENTS = re.compile(r"(?<![\w.,])(\d+)[ \u00a0]?¢")
_FORMULA = re.compile(
    r"(?<![\w$])\$(?![\s$])([^$\n]*(?:[=^\\]|\b[a-z] ?[+*/<>-])[^$\n]*)(?<!\s)\$(?!\w)"
)
"""A TeX formula between dollar signs: "$x = 5$"."""


def _before(reading: Reading, match: Match) -> str | None:
    sign, amount, country = match[1], match[2] or match[3], match[5]
    if country and sign != "$":
        country = None
    before = before_noun(reading.base, match.string, match.start(), match.end())
    return reading.money(country or sign, amount, match[4] or "", attributive=before)


def _range(reading: Reading, match: Match) -> str | None:
    before = before_noun(reading.base, match.string, match.start(), match.end())
    return reading.range_of_money(match[2], match[1], match[3], match[4] or "", attributive=before)


def _range_after(reading: Reading, match: Match) -> str | None:
    """Returns a range of money; "10 - 5 €", which has blanks and descends, is a difference."""
    low, sign, blank, high, named = match.groups()
    if sign not in (None, named) or (blank and not reading.is_ascending(low, high)):
        return None
    return reading.range_of_money(low, named, high)


def _no_cents(reading: Reading, match: Match) -> str | None:
    return reading.money(match[1] or match[4], match[2] or match[3], "")


RULES: tuple[Rule, ...] = (
    (_FORMULA, lambda _, m: m[1]),
    (_RANGE, _range),
    (_RANGE_AFTER, _range_after),
    (_NEGATIVE, Reading.negative_money),
    (_NO_CENTS, _no_cents),
    (_BEFORE, _before),
    (_AFTER, lambda r, m: r.money(m[2], m[1], "")),
    (_CENTS, lambda r, m: r.cents(int(m[1]))),
)
"""In the order in which they are tried: a range before the amount it begins with."""
