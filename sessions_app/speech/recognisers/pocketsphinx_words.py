"""What PocketSphinx's streams share: words beyond the dictionary, and one utterance's words."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sessions_app.core.audio import SPEECH_RATE, AudioFrame, Samples
from sessions_app.core.errors import LanguageNotSupportedError
from sessions_app.core.events import Hypothesis, Word
from sessions_app.speech.recognisers.spelling import phones_of
from sessions_app.speech.recognisers.wrappers.replay import UNSURE_MS

AUDIBLE = 100
"""A peak below this (-50 dBFS) is no voice."""

MOST_WORDS = 500
_WORD = re.compile(r"[A-Za-z][A-Za-z']*")

LANGUAGES = frozenset({"en-US", "en"})


def check_language(language: str) -> None:
    """Raises LanguageNotSupportedError for any but the one there is a model of."""
    if language not in LANGUAGES:
        raise LanguageNotSupportedError(
            f"PocketSphinx knows en-US only, not {language!r}. "
            "Choose another recogniser for this agent, or its language en-US."
        )


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Words beyond the dictionary: how each is said, and how it is written."""

    phones: Mapping[str, str]
    spelt: Mapping[str, str]

    @classmethod
    def of(cls, words: Mapping[str, str], phrases: Sequence[str]) -> "Vocabulary":
        """Returns the vocabulary of given words and of those in `phrases`."""
        every = {**{word: "" for phrase in phrases for word in _WORD.findall(phrase)}, **words}
        phones = {w.lower(): given or phones_of(w) for w, given in every.items()}
        known = dict(list(phones.items())[:MOST_WORDS])
        return cls(known, {w.lower(): w for w in every if w.lower() != w})

    @property
    def name(self) -> str:
        """What a worker that was taught it is known by; empty for no words."""
        return json.dumps(self.phones, sort_keys=True) if self.phones else ""


class Utterance:
    """The audio of one utterance, and what its decoder's result is on the call clock."""

    def __init__(self, start_ms: float) -> None:
        self.start_ms = start_ms
        self.pieces: list[Samples] = []

    @property
    def audio(self) -> Samples:
        return np.concatenate(self.pieces)

    @property
    def length_ms(self) -> float:
        return 1000 * sum(len(piece) for piece in self.pieces) / SPEECH_RATE

    def until_sure(self, result: dict[str, Any]) -> tuple[dict[str, Any], AudioFrame | None]:
        """Returns the result without what a cut may have halved, and the audio of the rest."""
        sure_s = (self.length_ms - UNSURE_MS) / 1000
        words = [word for word in result["words"] if word[2] <= sure_s]
        rest_s = words[-1][2] if words else 0.0
        if not words:
            words = result["words"]  # one word without an end: nothing is gained by waiting
            rest_s = self.length_ms / 1000
        samples = self.audio[round(rest_s * SPEECH_RATE) :]
        rest = AudioFrame(samples, SPEECH_RATE, self.start_ms + 1000 * rest_s)
        return result | {"words": words}, rest if len(samples) else None

    def final(self, result: dict[str, Any], spelt: Mapping[str, str]) -> Hypothesis:
        """Returns the final hypothesis on the call clock; `spelt` is how words are written."""
        spoken = result["words"] if self._is_audible() else []
        words = tuple(
            Word(spelt.get(text, text), self.start_ms + 1000 * start, self.start_ms + 1000 * end)
            for text, start, end in spoken
        )
        end_ms = self.start_ms + self.length_ms
        return Hypothesis(
            text=" ".join(word.text for word in words),
            is_final=True,
            start_ms=words[0].start_ms if words else self.start_ms,
            end_ms=min(words[-1].end_ms, end_ms) if words else end_ms,
            words=words,
            language="en-US",
        )

    def _is_audible(self) -> bool:
        """PocketSphinx hears words in digital silence; where nothing sounds there are none."""
        return max(int(np.abs(piece.astype(np.int32)).max()) for piece in self.pieces) >= AUDIBLE
