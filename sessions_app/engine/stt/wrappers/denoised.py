"""Noise suppression before recognition, for engines that are sensitive to noise."""

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
from sessions_app.engine.stt.wrappers.replay_buffer import send_item

CHUNK_MS = 100.0
"""Audio that is processed at once. Less costs more thread switches; more makes words later."""


class Denoised(Wrapper):
    """Sends audio through RNNoise to `inner`; recordings keep the original.

    docs/campaigns/noise.md has what it gains, and with which engine. All streams share `threads`
    threads for the work. Raises MediaError, not retryable, where librnnoise is missing: it says
    what to install.
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
    """Suppresses noise chunk by chunk; the rest of an utterance is sent before its flush."""

    def __init__(self, inner: RecogniserStream, threads: ThreadPoolExecutor) -> None:
        self._inner = inner
        self._threads = threads
        self._suppressor = Suppressor()
        self._pending: list[AudioFrame] = []
        self._from_ms = 0.0
        self._sent_samples = 0

    async def put(self, item: Item) -> None:
        if isinstance(item, AudioFrame):
            await self._take(item)
            return
        if isinstance(item, Flush):
            await self._finish_utterance()
        await send_item(self._inner, item)

    async def finish(self) -> None:
        await self._finish_utterance()
        await self._inner.finish()

    async def results(self) -> AsyncIterator[Hypothesis]:
        async for hypothesis in self._inner.results():
            yield hypothesis

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def _take(self, frame: AudioFrame) -> None:
        if not self._pending and not self._sent_samples:
            self._from_ms = frame.start_ms
        self._pending.append(frame)
        if frame.end_ms - self._pending[0].start_ms >= CHUNK_MS:
            await self._pass_on(await self._in_thread(self._take_pending(), rest=False))

    async def _finish_utterance(self) -> None:
        if self._pending or self._sent_samples:
            await self._pass_on(await self._in_thread(self._take_pending(), rest=True))
        self._sent_samples = 0

    def _take_pending(self) -> list[Samples]:
        pending, self._pending = self._pending, []
        return [frame.samples for frame in pending]

    async def _pass_on(self, samples: Samples) -> None:
        if len(samples):
            start_ms = self._from_ms + 1000 * self._sent_samples / SPEECH_RATE
            self._sent_samples += len(samples)
            await self._inner.send(AudioFrame(samples, SPEECH_RATE, start_ms))

    async def _in_thread(self, pieces: list[Samples], *, rest: bool) -> Samples:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._suppress, pieces, rest)

    def _suppress(self, pieces: list[Samples], rest: bool) -> Samples:
        parts = [self._suppressor.process(np.concatenate(pieces))] if pieces else []
        if rest:
            parts.append(self._suppressor.flush())
        return np.concatenate(parts)
