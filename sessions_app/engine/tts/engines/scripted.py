"""A voice of tones at a set pace, for tests and benchmarks."""

import asyncio
import re
from collections.abc import AsyncGenerator

import numpy as np

from sessions_app.engine.core.errors import SynthesiserUnavailableError
from sessions_app.engine.tts.base import SpeechChunk, SpokenWord, Synthesiser

_WORD = re.compile(r"\S+")


class ScriptedSynthesiser(Synthesiser):
    """A tone a word, `ms_per_character` long for each of its characters, and a short gap.

    A second of speech takes `pace` seconds to synthesise, the first chunk `first_ms` more. After
    `fail_after_ms` of audio it fails like an engine that crashed.
    """

    gives_word_times = True

    def __init__(
        self,
        pace: float = 0.3,
        first_ms: float = 0.0,
        ms_per_character: float = 60.0,
        rate: int = 16_000,
        fail_after_ms: float | None = None,
    ) -> None:
        self._pace = pace
        self._first_s = first_ms / 1000
        self._ms = ms_per_character
        self._rate = rate
        self._fail_after_ms = fail_after_ms

    async def stream(
        self, text: str, *, voice: str = "", speed: float = 1.0
    ) -> AsyncGenerator[SpeechChunk, None]:
        await asyncio.sleep(self._first_s)
        made_ms = 0.0
        for word in _WORD.finditer(text):
            sounding = self._ms * len(word.group()) / speed
            whole = sounding + self._ms / speed
            await asyncio.sleep(self._pace * whole / 1000)
            if self._fail_after_ms is not None and made_ms + whole > self._fail_after_ms:
                raise SynthesiserUnavailableError("The scripted voice broke, as it was told to.")
            spoken = SpokenWord(word.start(), word.end(), made_ms, made_ms + sounding)
            yield SpeechChunk(self._tone(sounding, whole), self._rate, (spoken,))
            made_ms += whole

    def _tone(
        self, sounding_ms: float, whole_ms: float
    ) -> "np.ndarray[tuple[int], np.dtype[np.int16]]":
        samples = np.zeros(round(self._rate * whole_ms / 1000), np.int16)
        count = round(self._rate * sounding_ms / 1000)
        at = np.arange(count) / self._rate
        samples[:count] = (8000 * np.sin(2 * np.pi * 330 * at)).astype(np.int16)
        return samples
