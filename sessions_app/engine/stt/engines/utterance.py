"""One utterance for an engine that gives its words when it is over: its audio, and its final."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from sessions_app.engine.core.events import Hypothesis, Word
from sessions_app.engine.core.frames import SPEECH_RATE, AudioFrame, Samples
from sessions_app.engine.stt.cuts import continued, split_at_cut
from sessions_app.engine.text.slicing import word_slices
from sessions_app.engine.text.writing import join_words

AUDIBLE = 100
"""A peak, of 32767, below this (-50 dBFS) is no voice. Larger drops quiet speakers."""


@dataclass(frozen=True, slots=True)
class Remainder:
    """Audio that a cut left for the next utterance, and how its first word was written there."""

    frame: AudioFrame
    before: str


class Utterance:
    """One utterance's audio, and the conversion of its engine's result to the call clock.

    `start_ms` is where its audio begins; `before` is `Remainder.before` of the utterance before,
    where that was cut. The audio, int16 at 16 kHz, is appended to `pieces`.
    """

    def __init__(self, start_ms: float, language: str, before: str = "") -> None:
        self.start_ms = start_ms
        self.language = language
        self.before = before
        self.pieces: list[Samples] = []

    @property
    def audio(self) -> Samples:
        return np.concatenate(self.pieces)

    @property
    def length_ms(self) -> float:
        return 1000 * sum(len(piece) for piece in self.pieces) / SPEECH_RATE

    def split_at_cut(self, final: Hypothesis) -> tuple[Hypothesis, Remainder | None]:
        """Returns the part of a cut utterance's final that is kept, and the next one's audio."""
        split = split_at_cut(final, self.start_ms + self.length_ms)
        first = round((split.rest_ms - self.start_ms) * SPEECH_RATE / 1000)
        samples = self.audio[first:]
        if not len(samples):
            return split.final, None
        return split.final, Remainder(AudioFrame(samples, SPEECH_RATE, split.rest_ms), split.before)

    def continued(self, text: str) -> str:
        """Returns an engine's text of this utterance, begun as `before` says (`cuts.continued`)."""
        return continued(text, self.before, self.language)

    def final(
        self, result: Mapping[str, Any], spellings: Mapping[str, str] | None = None
    ) -> Hypothesis:
        """Returns the final hypothesis on the call clock.

        `result` has `words`: text, start and end in seconds, and confidence where the engine
        gives one; or `text` alone. `spellings` is how words are written.
        """
        spoken: Mapping[str, Any] = result if self._is_audible() else {"words": []}
        words = tuple(self._word(word, spellings or {}) for word in spoken["words"])
        if words:
            words = (replace(words[0], text=self.continued(words[0].text)), *words[1:])
        sure = [word.confidence for word in words if word.confidence is not None]
        end_ms = self.start_ms + self.length_ms
        return Hypothesis(
            text=self.continued(self._text(str(spoken.get("text", "")), words, spellings or {})),
            is_final=True,
            start_ms=words[0].start_ms if words else self.start_ms,
            end_ms=min(words[-1].end_ms, end_ms) if words else end_ms,
            words=words,
            confidence=sum(sure) / len(sure) if sure else None,
            language=self.language,
        )

    @staticmethod
    def _text(own: str, words: Sequence[Word], spellings: Mapping[str, str]) -> str:
        """Returns the engine's own text, where it has one and writes its words as we do."""
        if not words:
            return own
        said = [word.text for word in words]
        return join_words(said) if spellings else "".join(word_slices(own, said)).strip()

    def _word(self, word: Sequence[Any], spellings: Mapping[str, str]) -> Word:
        text, start_s, end_s, *rest = word
        confidence = rest[0] if rest else None
        start_ms, end_ms = (self.start_ms + 1000 * at_s for at_s in (start_s, end_s))
        return Word(spellings.get(text, text), start_ms, end_ms, confidence)

    def _is_audible(self) -> bool:
        """Returns whether anything sounds: some engines hear words in digital silence."""
        peaks = (int(np.abs(piece.astype(np.int32)).max(initial=0)) for piece in self.pieces)
        return max(peaks, default=0) >= AUDIBLE
