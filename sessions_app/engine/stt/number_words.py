"""The words within and around numbers in each language, for `number_formatting`."""

import re
from typing import NamedTuple


class NumberWords(NamedTuple):
    """A language's words that join numbers, and those that make a number ambiguous."""

    point: frozenset[str]
    """Words for the decimal point."""

    within: frozenset[str]
    """Words that join those of one number: "and"."""

    articles: frozenset[str]
    """Words before an ordinal that make it a fraction: "a third"."""

    alone: frozenset[str]
    """Number words with another meaning where they stand alone.

    Italian "sei" is also "you are" and "venti" winds, French "neuf" new, German "sieben" to sieve;
    Spanish "mil gracias" is no count.
    """

    listing: frozenset[str]
    """Words between the numbers of a list."""

    parts: re.Pattern[str]
    """What follows the numerator of a fraction ("three quarters"), or ends a decade ("sixties")."""

    mark: str = ","
    """The decimal mark that is written."""


def listed(text: str) -> frozenset[str]:
    """Returns the words of a text as a set."""
    return frozenset(text.split())


OF = {
    "de": NumberWords(
        listed("komma"),
        listed("und"),
        listed("ein eine einen einem"),
        listed("acht elf sieben"),
        listed("und oder"),
        re.compile(
            r"(?:drit|vier|fünf|sechs|sieb|ach|neun|zehn|\w*(?:zig|hundert|tausend|million)s)teln?\b"
            r"|\w*ziger\b|halbe?\b|einhalb\b"
        ),
    ),
    "en": NumberWords(
        listed("point"),
        listed("and"),
        listed("a an another one"),
        frozenset(),
        listed("and or"),
        re.compile(
            r"and a (half|quarter)\b|halves\b|quarters?\b|thirds\b|hundreds\b"
            r"|(?:four|fif|six|seven|eigh|nin|ten|eleven|twelf|\w+teen|\w+tie)ths\b"
            r"|(?:hundred|thousand|million|billion)ths\b"
            r"|(?:twen|thir|for|fif|six|seven|eigh|nine)ties\b"
        ),
        ".",
    ),
    "es": NumberWords(
        listed("coma punto"),
        listed("y"),
        listed("un una"),
        listed("cuarto cuarta quinta quinto mil"),
        listed("y o u"),
        re.compile(
            r"y (medi[oa]|cuarto)\b|terci[oa]s?\b|cuart[oa]s\b|quint[oa]s\b|\w+[ée]sim[oa]s\b"
            r"|d[ée]cim[oa]s\b|(?:on|do|tre|cator|quin|vein|trein)\w*avos\b"
        ),
    ),
    "fr": NumberWords(
        listed("virgule"),
        listed("et"),
        listed("un une"),
        listed("neuf neufs"),
        listed("et ou"),
        re.compile(r"et (demie?|quart)\b|demi\w*\b|tiers\b|quarts?\b|\w+ièmes\b"),
    ),
    "it": NumberWords(
        listed("virgola"),
        listed("e"),
        listed("un uno una"),
        listed("sei sette venti"),
        listed("e o"),
        re.compile(
            r"e mezz[oa]\b|mezz[ie]\b|terzi\b|quart[oi]\b|quinti\b|decimi\b"
            r"|\w+(?:nt|ll)esimi(?<!centesimi)\b"
        ),
    ),
    "nl": NumberWords(
        listed("komma"),
        listed("en"),
        listed("een"),
        listed("acht elf zeven"),
        listed("en of"),
        re.compile(
            r"en een half\b|kwart\b|derden?\b|\w*(?:vier|vijf|zes|zeven|negen|tien)den?\b"
            r"|\w*(?:acht|honderd|duizend)sten?\b"
        ),
    ),
    "pt": NumberWords(
        listed("vírgula"),
        listed("e"),
        listed("um uma"),
        listed("quarta quarto quinta quinto sexta mil"),
        listed("e ou"),
        re.compile(
            r"e (meia|meio|um quarto)\b|mei[oa]s\b|terços?\b|quart[oa]s\b|quint[oa]s\b|décim[oa]s\b"
            r"|\w+ésim[oa]s\b|avos\b"
        ),
    ),
}
