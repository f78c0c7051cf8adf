"""Finds words that were transcribed before, where an engine is fed the same audio twice."""

from collections.abc import Sequence
from itertools import takewhile
from typing import NamedTuple

from sessions_app.engine.core.events import Word
from sessions_app.engine.text.writing import letters

NEAR_MS = 400.0
"""Equal words further apart than this are two words; an engine moves a word by less.

Higher drops words that were said twice; lower repeats words whose times moved.
"""

HALF_MS = 500.0
"""A last word that ends this close to the interruption of the audio may be half a word.

Higher transcribes whole words twice; lower drops words that were cut in half.
"""


class _Match(NamedTuple):
    score: float = 0.0
    position: int = 0
    """The number of new words up to and with the last one that matched."""


def count_repeated(words: Sequence[Word], earlier: Sequence[Word], broke_ms: float) -> int:
    """Returns how many words at the beginning of `words` repeat the end of `earlier`.

    The audio was interrupted at `broke_ms`, and `words` are from audio that was fed again from a
    little before that. `earlier` may end with half a word, and `words` may begin with one. All
    words up to the last match are repeated; those after it count as new, as the second time they
    were recognised with more context. Without any match the times decide. All times are on one
    clock, in ms.
    """
    ends_ms = [word.end_ms for word in earlier]
    before_break = [word for word in words if word.start_ms < broke_ms]
    match = _best_match(before_break, earlier)
    if match.score:
        return match.position
    if ends_ms and ends_ms[-1] > broke_ms - HALF_MS:
        ends_ms.pop()
    whole_ms = max(ends_ms, default=0.0)
    repeated = takewhile(
        lambda word: _middle_ms(word) < whole_ms and word.end_ms <= broke_ms, before_break
    )
    return sum(1 for _ in repeated)


def _best_match(words: Sequence[Word], earlier: Sequence[Word]) -> _Match:
    """Returns the best common subsequence of both, by the number and nearness of equal words."""
    row = [_Match()] * (len(earlier) + 1)
    for count, word in enumerate(words, 1):
        previous, row = row, [_Match()]
        for at, other in enumerate(earlier):
            best = max(previous[at + 1], row[-1])
            similarity = _similarity(word, other)
            match = _Match(previous[at].score + similarity, count)
            row.append(match if similarity and match.score > best.score else best)
    return row[-1]


def _similarity(one: Word, other: Word) -> float:
    """Returns 0.0 for different words, else 1.0 to 2.0, higher for nearer times."""
    apart_ms = min(abs(_middle_ms(one) - _middle_ms(other)), abs(one.end_ms - other.end_ms))
    same = letters(one.text) == letters(other.text)
    return 2.0 - apart_ms / NEAR_MS if same and apart_ms <= NEAR_MS else 0.0


def _middle_ms(word: Word) -> float:
    return (word.start_ms + word.end_ms) / 2
