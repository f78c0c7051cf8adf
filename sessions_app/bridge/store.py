"""What a live call writes to the database: in one thread, in order, in batches."""

import asyncio
import logging
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, ParamSpec, TypeVar

from django.db import (
    DatabaseError,
    InterfaceError,
    OperationalError,
    close_old_connections,
    connections,
)

from sessions_app.core.events import (
    CallEvent,
    MediaGap,
    NotesChanged,
    RecognitionFailed,
    SegmentFinal,
    StateChanged,
    TurnEnded,
)
from sessions_app.core.states import TERMINAL
from sessions_app.services import calls, transcripts, turns, versions

logger = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

BATCH_S = 0.25
"""Segments wait this long for others, so that one statement stores several."""

RETRY_S = (0.1, 0.5, 2.0, 5.0)
"""Pauses between attempts to store while the database is away; the last one repeats."""


@dataclass(frozen=True, slots=True)
class _Segment:
    call_pk: int
    segment: SegmentFinal


@dataclass(frozen=True, slots=True)
class _Work:
    run: Callable[[], Any]
    result: "Future[Any] | None"


class Store:
    """The engine's only way to the database. Posts never block; order is kept.

    What is posted is tried until it is stored: a database that is away makes the queue
    grow, it never makes it shrink.
    """

    def __init__(self) -> None:
        self._queue: queue.SimpleQueue[_Segment | _Work | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._stopping = threading.Event()

    def start(self) -> None:
        """Starts the thread; may be called twice."""
        if self._thread is None:
            self._stopping.clear()
            self._thread = threading.Thread(target=self._run, name="voice-store", daemon=True)
            self._thread.start()

    def add_segment(self, call_pk: int, segment: SegmentFinal) -> None:
        """Stores a segment soon."""
        self._queue.put(_Segment(call_pk, segment))

    def post(self, function: Callable[P, Any], *args: P.args, **kwargs: P.kwargs) -> None:
        """Runs `function` in the thread after all that was posted before.

        It is tried again while the database is away; other failures are logged.
        """
        self._queue.put(_Work(lambda: function(*args, **kwargs), None))

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Returns what `function` returns, or raises what it raises, from the thread."""
        result: Future[T] = Future()
        self._queue.put(_Work(lambda: function(*args, **kwargs), result))
        return await asyncio.wrap_future(result)

    async def drain(self, timeout_s: float) -> bool:
        """Returns whether everything posted so far is stored before `timeout_s`."""
        try:
            await asyncio.wait_for(self.run(lambda: None), timeout_s)
        except TimeoutError:
            return False
        return True

    async def aclose(self, timeout_s: float = 3.0) -> None:
        """Stores what is left and ends the thread."""
        if self._thread is None:
            return
        if not await self.drain(timeout_s):
            logger.error("%d pieces of work were not stored in time", self._queue.qsize())
        self._stopping.set()
        self._queue.put(None)
        await asyncio.to_thread(self._thread.join, timeout_s)
        self._thread = None

    # -- in the thread ------------------------------------------------------------------

    def _run(self) -> None:
        try:
            while (item := self._queue.get()) is not None:
                self._take(item)
        finally:
            connections.close_all()

    def _take(self, item: _Segment | _Work) -> None:
        close_old_connections()
        if isinstance(item, _Work):
            self._work(item)
            return
        batch, other = self._batch(item)
        self._persist(batch)
        if other is not None:
            self._take(other)

    def _batch(self, first: _Segment) -> tuple[list[_Segment], _Segment | _Work | None]:
        """Returns segments that follow within BATCH_S, and the other work that ended the wait."""
        batch, until = [first], time.monotonic() + BATCH_S
        while (left := until - time.monotonic()) > 0:
            try:
                item = self._queue.get(timeout=left)
            except queue.Empty:
                break
            if item is None:
                self._queue.put(None)
                break
            if isinstance(item, _Work):
                return batch, item
            batch.append(item)
        return batch, None

    def _persist(self, batch: list[_Segment]) -> None:
        rows = [(item.call_pk, item.segment) for item in batch]
        try:
            self._until_it_works(lambda: transcripts.append(rows))
        except DatabaseError:
            logger.exception("a batch of %d segments was refused; storing them singly", len(rows))
            for row in rows:
                self._alone(row)

    def _alone(self, row: tuple[int, SegmentFinal]) -> None:
        try:
            self._until_it_works(lambda: transcripts.append([row]))
        except DatabaseError:
            logger.exception("segment %d of call %d was refused", row[1].seq, row[0])

    def _until_it_works(self, function: Callable[[], Any]) -> None:
        """Runs `function`, again and again while the database is away."""
        attempt = 0
        while True:
            try:
                function()
            except (OperationalError, InterfaceError) as error:
                logger.warning("the database took no work (%s)", type(error).__name__)
                connections.close_all()
                pause = RETRY_S[min(attempt, len(RETRY_S) - 1)]
                attempt += 1
                if self._stopping.wait(pause):
                    logger.exception("gave up on the database, since the process stops")
                    return
            else:
                return

    def _work(self, work: _Work) -> None:
        try:
            if work.result is None:
                self._until_it_works(work.run)
                return
            value = work.run()
        except Exception as error:
            if work.result is None:
                logger.exception("work for the store failed")
            elif not work.result.cancelled():
                work.result.set_exception(error)
        else:
            if not work.result.cancelled():
                work.result.set_result(value)


class StoreSink:
    """Writes one call's events. Fulfils `core.ports.EventSink`."""

    def __init__(self, store: Store, call_pk: int, call_id: str) -> None:
        self._store = store
        self._call_pk = call_pk
        self._call_id = call_id

    def emit(self, event: CallEvent) -> None:
        if isinstance(event, SegmentFinal):
            self._store.add_segment(self._call_pk, event)
        elif isinstance(event, TurnEnded):
            self._store.post(turns.save, self._call_pk, event)
        elif isinstance(event, NotesChanged):
            self._store.post(turns.replace_notes, self._call_pk, event.notes)
        elif isinstance(event, RecognitionFailed):
            self._store.post(versions.owe_lost, self._call_id)
        elif isinstance(event, MediaGap):
            times = round(event.start_ms), round(event.end_ms)
            self._store.post(calls.note_gap, self._call_id, *times)
        elif isinstance(event, StateChanged):
            length = round(event.length_ms) if event.state in TERMINAL else None
            self._store.post(
                calls.move,
                self._call_id,
                event.state,
                reason=event.reason,
                duration_ms=length,
            )
