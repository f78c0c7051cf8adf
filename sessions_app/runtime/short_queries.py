"""Runs short queries and heartbeats in a thread that calls' writes never delay."""

import asyncio
import logging
import math
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db import connection, connections

from sessions_app.engine.core.errors import traced
from sessions_app.services import database

logger = logging.getLogger(__name__)

T = TypeVar("T")

LOCK_S = 0.6
"""How long a query waits for the database's lock.

Lower fails while others write; higher makes callers wait for an error.
"""

STATEMENT_S = 8.0
"""PostgreSQL's time-out for one query, below ASK_S."""

ASK_S = 10.0
"""How long a query may take in all, including the wait for its turn."""

AGAIN_S = 0.3
"""The pause before a note that could not be stored is tried again."""


@dataclass(slots=True)
class _Ask:
    run: Callable[[], Any]
    result: "Future[Any]" = field(default_factory=Future)


class ShortQueries:
    """Runs queries and notes in order in one thread. Used from one event loop."""

    def __init__(self) -> None:
        self._asks: queue.SimpleQueue[_Ask | str | None] = queue.SimpleQueue()
        self._notes: dict[str, Callable[[], Any]] = {}
        self._again: dict[str, float] = {}
        self._open: dict[object, float] = {}
        self._thread: threading.Thread | None = None
        self.idle = threading.Event()
        """Set while no query waits: another thread may then be SQLite's only writer."""

        self.idle.set()
        self.failed_s = -math.inf
        """When a query last failed because the database was down (monotonic)."""

        self.took_s = 0.0
        """When a note was last stored (monotonic)."""

    def start(self) -> None:
        """Starts the thread; may be called twice."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="voice-store-asks", daemon=True)
            self._thread.start()

    def note(self, key: str, run: Callable[[], Any]) -> None:
        """Runs `run` until it succeeds; a newer note of the same key replaces it."""
        self._notes[key] = run
        self._asks.put(key)

    async def ask(self, run: Callable[[], T]) -> T:
        """Returns what `run` returns, or raises what it raises.

        Raises BusyError (retryable) while the database is down, or does not answer in ASK_S.
        """
        ask = _Ask(run)
        self._open[ask.result] = time.monotonic()
        self._asks.put(ask)
        try:
            answer: T = await self._answer(ask)
        finally:
            del self._open[ask.result]
        return answer

    async def _answer(self, ask: _Ask) -> Any:
        answer = asyncio.wrap_future(ask.result)
        try:
            done, _ = await asyncio.wait([answer], timeout=ASK_S)
        finally:
            if not answer.done():
                answer.cancel()  # nobody waits for it any more
        if not done:
            raise database.busy()
        try:
            return answer.result()
        except database.AWAY as error:
            self.failed_s = time.monotonic()
            raise database.busy() from error

    def oldest_s(self, now_s: float) -> float:
        """Returns for how many seconds the oldest query has waited; 0.0 if none does."""
        return now_s - min(self._open.values(), default=now_s)

    async def aclose(self, timeout_s: float) -> None:
        """Ends the thread after all queries so far; may be called twice."""
        thread, self._thread = self._thread, None
        if thread is not None:
            self._asks.put(None)
            await asyncio.to_thread(thread.join, timeout_s)

    # -- in the thread ------------------------------------------------------------------

    def _run(self) -> None:
        try:
            while (found := self._next()) is not None:
                self.idle.clear()
                if isinstance(found, _Ask):
                    self._do(found)
                else:
                    self._write(found)
                if self._asks.empty():
                    self.idle.set()
        finally:
            self.idle.set()
            connections.close_all()

    def _next(self) -> _Ask | str | None:
        """Waits for the next query or note, or until a note is due again."""
        key = min(self._again, key=self._again.__getitem__, default=None)
        if key is None:
            return self._asks.get()
        left_s = self._again[key] - time.monotonic()
        try:
            return self._asks.get(block=left_s > 0, timeout=max(0.0, left_s))
        except queue.Empty:
            return key

    def _do(self, ask: _Ask) -> None:
        if not ask.result.set_running_or_notify_cancel():
            return
        try:
            _connect()
            value = ask.run()
        except Exception as error:  # noqa: BLE001 - it is raised to whoever waits for the result
            if isinstance(error, database.AWAY):
                connections.close_all()
            ask.result.set_exception(error)
        else:
            ask.result.set_result(value)

    def _write(self, key: str) -> None:
        self._again.pop(key, None)
        run = self._notes.pop(key, None)
        if run is None:
            return  # a newer one of its key was stored
        try:
            _connect()
            run()
        except Exception as error:  # noqa: BLE001 - databases fail in their own ways
            connections.close_all()
            if database.is_away(error):
                self._notes.setdefault(key, run)
                self._again[key] = time.monotonic() + AGAIN_S
            else:
                logger.error("a note for the database failed: %s", traced(error))
        else:
            self.took_s = time.monotonic()


def _connect() -> None:
    """Opens the thread's connection, or reopens it if the server has closed it."""
    if connection.connection is not None and not connection.is_usable():
        connections.close_all()
    database.connect(LOCK_S, STATEMENT_S)
