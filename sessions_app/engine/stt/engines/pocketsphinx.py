"""CMU PocketSphinx with its own English model, in worker processes.

It is the fallback that needs no download: about two of three words of natural speech are right.
"""

import asyncio
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sessions_app.engine.core.errors import BusyError, RecogniserError
from sessions_app.engine.core.events import Hypothesis
from sessions_app.engine.core.frames import SPEECH_RATE, AudioFrame, Samples
from sessions_app.engine.core.reservations import Limited, Reservation
from sessions_app.engine.stt.base import Capabilities, Recogniser
from sessions_app.engine.stt.engines.pocketsphinx_words import (
    LANGUAGE,
    LANGUAGES,
    WORKER,
    Vocabulary,
    check_language,
    workers_needed,
)
from sessions_app.engine.stt.engines.streams import WorkingStream
from sessions_app.engine.stt.engines.utterance import Utterance
from sessions_app.engine.stt.worker.pocketsphinx import (
    AUDIO,
    BEGIN,
    CALM,
    END,
    FINAL,
    INTERIM,
    LEARN,
    LIVE,
    REDECODE,
)
from sessions_app.engine.workers.fork_server import ForkServer
from sessions_app.engine.workers.framing import WorkerGoneError, as_json
from sessions_app.engine.workers.pool import WorkerLink, WorkerPool

CHUNK = SPEECH_RATE // 10
"""Samples sent at once. Fewer cost more messages; more make interims later."""

LEARNT_MS = 6_000.0
"""After this much of a caller's speech, utterances are decoded only once.

By then the decoder knows the channel (its cepstral mean), and decoding again gains nothing. Longer
costs CPU; shorter leaves more errors in a caller's first words.
"""

REDECODE_SHARE = 0.8
LONGEST_REDECODE_S = 2.0
"""A re-decode may take this share of the utterance's length, LONGEST_REDECODE_S at most.

After that the live result becomes the final: more corrects more words, and makes finals later.
"""


@dataclass(frozen=True, slots=True)
class _Flush:
    cut: bool = False


@dataclass(frozen=True, slots=True)
class _Finish:
    pass


class PocketSphinxRecogniser(Recogniser):
    """Decodes live in `workers` processes, one utterance at a time each (one a core by default).

    With `redecode` a worker of low priority decodes a caller's first utterances a second time,
    as a whole, if it is free. `words` are added to the dictionary: word → ARPAbet phones, or
    "" for a guess. If all workers are busy, speech is queued: its words come late, but none is
    lost. `most_calls` refuses further calls instead; 0 refuses none.
    """

    name = "pocketsphinx"
    capabilities = Capabilities(interims=True, words=True, confidence=False, languages=LANGUAGES)

    def __init__(
        self,
        workers: int | None = None,
        redecode: bool = True,
        words: Mapping[str, str] | None = None,
        most_calls: int = 0,
    ) -> None:
        self._calls = Limited(most_calls)
        self._words = dict(words or {})
        self._server = ForkServer(WORKER)
        size = workers or os.cpu_count() or 1
        self.live = WorkerPool(self._server, size, LIVE)
        self.calm = WorkerPool(self._server, 1 if redecode else 0, CALM)

    @property
    def fork_server_pid(self) -> int | None:
        """The process whose children the workers are; None before the first one."""
        return self._server.pid

    async def start(self) -> None:
        if not await self.live.ping():
            raise RecogniserError(
                "PocketSphinx could not start. Is the package installed with its model?"
            )

    def open(self, language: str, phrases: Sequence[str] = ()) -> "PocketSphinxStream":
        check_language(language)
        return PocketSphinxStream(self, Vocabulary.of(self._words, phrases))

    def reserve(self) -> Reservation:
        reservation = self._calls.take()
        if reservation is None:
            raise BusyError("The recogniser already has as many calls as it can handle.")
        return reservation

    async def ready(self) -> bool:
        return await self.live.ping()

    async def aclose(self) -> None:
        self.live.close()
        self.calm.close()
        self._server.close()


class PocketSphinxStream(WorkingStream):
    """Leases a worker for each utterance; audio waits here while all are busy."""

    def __init__(self, recogniser: PocketSphinxRecogniser, vocabulary: Vocabulary) -> None:
        super().__init__()
        self._recogniser = recogniser
        self._vocabulary = vocabulary
        self._inbox: asyncio.Queue[AudioFrame | _Flush | _Finish] = asyncio.Queue()
        self._cmn: str | None = None
        self._learnt_ms = 0.0
        self._carried: AudioFrame | None = None

    async def send(self, frame: AudioFrame) -> None:
        if len(frame.samples):  # the decoder dies of a piece of nothing
            self._inbox.put_nowait(frame)

    async def flush(self, *, cut: bool = False) -> None:
        self._inbox.put_nowait(_Flush(cut))

    async def finish(self) -> None:
        self._inbox.put_nowait(_Finish())

    async def _work(self) -> None:
        finished = False
        while not finished:
            item, self._carried = self._carried or await self._inbox.get(), None
            finished = isinstance(item, _Finish)
            if isinstance(item, AudioFrame):
                with workers_needed():
                    finished = await self._utterance(item)

    async def _utterance(self, first: AudioFrame) -> bool:
        """Decodes from `first` to the flush; returns whether the stream is finished."""
        async with self._recogniser.live.leased(self._vocabulary.name) as link:
            begin = {"cmn": self._cmn, "words": dict(self._vocabulary.phones)}
            utterance = _Utterance(link, first.start_ms, begin, self._queue)
            last = await utterance.decode(first, self._inbox)
        result = utterance.result
        if self._learnt_ms < LEARNT_MS:
            result = await self._redecode(utterance) or result
        if result["words"]:
            self._cmn = utterance.result["cmn"]
            self._learnt_ms += utterance.length_ms
        final = utterance.final(result, self._vocabulary.spelt)
        if isinstance(last, _Flush) and last.cut:
            final, rest = utterance.split_at_cut(final)
            self._carried = rest.frame if rest else None
        self._queue.put_nowait(final)
        return isinstance(last, _Finish)

    async def _redecode(self, utterance: "_Utterance") -> dict[str, Any] | None:
        """Returns the re-decode of a whole utterance, if it comes in time."""
        pool = self._recogniser.calm
        if not pool.has_free:
            return None
        limit_s = min(LONGEST_REDECODE_S, REDECODE_SHARE * utterance.length_ms / 1000)
        try:
            async with pool.leased(self._vocabulary.name) as link:
                await link.send(LEARN, as_json(dict(self._vocabulary.phones)))
                await link.send(REDECODE, utterance.audio.tobytes())
                # not `wait_for`: until Python 3.12 it swallows a cancellation that meets a result
                async with asyncio.timeout(limit_s):
                    answer = await link.receive()
        except (TimeoutError, WorkerGoneError):
            return None
        body: dict[str, Any] = answer.json()
        return body


class _Utterance(Utterance):
    """One utterance on one leased worker."""

    def __init__(
        self,
        link: WorkerLink,
        start_ms: float,
        begin: Mapping[str, Any],
        results: "asyncio.Queue[Hypothesis | RecogniserError | None]",
    ) -> None:
        super().__init__(start_ms, LANGUAGE)
        self._link = link
        self._begin = begin
        self._results = results
        self._unsent: list[Samples] = []
        self.result: dict[str, Any] = {}

    async def decode(
        self, first: AudioFrame, inbox: "asyncio.Queue[AudioFrame | _Flush | _Finish]"
    ) -> _Flush | _Finish:
        """Sends audio until flush or finish, while interims come back; sets `result`.

        Returns which of them it was.
        """
        reading = asyncio.create_task(self._read())
        try:
            await self._link.send(BEGIN, as_json(self._begin))
            item: AudioFrame | _Flush | _Finish = first
            while isinstance(item, AudioFrame):
                await self._take(item)
                item = await self._next(inbox, reading)
            await self._send_unsent()
            await self._link.send(END)
            self.result = await reading
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
        return item

    async def _take(self, frame: AudioFrame) -> None:
        self.pieces.append(frame.samples)
        self._unsent.append(frame.samples)
        if sum(len(piece) for piece in self._unsent) >= CHUNK:
            await self._send_unsent()

    async def _send_unsent(self) -> None:
        if self._unsent:
            chunk, self._unsent = np.concatenate(self._unsent), []
            await self._link.send(AUDIO, chunk.tobytes())

    async def _next(
        self,
        inbox: "asyncio.Queue[AudioFrame | _Flush | _Finish]",
        reading: "asyncio.Task[dict[str, Any]]",
    ) -> AudioFrame | _Flush | _Finish:
        """Returns the next item, unless the worker dies first."""
        if not inbox.empty():
            return inbox.get_nowait()
        getting = asyncio.create_task(inbox.get())
        try:
            await asyncio.wait({getting, reading}, return_when=asyncio.FIRST_COMPLETED)
            if reading.done():
                reading.result()
            return await getting
        finally:
            getting.cancel()

    async def _read(self) -> dict[str, Any]:
        """Passes interims on; returns the final result."""
        while True:
            message = await self._link.receive()
            body: dict[str, Any] = message.json()
            if message.kind == FINAL:
                return body
            if message.kind == INTERIM:
                end_ms = self.start_ms + self.length_ms
                self._results.put_nowait(Hypothesis(body["text"], False, self.start_ms, end_ms))
