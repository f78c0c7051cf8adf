"""PocketSphinx for recordings: whole utterances, no interims, and as much time as it takes."""

import asyncio
from collections.abc import Mapping, Sequence

from sessions_app.engine.core.events import Hypothesis
from sessions_app.engine.core.frames import AudioFrame
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
from sessions_app.engine.stt.worker.pocketsphinx import LEARN, REDECODE, THOROUGH
from sessions_app.engine.workers.fork_server import ForkServer
from sessions_app.engine.workers.framing import as_json
from sessions_app.engine.workers.pool import WorkerPool


class ThoroughPocketSphinx(Recogniser):
    """Decodes at low priority and without pruning, at most `workers` utterances at a time.

    `words` are added to the dictionary: word → ARPAbet phones, or "" for a guess.
    """

    name = "pocketsphinx"
    capabilities = Capabilities(interims=False, words=True, confidence=False, languages=LANGUAGES)

    def __init__(self, workers: int = 1, words: Mapping[str, str] | None = None) -> None:
        self._words = dict(words or {})
        self._server = ForkServer(WORKER)
        self.pool = WorkerPool(self._server, workers, THOROUGH)

    @property
    def fork_server_pid(self) -> int | None:
        """The process whose children the workers are; None before the first one."""
        return self._server.pid

    async def start(self) -> None:
        """Does nothing: most processes that could transcribe a recording never do."""

    def open(self, language: str, phrases: Sequence[str] = ()) -> "ThoroughStream":
        check_language(language)
        return ThoroughStream(self.pool, Vocabulary.of(self._words, phrases))

    async def aclose(self) -> None:
        self.pool.close()
        self._server.close()


class ThoroughStream(WorkingStream):
    """One utterance after the other; a worker is leased while one is decoded."""

    def __init__(self, pool: WorkerPool, vocabulary: Vocabulary) -> None:
        super().__init__()
        self._pool = pool
        self._vocabulary = vocabulary
        self._present: Utterance | None = None
        self._inbox: asyncio.Queue[tuple[Utterance, bool] | None] = asyncio.Queue()
        self._carried: AudioFrame | None = None

    async def send(self, frame: AudioFrame) -> None:
        if self._present is None:
            self._present = Utterance(frame.start_ms, LANGUAGE)
        self._present.pieces.append(frame.samples)

    async def flush(self, *, cut: bool = False) -> None:
        if self._present is not None:
            self._inbox.put_nowait((self._present, cut))
            self._present = None

    async def finish(self) -> None:
        await self.flush()
        self._inbox.put_nowait(None)

    async def _work(self) -> None:
        while (item := await self._inbox.get()) is not None:
            with workers_needed():
                self._queue.put_nowait(await self._decoded(*item))

    async def _decoded(self, utterance: Utterance, cut: bool) -> Hypothesis:
        if self._carried is not None:
            utterance.start_ms = self._carried.start_ms
            utterance.pieces.insert(0, self._carried.samples)
            self._carried = None
        async with self._pool.leased(self._vocabulary.name) as link:
            await link.send(LEARN, as_json(dict(self._vocabulary.phones)))
            await link.send(REDECODE, utterance.audio.tobytes())
            answer = await link.receive()
        final = utterance.final(answer.json(), self._vocabulary.spelt)
        if cut:
            final, rest = utterance.split_at_cut(final)
            self._carried = rest.frame if rest else None
        return final
