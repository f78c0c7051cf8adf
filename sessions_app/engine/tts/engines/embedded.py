"""The default voices: hibari for English, eSpeak NG for other languages."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, suppress
from dataclasses import replace

from sessions_app.engine.core.errors import SynthesiserError
from sessions_app.engine.tts.base import SpeechChunk, Synthesiser, Voice
from sessions_app.engine.tts.engines.espeak import EspeakSynthesiser
from sessions_app.engine.tts.engines.fallback import FallbackSynthesiser
from sessions_app.engine.tts.engines.hibari import VOICE, HibariSynthesiser, is_readable

logger = logging.getLogger(__name__)


class EmbeddedSynthesiser(Synthesiser):
    """Offers hibari's voice and those of eSpeak NG, each engine in a process of its own.

    `voice` is the default for agents. eSpeak NG speaks in hibari's place where that cannot run
    (logged once), for a text with letters that it cannot read, and for the rest of a text in which
    it failed.
    """

    gives_word_times = True

    def __init__(self, voice: str = VOICE) -> None:
        self._voice = voice
        self._espeak = EspeakSynthesiser()
        self._hibari: HibariSynthesiser | None = None
        self._natural: Synthesiser = self._espeak
        self._warming: asyncio.Task[None] | None = None

    async def start(self) -> None:
        try:
            self._hibari = HibariSynthesiser()
            await self._hibari.start()
        except SynthesiserError as error:
            await self._do_without(error)
        else:
            self._natural = FallbackSynthesiser(self._hibari, self._espeak)
        await self._espeak.start()

    async def warm(self, voice: str = "") -> None:
        if self._hibari is not None and (voice or self._voice) == VOICE:
            try:
                await self._hibari.warm()
            except SynthesiserError as error:
                await self._do_without(error)

    async def _do_without(self, error: SynthesiserError) -> None:
        logger.warning("English is spoken by eSpeak NG: %s", error.message)
        hibari, self._hibari, self._natural = self._hibari, None, self._espeak
        if hibari is not None:
            await hibari.aclose()

    async def ready(self) -> bool:
        return await self._natural.ready()

    async def voices(self) -> tuple[Voice, ...]:
        natural: tuple[Voice, ...] = ()
        if self._hibari is not None:
            with suppress(SynthesiserError):  # its texts are spoken all the same
                natural = await self._hibari.voices()
        return (*_of("hibari", natural), *_of("eSpeak NG", await self._espeak.voices()))

    async def variants(self, voice: str = "") -> tuple[str, ...]:
        return () if (voice or self._voice) == VOICE else await self._espeak.variants(voice)

    def language_of(self, voice: str, known: Sequence[Voice]) -> str:
        name = voice or self._voice
        if name == VOICE and all(one.name != VOICE for one in known):
            return self._espeak.language_of("", known)
        return super().language_of(name, known)

    async def stream(
        self, text: str, *, voice: str = "", speed: float = 1.0
    ) -> AsyncGenerator[SpeechChunk, None]:
        engine, name = self._engine_for(voice or self._voice, text)
        async with aclosing(engine.stream(text, voice=name, speed=speed)) as chunks:
            async for chunk in chunks:
                yield chunk
        self._warm_another()

    def _warm_another(self) -> None:
        """Restarts a dead hibari process, so that the next text need not wait for it."""
        if self._hibari is None or self._hibari.process.is_running:
            return
        if self._warming is None or self._warming.done():
            self._warming = asyncio.create_task(self.warm())

    def _engine_for(self, voice: str, text: str) -> tuple[Synthesiser, str]:
        """Returns the engine for a text, and its voice's name; empty for its default."""
        if voice != VOICE:
            return self._espeak, voice
        return (self._natural if is_readable(text) else self._espeak), ""

    async def aclose(self) -> None:
        if self._warming is not None:
            self._warming.cancel()
            await asyncio.gather(self._warming, return_exceptions=True)
        await self._natural.aclose()
        await self._espeak.aclose()


def _of(engine: str, voices: Sequence[Voice]) -> tuple[Voice, ...]:
    """Returns the voices with their engine's name in the labels."""
    return tuple(replace(one, label=f"{one.label}, {engine}") for one in voices)
