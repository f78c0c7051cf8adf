"""Noise taken out before recognition, for engines that noise makes hear wrong."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from sessions_app.engine.audio.noise_suppression import Suppressor, load
from sessions_app.engine.core.events import Hypothesis
from sessions_app.engine.core.frames import SPEECH_RATE, AudioFrame, Samples
from sessions_app.engine.stt.base import Recogniser, RecogniserStream
from sessions_app.engine.stt.speech_gate import Flush, Item
from sessions_app.engine.stt.wrappers.base import ItemStream, Wrapper
from sessions_app.engine.stt.wrappers.replay_buffer import tell

CHUNK_MS = 100.0
"""Audio worked on at once. Less costs more turns of the thread; more makes words later."""


class Denoised(Wrapper):
    """Sends `inner` what RNNoise leaves of the audio; recordings keep it as it was.

    docs/campaigns/noise.md says what it gains, and with which engine. All streams share
    `threads` helper threads, where the work is done. Raises MediaError, not retryable, where
    librnnoise is missing: it says what to install.
    """

    def __init__(self, inner: Recogniser, *, threads: int = 1) -> None:
        load()
        super().__init__(inner)
        self._threads = ThreadPoolExecutor(threads, "denoising")

    def open(self, language: str, phrases: Sequence[str] = ()) -> "DenoisedStream":
        return DenoisedStream(self.inner.open(language, phrases), self._threads)

    async def aclose(self) -> None:
        await super().aclose()
        await asyncio.to_thread(self._threads.shutdown)  # the last chunk may be at work


class DenoisedStream(ItemStream):
    """Suppresses chunk by chunk; whatever ends an utterance gets the rest of it first."""

    def __init__(self, inner: RecogniserStream, threads: ThreadPoolExecutor) -> None:
        self._inner = inner
        self._threads = threads
        self._suppressor = Suppressor()
        self._held: list[AudioFrame] = []
        self._from_ms = 0.0
        self._told = 0

    async def put(self, item: Item) -> None:
        if isinstance(item, AudioFrame):
            await self._take(item)
            return
        if isinstance(item, Flush):
            await self._finish_utterance()
        await tell(self._inner, item)

    async def finish(self) -> None:
        await self._finish_utterance()
        await self._inner.finish()

    async def results(self) -> AsyncIterator[Hypothesis]:
        async for hypothesis in self._inner.results():
            yield hypothesis

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def _take(self, frame: AudioFrame) -> None:
        if not self._held and not self._told:
            self._from_ms = frame.start_ms
        self._held.append(frame)
        if frame.end_ms - self._held[0].start_ms >= CHUNK_MS:
            await self._pass_on(await self._worked(self._taken(), rest=False))

    async def _finish_utterance(self) -> None:
        if self._held or self._told:
            await self._pass_on(await self._worked(self._taken(), rest=True))
        self._told = 0

    def _taken(self) -> list[Samples]:
        held, self._held = self._held, []
        return [frame.samples for frame in held]

    async def _pass_on(self, samples: Samples) -> None:
        if len(samples):
            start_ms = self._from_ms + 1000 * self._told / SPEECH_RATE
            self._told += len(samples)
            await self._inner.send(AudioFrame(samples, SPEECH_RATE, start_ms))

    async def _worked(self, pieces: list[Samples], *, rest: bool) -> Samples:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._suppressed, pieces, rest)

    def _suppressed(self, pieces: list[Samples], rest: bool) -> Samples:
        parts = [self._suppressor.process(np.concatenate(pieces))] if pieces else []
        if rest:
            parts.append(self._suppressor.flush())
        return np.concatenate(parts)
