"""Normalises texts and queries for search. Pure."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from sessions_app.engine.text.characters import characters

_QUOTES_AND_DASHES = {
    **dict.fromkeys(map(ord, "\u2018\u2019\u201a\u201b\u02bc\u2032\u00b4`"), "'"),
    **dict.fromkeys(map(ord, "\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb"), '"'),
    **dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2015\u2212"), "-"),
}
"""Variants of quotes and dashes, each with the plain one."""

_TURKISH = re.compile("i\u0307+|\u0131")
"""Turkish dotted capital I in lower case, and dotless i: both are found by a plain i, which every
keyboard has."""


_ACCENTS = re.compile(
    "[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff"  # of Latin, Greek and Cyrillic letters
    "\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7"  # Hebrew points and chant
    "\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u0640]"
)
"""Marks that people often omit when typing: accents, Hebrew points, Arabic vowels and tatweel.
Marks of other scripts count as letters: Indic vowels, the voicing marks of kana."""

_STROKES = str.maketrans("\u0142\u00f8\u0111\u0127\u0167", "lodht")
"""Letters with a stroke, which Unicode does not decompose."""


def folded(text: str) -> str:
    """Returns `text` for searching: without case and accents, with plain quotes and dashes.

    It is NFKC_Casefold (Unicode, 3.13.3), so that full-width letters, ligatures and invisible
    characters, such as joiners, make no difference. Neither do accents, points and strokes, which
    may not be on the keyboard. Runs of blanks become single ones.
    """
    plain = unicodedata.normalize("NFKC", text.translate(_QUOTES_AND_DASHES)).casefold()
    plain = _TURKISH.sub("i", plain)
    seen = "".join(c for c in plain if unicodedata.category(c) != "Cf")
    bare = _ACCENTS.sub("", unicodedata.normalize("NFKD", seen)).casefold().translate(_STROKES)
    # again: NFKC makes plain signs of others, such as a minus of a superscript one
    return " ".join(unicodedata.normalize("NFKC", bare).translate(_QUOTES_AND_DASHES).split())


_QUERY_PARTS = re.compile(r'"([^"]+)"|([^\s"]+)')

MAX_TERMS = 10
"""How many terms of a query are used. Each costs the database a scan of all segments."""


@lru_cache(64)
def terms(query: str) -> tuple[str, ...]:
    """Returns the terms of a query, `folded`: each word, and each quoted phrase.

    If there are more than MAX_TERMS, the longest are returned. In scripts without blanks a run of
    words is one term. An empty query has no terms.
    """
    plain = folded(query)
    # a word may hold an apostrophe; around it, it is a quote
    parts = (quoted.strip() or word.strip("'") for quoted, word in _QUERY_PARTS.findall(plain))
    distinct = dict.fromkeys(filter(None, parts)) or dict.fromkeys(filter(None, [plain]))
    longest = sorted(distinct, key=len, reverse=True)[:MAX_TERMS]
    return tuple(term for term in distinct if term in longest)


def find_folded(text: str, term: str) -> tuple[int, int] | None:
    """Returns the start and end of `term` in `text`, compared as `folded`; None if not found."""
    needle = folded(term)
    plain = FoldedText.of(text)
    place = plain.text.find(needle) if needle else -1
    return plain.span(place, place + len(needle)) if place >= 0 else None


@dataclass(frozen=True, slots=True)
class FoldedText:
    """A text as `folded`, whose characters are known by their places in the original."""

    text: str
    starts: Sequence[int]
    ends: Sequence[int]

    @classmethod
    def of(cls, text: str) -> "FoldedText":
        """Returns a text folded."""
        shown, starts, ends = "", list[int](), list[int]()
        at = 0
        for character in characters(text):
            plain = folded(character) or (
                " " if character.isspace() and not shown.endswith(" ") else ""
            )
            starts += [at] * len(plain)
            at += len(character)
            ends += [at] * len(plain)
            shown += plain
        return cls(shown, starts, ends)

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Returns where characters `start` to `end`, one or more, are in the original."""
        return self.starts[start], self.ends[end - 1]
