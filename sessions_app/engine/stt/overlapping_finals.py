"""Finals that begin before the last one ended: part of them was heard again, and told already.

Where a stalled network broke an utterance off, its last second is heard again together with what
comes after it, so that no word is cut. What was told of that second is not told twice. Pure.
"""

from collections.abc import Sequence
from dataclasses import replace

from rapidfuzz import fuzz

from sessions_app.engine.core.events import Hypothesis, Word
from sessions_app.engine.text.slicing import word_slices
from sessions_app.engine.text.writing import letters

ALIKE = 60.0
"""How alike, of 100, the letters of words in one place must be to be the same words.

Larger tells words twice that were cut off at first; smaller drops words that are new.
"""

NEAR_MS = 100.0
"""How far apart the times of one word may be that was heard twice."""

OVERLAP_MS = 60.0
"""Words of two utterances that overlap by less do not: their times are not more exact."""


class HeardAgain:
    """Finals of one speaker, as they come: words at their beginning that were told are left out."""

    def __init__(self) -> None:
        self._told: tuple[Word, ...] = ()
        self._end_ms = float("-inf")

    def told(self, final: Hypothesis) -> Hypothesis:
        """Returns the final without what is known of it, and from where it goes on."""
        if not final.words:
            return final
        if final.words[0].start_ms < self._end_ms:
            final = self._rest(final)
        if final.words:
            self._told, self._end_ms = final.words, final.words[-1].end_ms
        return final

    def _rest(self, final: Hypothesis) -> Hypothesis:
        overlaps = final.words[0].start_ms < self._end_ms - OVERLAP_MS
        many = self._known(final.words) if overlaps else 0
        if many == len(final.words):
            return replace(final, text="", words=())
        own = word_slices(final.text, [word.text for word in final.words])
        words = self._after(final.words[many:])
        text = "".join(own[many:]).strip()
        return replace(final, text=text, words=words, start_ms=words[0].start_ms)

    def _known(self, words: Sequence[Word]) -> int:
        """Returns how many words at the beginning were told."""
        again = [word for word in words if word.start_ms < self._end_ms]
        since_ms = words[0].start_ms + NEAR_MS
        before = letters("".join(word.text for word in self._told if word.end_ms > since_ms))
        ratings = [
            (fuzz.ratio(letters("".join(word.text for word in again[:many])), before), many)
            for many in range(1, len(again) + 1)
        ]
        alike, many = max(ratings, default=(0.0, 0))
        return many if alike >= ALIKE else 0

    def _after(self, words: tuple[Word, ...]) -> tuple[Word, ...]:
        """Returns the words with the first one no sooner than where the last final ended."""
        first = words[0]
        if not first.start_ms < self._end_ms < first.end_ms:
            return words
        return (replace(first, start_ms=self._end_ms), *words[1:])
