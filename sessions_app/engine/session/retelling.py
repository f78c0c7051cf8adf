"""Finds the words that were told before, where an engine hears the same audio a second time."""

from collections.abc import Sequence
from itertools import takewhile
from typing import NamedTuple

from sessions_app.engine.core.events import Word
from sessions_app.engine.text.writing import letters

NEAR_MS = 400.0
"""Two equal words further apart than this are two: an engine moves one by less.

With more, a word that was said twice would be told once.
"""

HALF_MS = 500.0
"""A last word that ends this close to where the audio broke off may be half a word."""


class _Match(NamedTuple):
    score: float = 0.0
    heard: int = 0
    """How many words were heard up to the last one that is in both."""


def told_before(heard: Sequence[Word], told: Sequence[Word], broke_ms: float) -> int:
    """Returns how many words at the beginning of `heard` say what `told` said; all on one clock.

    `heard` is from sound that had broken off at `broke_ms`, and is heard again from a little
    before that. It may begin with half a word, as `told` may end with one. Up to the last word
    that is in both all is known; what follows was heard with what comes after it and is new, where
    in doubt. Where no word is in both, only times tell.
    """
    ends_ms = [word.end_ms for word in told]
    before = [word for word in heard if word.start_ms < broke_ms]
    found = _last_of_both(before, told)
    if found.score:
        return found.heard
    if ends_ms and ends_ms[-1] > broke_ms - HALF_MS:
        ends_ms.pop()
    whole_ms = max(ends_ms, default=0.0)
    known = takewhile(lambda word: _middle_ms(word) < whole_ms and word.end_ms <= broke_ms, before)
    return sum(1 for _ in known)


def _last_of_both(heard: Sequence[Word], told: Sequence[Word]) -> _Match:
    """Returns the end of the most words, and nearest, that are in both in the same order."""
    row = [_Match()] * (len(told) + 1)
    for count, word in enumerate(heard, 1):
        before, row = row, [_Match()]
        for at, earlier in enumerate(told):
            best = max(before[at + 1], row[-1])
            alike = _alike(word, earlier)
            found = _Match(before[at].score + alike, count)
            row.append(found if alike and found.score > best.score else best)
    return row[-1]


def _alike(one: Word, other: Word) -> float:
    """Returns 0.0 for another word, else 1.0 to 2.0, the more the nearer."""
    apart_ms = min(abs(_middle_ms(one) - _middle_ms(other)), abs(one.end_ms - other.end_ms))
    same = letters(one.text) == letters(other.text)
    return 2.0 - apart_ms / NEAR_MS if same and apart_ms <= NEAR_MS else 0.0


def _middle_ms(word: Word) -> float:
    return (word.start_ms + word.end_ms) / 2
