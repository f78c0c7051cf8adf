"""What a search asks for: words, "phrases" and beginnings*. Pure."""

import re
import string
from dataclasses import dataclass
from functools import lru_cache

from sessions_app.engine.text.folding import terms
from sessions_app.engine.text.marks import DENSE, PHRASED

WORD_STARTS = f"\n {string.punctuation}\u3001\u3002\u300c\u300d\u300e\u300f\u30fb\u00b7\u00bf\u00a1"
"""What may stand before a word in a folded text, whose lines each begin after a line break."""

_SPACELESS = re.compile(f"[{DENSE}{PHRASED}]")
_ANY = "*"


@dataclass(frozen=True, slots=True)
class Term:
    """One term of a query, folded: what is found wherever it stands, or as a word's beginning."""

    text: str
    begins: bool = False

    @property
    def needles(self) -> tuple[str, ...]:
        """The strings of which a `lined` text must hold one or more.

        A beginning is found with the asterisk too, as it is written.
        """
        if not self.begins:
            return (self.text,)
        return (self.text + _ANY, *(start + self.text for start in WORD_STARTS))

    def is_in(self, text: str) -> bool:
        """Returns whether a folded text has the term."""
        return any(needle in lined(text) for needle in self.needles)


@lru_cache(64)
def asked(query: str) -> tuple[Term, ...]:
    """Returns the terms of a query, as `folding.terms` finds them.

    One that ends with an asterisk is a word's beginning; in scripts without blanks, where a word
    may begin anywhere, it is what stands before the asterisk.
    """
    return tuple(map(_term, terms(query)))


def lined(text: str) -> str:
    """Returns a folded text as it is compared: each of its lines after a line break."""
    return f"\n{text}"


def _term(part: str) -> Term:
    bare = part.rstrip(_ANY)
    if bare == part or not bare.strip():
        return Term(part)
    return Term(bare, begins=not _SPACELESS.match(bare))
