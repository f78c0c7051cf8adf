"""The base of voices that run in a process of their own and report word times."""

import asyncio
import json
from collections.abc import AsyncGenerator
from contextlib import aclosing

import numpy as np

from sessions_app.engine.core.errors import SynthesiserError
from sessions_app.engine.core.frames import Samples
from sessions_app.engine.tts.base import SpeechChunk, SpokenWord, Synthesiser, Voice
from sessions_app.engine.tts.text_parts import in_parts
from sessions_app.engine.tts.word_places import WordPlaces
from sessions_app.engine.tts.worker.process import VoiceProcess
from sessions_app.engine.tts.worker.worker import AUDIO

READY_S = 5.0
"""How long the voice's process may take to answer before it counts as not ready.

Shorter reports busy machines as broken; longer delays the answer of health checks.
"""

WireWord = tuple[int, int, float, float]
"""A word in a WORDS message: start and end in characters of the text, start and end in ms."""


class TimedSynthesiser(Synthesiser):
    """Speaks with `process`, whose AUDIO is int16 mono at `rate` Hz and whose WORDS are `WireWord`.

    `voice` is the default for agents. A process that dies is restarted.
    """

    gives_word_times = True

    def __init__(self, process: VoiceProcess, rate: int, voice: str) -> None:
        self.process = process
        self._rate = rate
        self._voice = voice

    async def start(self) -> None:
        await self.voices()

    async def ready(self) -> bool:
        try:
            async with asyncio.timeout(READY_S):
                await self.voices()
        except (SynthesiserError, TimeoutError):
            return False
        return True

    async def voices(self) -> tuple[Voice, ...]:
        return tuple(Voice(**entry) for entry in (await self.process.voices())["voices"])

    async def stream(
        self, text: str, *, voice: str = "", speed: float = 1.0
    ) -> AsyncGenerator[SpeechChunk, None]:
        made = 0
        places = WordPlaces(text)
        for start, part in in_parts(text):
            shift = (start, 1000 * made / self._rate)
            async with aclosing(self._part(part, voice, speed, shift)) as chunks:
                async for samples, words in chunks:
                    made += len(samples)
                    yield SpeechChunk(samples, self._rate, places.place(words))
        if rest := places.finish():
            yield SpeechChunk(np.zeros(0, np.int16), self._rate, rest)

    async def _part(
        self, text: str, voice: str, speed: float, shift: tuple[int, float]
    ) -> AsyncGenerator[tuple[Samples, list[SpokenWord]], None]:
        """Speaks a part of a text that begins `shift` (characters, ms) after the whole.

        Yields samples with the engine's own words, at their offsets and times in the whole text.
        """
        wanted = {"text": text, "voice": voice or self._voice, "speed": speed}
        words: list[SpokenWord] = []
        async with aclosing(self.process.speak(wanted)) as messages:
            async for kind, body in messages:
                if kind == AUDIO:
                    yield np.frombuffer(body, np.int16), words
                    words = []
                else:
                    words += [_shifted(word, *shift) for word in json.loads(body)["words"]]
        if words:
            yield np.zeros(0, np.int16), words

    async def aclose(self) -> None:
        await self.process.aclose()


def _shifted(word: WireWord, characters: int, ms: float) -> SpokenWord:
    start, end, start_ms, end_ms = word
    return SpokenWord(start + characters, end + characters, start_ms + ms, end_ms + ms)
