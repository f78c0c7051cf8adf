"""Writes what live calls store: in order within a call, in batches, and fair between calls.

There are two threads: one makes the calls' writes, batch by batch; the other runs short queries for
new calls and writes heartbeats, so that these never wait for transcripts.
"""

import asyncio
import itertools
import logging
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from typing import Any, ParamSpec, TypeVar

from django.db import connections

from sessions_app.engine.core.errors import traced
from sessions_app.engine.core.events import (
    CallEvent,
    FinalRedacted,
    MediaGap,
    NotesChanged,
    RecognitionFailed,
    SegmentFinal,
    StaffActed,
    StateChanged,
    TurnEnded,
)
from sessions_app.engine.core.states import TERMINAL
from sessions_app.runtime.call_queues import CallQueue, QueuedWrite, WriteBatch, WriteOrder
from sessions_app.runtime.short_queries import ShortQueries
from sessions_app.services import calls, database, live_desk, transcripts, turns, versions

logger = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

LOCK_S = 5.0
"""How long one attempt waits for the database's lock, before another call has its turn."""

LATE_S = 3.0
"""If a write has waited for longer, the database cannot keep up, and new calls are refused.

Lower refuses calls after short stalls; higher takes calls whose words would be stored late.
"""

MAX_PENDING = 1_000
"""With more pending writes a call is behind, and its typed input is refused.

Lower refuses input after short stalls; higher lets one client fill memory.
"""

YIELD_S = 0.25
"""How long a write waits for short queries, as SQLite has one writer and no queue for it.

Lower delays new calls; higher delays transcripts.
"""

COMPLAIN_S = 5.0
"""Between two log lines that the database is down."""


class _Drain:
    """A request to know when every write up to a number is done."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.result: Future[None] = Future()


class Store:
    """The engine's only access to the database. Used from one event loop; posts never block.

    A call's writes are made in order, and repeated until they succeed: while the database is down
    the queue grows, but loses nothing. Calls take turns, so that none waits for all of another's.
    """

    def __init__(self) -> None:
        self._queues: dict[str, CallQueue] = {}
        self._numbers = itertools.count()
        self._last = -1
        self._wake: queue.SimpleQueue[CallQueue | _Drain | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._stopping = threading.Event()
        self._queries = ShortQueries()
        self._order = WriteOrder()
        self._drains: list[_Drain] = []
        self._took_s = 0.0
        self._complained_s = 0.0

    def start(self) -> None:
        """Starts the threads; may be called twice."""
        if self._thread is None:
            self._stopping.clear()
            self._thread = threading.Thread(target=self._run, name="voice-store", daemon=True)
            self._thread.start()
            self._queries.start()

    def add_segment(self, call_id: str, call_pk: int, segment: SegmentFinal) -> None:
        """Queues a segment of a call."""
        row = call_pk, segment
        self._add(call_id, QueuedWrite(self._number(), partial(transcripts.append, [row]), row))

    def post(
        self, call_id: str, function: Callable[P, Any], *args: P.args, **kwargs: P.kwargs
    ) -> None:
        """Runs `function` in the thread after everything that was posted for this call before.

        It is repeated while the database is down; other failures are logged.
        """
        self._add(call_id, QueuedWrite(self._number(), partial(function, *args, **kwargs)))

    def post_newest(
        self,
        call_id: str,
        key: str,
        function: Callable[P, Any],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> None:
        """Does the same, but replaces an earlier post of the same `key` that still waits."""
        found = self._queue(call_id)
        if found.replace(key, QueuedWrite(self._number(), partial(function, *args, **kwargs))):
            self._wake.put(found)

    def note(self, key: str, function: Callable[P, Any], *args: P.args, **kwargs: P.kwargs) -> None:
        """Runs `function` in the thread for short queries, until it succeeds.

        A note of the same key that still waits is replaced.
        """
        self._queries.note(key, partial(function, *args, **kwargs))

    async def run(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Runs `function` in the thread for short queries; returns or raises what it does.

        Raises BusyError (retryable) while the database is down, or does not answer.
        """
        return await self._queries.ask(partial(function, *args, **kwargs))

    def is_behind(self, call_id: str) -> bool:
        """Returns whether a call has too many pending writes: refuse its typed input.

        Speech is still stored.
        """
        found = self._queues.get(call_id)
        return found is not None and found.pending > MAX_PENDING

    def waiting(self) -> int:
        """Returns how many writes of live calls wait."""
        return sum(found.pending for found in self._queues.values())

    def late(self) -> bool:
        """Returns whether the database cannot keep up, so that no call should be added.

        One call with many pending writes, or with failing ones, does not make the store late.
        """
        now_s = time.monotonic()
        queries = self._queries
        if queries.oldest_s(now_s) > LATE_S or now_s - queries.failed_s < LATE_S:
            return True
        took_s = max(self._took_s, queries.took_s)
        return any(
            one.waits_s(now_s) > LATE_S and not 0.0 < one.fails_since_s < took_s
            for one in self._queues.values()
        )

    async def drain(self, timeout_s: float) -> bool:
        """Waits until everything posted so far is stored; returns False after `timeout_s`."""
        if self._thread is None:
            return True
        drain = _Drain(self._last)
        self._wake.put(drain)
        try:
            async with asyncio.timeout(timeout_s):
                await asyncio.wrap_future(drain.result)
        except TimeoutError:
            return False
        return True

    async def aclose(self, timeout_s: float = 3.0) -> None:
        """Stores what is left, if possible within `timeout_s`, and ends the threads."""
        if self._thread is None:
            return
        if not await self.drain(timeout_s):
            left = sum(one.pending for one in self._queues.values())
            logger.error("%d pieces of work were not stored in time", left)
        self._stopping.set()
        self._wake.put(None)
        await asyncio.gather(
            asyncio.to_thread(self._thread.join, timeout_s), self._queries.aclose(timeout_s)
        )
        self._thread = None

    def _number(self) -> int:
        self._last = next(self._numbers)
        return self._last

    def _add(self, call_id: str, piece: QueuedWrite) -> None:
        found = self._queue(call_id)
        found.add(piece)
        self._wake.put(found)

    def _queue(self, call_id: str) -> CallQueue:
        """Returns the call's queue; when a new one is created, empty ones are removed."""
        found = self._queues.get(call_id)
        if found is None:
            self._queues = {name: one for name, one in self._queues.items() if one.pending}
            found = self._queues[call_id] = CallQueue(call_id)
        return found

    # -- in the thread ------------------------------------------------------------------

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                self._await_work()
                batch = self._order.next(time.monotonic())
                if batch:
                    self._queries.idle.wait(YIELD_S)
                    self._serve(batch)
                    self._order.after(batch)
                self._end_drains()
        finally:
            connections.close_all()

    def _await_work(self) -> None:
        """Waits until a write is due or posted, and takes everything that was posted."""
        wait_s = self._order.wait_s(time.monotonic())
        try:
            self._take_in(self._wake.get(block=wait_s != 0.0, timeout=wait_s))
            while True:
                self._take_in(self._wake.get_nowait())
        except queue.Empty:
            return

    def _take_in(self, found: CallQueue | _Drain | None) -> None:
        if isinstance(found, CallQueue):
            self._order.add(found)
        elif found is not None:
            self._order.hurried = max(self._order.hurried, found.number)
            self._drains.append(found)

    def _end_drains(self) -> None:
        oldest = self._order.oldest()
        done = [one for one in self._drains if oldest is None or one.number < oldest]
        for drain in done:
            self._drains.remove(drain)
            if drain.result.set_running_or_notify_cancel():
                drain.result.set_result(None)

    def _serve(self, batch: WriteBatch) -> None:
        try:
            database.connect(LOCK_S)
            rows = [piece.row for _, pieces in batch for piece in pieces if piece.row is not None]
            if rows:
                transcripts.append(rows)
            else:
                batch[0][1][0].run()
        except Exception as error:  # noqa: BLE001 - databases and backends fail in their own ways
            connections.close_all()
            if database.is_away(error):
                self._away(batch, error)
            else:
                self._refused(batch, error)
            return
        self._took_s = time.monotonic()
        for one, pieces in batch:
            one.drop_first(len(pieces))

    def _away(self, batch: WriteBatch, error: Exception) -> None:
        for one, _ in batch:
            one.failed()
        now_s = time.monotonic()
        if now_s - self._complained_s > COMPLAIN_S:
            self._complained_s = now_s
            logger.warning("the database took no work (%s)", type(error).__name__)

    def _refused(self, batch: WriteBatch, error: Exception) -> None:
        """Repeats a refused batch one write at a time, and drops a single write that is refused.

        The error's message is not logged, as PostgreSQL's quotes the row.
        """
        pieces = [piece for _, found in batch for piece in found]
        if len(pieces) > 1:
            logger.warning("a batch of %d was refused: %s", len(pieces), type(error).__name__)
            for one, found in batch:
                one.singly = len(found)
            return
        one, row = batch[0][0], pieces[0].row
        what = f"segment {row[1].seq}" if row is not None else "work"
        logger.error("%s of call %s was refused: %s", what, one.name, traced(error))
        one.drop_first(1)


class StoreSink:
    """Stores one call's events. Implements `core.ports.EventSink`."""

    def __init__(self, store: Store, call_pk: int, call_id: str) -> None:
        self._store = store
        self._call_pk = call_pk
        self._call_id = call_id

    def emit(self, event: CallEvent) -> None:
        store, call_id = self._store, self._call_id
        if isinstance(event, SegmentFinal):
            store.add_segment(call_id, self._call_pk, event)
        elif isinstance(event, FinalRedacted):
            store.add_segment(call_id, self._call_pk, event.final)
        elif isinstance(event, TurnEnded):
            store.post(call_id, turns.save, self._call_pk, event)
        elif isinstance(event, NotesChanged) and event.whole:
            store.post(call_id, turns.replace_notes, self._call_pk, event.notes)
        elif isinstance(event, NotesChanged):
            change = turns.change_notes
            store.post(call_id, change, self._call_pk, event.notes, event.removed)
        elif isinstance(event, RecognitionFailed):
            store.post_newest(call_id, "lost", versions.schedule_lost_words, call_id)
        elif isinstance(event, MediaGap):
            times = round(event.start_ms), round(event.end_ms)
            store.post(call_id, calls.note_gap, call_id, *times)
        elif isinstance(event, StaffActed):
            store.post(call_id, live_desk.note, self._call_pk, event)
        elif isinstance(event, StateChanged):
            length = round(event.length_ms) if event.state in TERMINAL else None
            store.post(
                call_id,
                calls.move,
                call_id,
                event.state,
                reason=event.reason,
                duration_ms=length,
            )
