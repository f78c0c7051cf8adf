"""Where amounts of money stand in a text, and how each of the ways to write one is read."""

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
"""What says whose dollars or pesos "$" are."""

_BEFORE = re.compile(
    rf"(?<!\w)({_CODES})[ \u00a0]?(?:{_AMOUNT}|(\.\d\d))(?![\d.,]*\d){_SCALE}{_COUNTRY}"
)
_LESS = re.compile(rf"(?<!\w)({_CODES})[ \u00a0]?[-\u2212]{_AMOUNT}(?![\d.,]*\d){_SCALE}(?![\w/-])")
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
"""Amounts whose dash stands for no cents: "5,- €", "CHF 5.-"."""

_CENTS = re.compile(r"(?<![\w.,])(\d+)[ \u00a0]?¢")
_FORMULA = re.compile(
    r"(?<![\w$])\$(?![\s$])([^$\n]*(?:[=^\\]|\b[a-z] ?[+*/<>-])[^$\n]*)(?<!\s)\$(?!\w)"
)
"""TeX, whose dollars are none: "$x = 5$"."""


def _before(reading: Reading, found: Match) -> str | None:
    sign, amount, country = found[1], found[2] or found[3], found[5]
    if country and sign != "$":
        country = None
    before = before_noun(reading.base, found.string, found.start(), found.end())
    return reading.money(country or sign, amount, found[4] or "", attributive=before)


def _range(reading: Reading, found: Match) -> str | None:
    before = before_noun(reading.base, found.string, found.start(), found.end())
    return reading.range_of_money(found[2], found[1], found[3], found[4] or "", attributive=before)


def _range_after(reading: Reading, found: Match) -> str | None:
    """A dash with blanks is one only where the amounts go up: "10 - 5 €" is a difference."""
    low, sign, blank, high, named = found.groups()
    if sign not in (None, named) or (blank and not reading.goes_up(low, high)):
        return None
    return reading.range_of_money(low, named, high)


def _no_cents(reading: Reading, found: Match) -> str | None:
    return reading.money(found[1] or found[4], found[2] or found[3], "")


RULES: tuple[Rule, ...] = (
    (_FORMULA, lambda _, m: m[1]),
    (_RANGE, _range),
    (_RANGE_AFTER, _range_after),
    (_LESS, Reading.less_money),
    (_NO_CENTS, _no_cents),
    (_BEFORE, _before),
    (_AFTER, lambda r, m: r.money(m[2], m[1], "")),
    (_CENTS, lambda r, m: r.cents(int(m[1]))),
)
"""In the order in which they must be tried."""
