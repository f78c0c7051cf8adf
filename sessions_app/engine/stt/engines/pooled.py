"""Engines that block, in worker processes: one process serves the streams of many calls.

`Pooled` is the recogniser, `PooledStream` one side of a call. An engine's package is never
imported here: its threads and its locks stay in its own process (`stt.worker`).
"""

import asyncio
import importlib.util
import logging
from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from sessions_app.engine.core.errors import BusyError, LanguageNotSupportedError, RecogniserError
from sessions_app.engine.core.events import Hypothesis
from sessions_app.engine.core.frames import SPEECH_RATE, AudioFrame, Samples
from sessions_app.engine.core.reservations import Limited, Reservation
from sessions_app.engine.stt.base import Recogniser, RecogniserWork
from sessions_app.engine.stt.engines.streams import WorkingStream
from sessions_app.engine.stt.engines.utterance import Utterance
from sessions_app.engine.stt.speech_gate import Flush, Pause
from sessions_app.engine.stt.worker.blocking.base import ModelError, find_files
from sessions_app.engine.stt.worker.process import EngineProcess, EngineSession, preloaded
from sessions_app.engine.stt.worker.worker import (
    AUDIO,
    FINAL,
    FLUSH,
    INTERIM,
    LIVE,
    PAUSE,
    WHOLE,
)

logger = logging.getLogger(__name__)

_Item = AudioFrame | Pause | Flush | RecogniserError

FULL = 0.9
"""Calls are refused where all workers' load (0..1) is at least this.

Higher accepts more calls, whose words come late when all speak at once.
"""

CHUNK = SPEECH_RATE // 10
"""Samples sent at once: a message costs more than what it carries. More make interims later."""


class Pooled(Recogniser):
    """Spreads streams over `workers` processes of one engine, evenly.

    `model` is its folder. `options` are the engine's own, JSON's values. `most_calls` refuses
    further calls; 0 refuses none until all workers are at work all of the time. Raises
    RecogniserError at once where the package or the model is missing.
    """

    engine: str
    """The dotted path of its `BlockingEngine`, which is made in the worker processes."""

    package: str
    """What its workers import; looked for, and never imported, here."""

    distribution: str
    """What pip calls the package."""

    parts: tuple[str, ...]
    """The files that a model's folder must have."""

    by_utterance = False
    """Whether each utterance chooses the process with the fewest streams, or a stream only once."""

    tells_whole = False
    """Whether its sessions have `pause`: all that was said, quickly, and as the final would be."""

    forked = False
    """Whether the engine has one thread, so that workers can be forked from one that has loaded."""

    def __init__(
        self,
        workers: int,
        model: str,
        *,
        kind: bytes = LIVE,
        most_calls: int = 0,
        **options: Any,
    ) -> None:
        self._check_installed(model)
        self._calls = Limited(most_calls)
        self._reported_notes = {""}
        options = {"model": model, **options}
        self.fork_server = preloaded(self.engine, options) if self.forked else None
        self.processes = [
            EngineProcess(self.engine, options, self.fork_server, kind) for _ in range(workers)
        ]

    def _check_installed(self, model: str) -> None:
        """Raises RecogniserError where package or model are not there."""
        if importlib.util.find_spec(self.package) is None:
            raise RecogniserError(f"It needs a package: pip install {self.distribution}")
        try:
            find_files(Path(model), *self.parts)
        except ModelError as error:
            raise RecogniserError(str(error)) from error

    async def start(self) -> None:
        for process in self.processes:
            await process.start()
            if process.note not in self._reported_notes:
                self._reported_notes.add(process.note)
                logger.warning("recogniser %r: %s", self.name, process.note)

    def unhurried(self) -> None:
        for process in self.processes:
            process.unhurried()

    def open(self, language: str, phrases: Sequence[str] = ()) -> "PooledStream":
        if not self.knows(language):
            known = ", ".join(sorted(self.capabilities.languages or ()))
            raise LanguageNotSupportedError(
                f"The model of {self.name} is for {known}, not for {language!r}: set its "
                "`language`, or choose another recogniser for this agent."
            )
        return PooledStream(self, language, phrases)

    def reserve(self) -> Reservation:
        """Returns a call's place; raises BusyError (retryable) before words would be late."""
        reservation = self._calls.take()
        if reservation is None:
            raise BusyError("The recogniser already has as many calls as it can handle.")
        if min(process.load for process in self.processes) >= FULL:
            reservation.release()
            raise BusyError("The recogniser has no time left for another call.")
        return reservation

    def work(self) -> RecogniserWork:
        processes = self.processes
        return RecogniserWork(
            load=sum(one.load for one in processes) / max(1, len(processes)),
            waiting=sum(one.waiting for one in processes),
            busy_s=sum(one.busy_s for one in processes),
            audio_s=sum(one.audio_s for one in processes),
        )

    async def lease(self, language: str, phrases: Sequence[str]) -> EngineSession:
        """Returns a session in the process that has the fewest; raises RecogniserError."""
        process = min(self.processes, key=lambda process: process.streams)
        return await process.open(language, phrases)

    async def ready(self) -> bool:
        try:
            await self.start()
        except RecogniserError:
            return False
        return True

    async def aclose(self) -> None:
        for process in self.processes:
            await process.aclose()
        if self.fork_server is not None:
            self.fork_server.close()


class PooledStream(WorkingStream):
    """One utterance after the other; audio waits here where the engine is slow."""

    def __init__(self, pool: Pooled, language: str, phrases: Sequence[str]) -> None:
        super().__init__()
        self._pool = pool
        self._language = language
        self._phrases = phrases
        self._inbox: asyncio.Queue[_Item | None] = asyncio.Queue()
        self._finals: asyncio.Queue[dict[str, Any] | RecogniserError] = asyncio.Queue()
        self._present: Utterance | None = None
        self._pauses: deque[float] = deque()
        """The ends of audio (call clock) at which whole interims were requested."""

        self._unsent: list[Samples] = []
        self._session: EngineSession | None = None
        self._reading: asyncio.Task[None] | None = None

    async def send(self, frame: AudioFrame) -> None:
        self._inbox.put_nowait(frame)

    async def pause(self) -> None:
        if self._pool.tells_whole:
            self._inbox.put_nowait(Pause())

    async def flush(self, *, cut: bool = False) -> None:
        self._inbox.put_nowait(Flush(cut))

    async def finish(self) -> None:
        self._inbox.put_nowait(None)

    async def _work(self) -> None:
        try:
            while (item := await self._inbox.get()) is not None:
                await self._take(item)
            await self._take(Flush())
        finally:
            await self._release_session()

    async def _release_session(self) -> None:
        """Gives up the place in a process."""
        session, self._session = self._session, None
        reading, self._reading = self._reading, None
        if session is not None:
            session.close()
        if reading is not None:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)

    async def _open_session(self) -> EngineSession:
        """Returns the place in a process, taking one where there is none."""
        if self._session is None:
            self._session = await self._pool.lease(self._language, self._phrases)
            self._reading = asyncio.create_task(self._read(self._session))
        return self._session

    async def _read(self, session: EngineSession) -> None:
        """Passes interims on and keeps finals; a dead process wakes whoever waits."""
        try:
            while True:
                kind, body = await session.receive()
                if kind == FINAL:
                    self._finals.put_nowait(body)
                elif kind == INTERIM and self._present is not None:
                    utterance = self._present
                    end_ms = utterance.start_ms + utterance.length_ms
                    interim = Hypothesis(
                        utterance.continued(body["text"]), False, utterance.start_ms, end_ms
                    )
                    self._queue.put_nowait(interim)
                elif kind == WHOLE:
                    self._emit_whole(body, self._pauses.popleft())
        except RecogniserError as error:
            self._finals.put_nowait(error)
            self._inbox.put_nowait(error)

    def _emit_whole(self, result: dict[str, Any], end_ms: float) -> None:
        if self._present is not None:
            whole = self._present.final(result)
            self._queue.put_nowait(replace(whole, is_final=False, whole=True, end_ms=end_ms))

    async def _take(self, item: _Item) -> None:
        if isinstance(item, RecogniserError):
            raise item
        if isinstance(item, AudioFrame):
            if self._present is None:
                self._present = Utterance(item.start_ms, self._language)
            self._present.pieces.append(item.samples)
            self._unsent.append(item.samples)
            if sum(len(piece) for piece in self._unsent) >= CHUNK:
                await self._send_unsent()
        elif self._present is not None:
            if isinstance(item, Flush):
                await self._end_utterance(self._present, cut=item.cut)
            else:
                await self._ask_whole(self._present)

    async def _ask_whole(self, utterance: Utterance) -> None:
        """Asks the engine for all that was said so far."""
        await self._send_unsent()
        self._pauses.append(utterance.start_ms + utterance.length_ms)
        await (await self._open_session()).send(PAUSE)

    async def _send_unsent(self) -> None:
        session = await self._open_session()
        if self._unsent:
            chunk, self._unsent = np.concatenate(self._unsent), []
            await session.send(AUDIO, chunk.tobytes())

    async def _end_utterance(self, utterance: Utterance, *, cut: bool) -> None:
        await self._send_unsent()
        await (await self._open_session()).send(FLUSH)
        result = await self._finals.get()
        if isinstance(result, RecogniserError):
            raise result
        self._present, rest = None, None
        if self._pool.by_utterance:
            await self._release_session()
        final = utterance.final(result)
        if cut:
            final, rest = utterance.split_at_cut(final)
        self._queue.put_nowait(final)
        if rest is not None:
            self._present = Utterance(rest.frame.start_ms, self._language, rest.before)
            await self._take(rest.frame)
