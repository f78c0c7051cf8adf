"""eSpeak NG: the voice that needs nothing but itself, in a process of its own."""

import asyncio
import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

import numpy as np

from sessions_app.core.audio import Samples
from sessions_app.core.errors import SynthesiserError
from sessions_app.speech.synthesisers.base import SpeechChunk, SpokenWord, Synthesiser, Voice
from sessions_app.speech.synthesisers.parts import in_parts
from sessions_app.speech.synthesisers.placing import WordPlaces
from sessions_app.speech.synthesisers.process import VoiceProcess
from sessions_app.speech.synthesisers.wire import AUDIO

RATE = 22_050
READY_S = 5.0


class EspeakSynthesiser(Synthesiser):
    """Speaks dozens of languages, at 0.002 CPU-seconds a second of speech.

    `voice` is what agents without a voice of their own get: a language of eSpeak's, with a
    variant after `+` (en-us, en-gb+f3, de+m7). The process is started anew when it dies.
    """

    gives_word_times = True

    def __init__(self, voice: str = "en-us") -> None:
        self._voice = voice
        self.process = VoiceProcess("eSpeak NG", f"{__package__}.espeak_worker")

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

    async def variants(self) -> tuple[str, ...]:
        return tuple((await self.process.voices())["variants"])

    def language_of(self, voice: str, known: Sequence[Voice]) -> str:
        return super().language_of(voice or self._voice, known)

    async def stream(
        self, text: str, *, voice: str = "", speed: float = 1.0
    ) -> AsyncGenerator[SpeechChunk, None]:
        made = 0
        places = WordPlaces(text)
        for start, part in in_parts(text):
            shift = (start, 1000 * made / RATE)
            async with aclosing(self._part(part, voice, speed, shift)) as told:
                async for samples, words in told:
                    made += len(samples)
                    yield SpeechChunk(samples, RATE, places.place(words))
        if rest := places.finish():
            yield SpeechChunk(np.zeros(0, np.int16), RATE, rest)

    async def _part(
        self, text: str, voice: str, speed: float, shift: tuple[int, float]
    ) -> AsyncGenerator[tuple[Samples, list[SpokenWord]], None]:
        """Speaks a part of a text that begins `shift` characters and ms after the whole.

        Its words are as eSpeak takes them apart, placed in the whole text.
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


def _shifted(word: tuple[int, int, float, float], characters: int, ms: float) -> SpokenWord:
    start, end, start_ms, end_ms = word
    return SpokenWord(start + characters, end + characters, start_ms + ms, end_ms + ms)
