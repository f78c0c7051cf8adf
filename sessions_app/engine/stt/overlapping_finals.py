"""Removes words from the beginning of a final that the last final already had. Pure.

After a network stall breaks an utterance off, its last second is recognised again together with the
audio that follows, so that no word is cut in half. Words of that second must not appear twice; the
whole of a word whose first half was written as another word is new.
"""

from collections.abc import Sequence
from dataclasses import replace

from rapidfuzz import fuzz

from sessions_app.engine.core.events import Hypothesis, Word
from sessions_app.engine.text.slicing import word_slices
from sessions_app.engine.text.writing import letters

ALIKE = 60.0
"""Similarity (0..100) of letters from which words at the same time are the same words.

Higher repeats words that were cut off at first; lower drops new words.
"""

NEAR_MS = 100.0
"""How far apart the two times of a word that was recognised twice may be."""

OVERLAP_MS = 60.0
"""Finals that overlap by less than this do not: word times are no more exact."""


class RepeatRemover:
    """Removes repeated words from the finals of one speaker, in order."""

    def __init__(self) -> None:
        self._last_words: tuple[Word, ...] = ()
        self._last_end_ms = float("-inf")

    def remove(self, final: Hypothesis) -> Hypothesis:
        """Returns the final without words that the last one had; empty where nothing is new."""
        if not final.words:
            return final
        if final.words[0].start_ms < self._last_end_ms:
            final = self._new_part(final)
        if final.words:
            self._last_words, self._last_end_ms = final.words, final.words[-1].end_ms
        return final

    def _new_part(self, final: Hypothesis) -> Hypothesis:
        overlaps = final.words[0].start_ms < self._last_end_ms - OVERLAP_MS
        count = self._repeated(final.words) if overlaps else 0
        if count == len(final.words):
            return replace(final, text="", words=())
        own = word_slices(final.text, [word.text for word in final.words])
        words = self._clamped(final.words[count:])
        text = "".join(own[count:]).strip()
        return replace(final, text=text, words=words, start_ms=words[0].start_ms)

    def _repeated(self, words: Sequence[Word]) -> int:
        """Returns how many words at the beginning repeat the last final."""
        overlapping = [word for word in words if word.start_ms < self._last_end_ms]
        since_ms = words[0].start_ms + NEAR_MS
        before = letters("".join(word.text for word in self._last_words if word.end_ms > since_ms))
        ratings = [
            (fuzz.ratio(letters("".join(word.text for word in overlapping[:count])), before), count)
            for count in range(1, len(overlapping) + 1)
        ]
        alike, count = max(ratings, default=(0.0, 0))
        if alike < ALIKE:
            return 0
        return count - self._was_half(overlapping[count - 1])

    def _was_half(self, word: Word) -> bool:
        """Returns whether the last final ended with the first half of `word` ("wind", "window")."""
        goes_on = word.end_ms > self._last_end_ms + NEAR_MS
        return goes_on and letters(word.text) != letters(self._last_words[-1].text)

    def _clamped(self, words: tuple[Word, ...]) -> tuple[Word, ...]:
        """Returns the words, with the first one's start clamped to the last final's end."""
        first = words[0]
        if not first.start_ms < self._last_end_ms < first.end_ms:
            return words
        return (replace(first, start_ms=self._last_end_ms), *words[1:])
