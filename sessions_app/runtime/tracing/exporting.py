"""Exports the traces of calls that have ended, in a thread of a background worker.

A collector that does not answer holds up nothing else: calls wait in the database, where they are
anyway, and are traced once it answers. docs/decisions.md says why it is here.
"""

import logging
import threading
from collections.abc import Callable, Iterable
from typing import Protocol

from django.conf import settings
from django.db import DatabaseError, close_old_connections, connection
from django.utils import timezone

from sessions_app.engine.core.errors import traced
from sessions_app.runtime.tracing.spans import PlannedTrace, plan
from sessions_app.services import ended_calls

logger = logging.getLogger(__name__)

EVERY_S = 15.0
"""Between two looks for calls that have ended. Shorter costs queries; longer shows traces later."""

LONGEST_S = 300.0
"""The longest pause after the collector failed; each is twice as long as the one before.

Longer costs fewer attempts that fail, but shows traces later once the fault is over.
"""

STOP_S = 2.0
"""How long a worker that stops waits for what is being sent; longer delays its stop."""


class NotExportedError(Exception):
    """The collector took no spans, and may later; `why` has no address in it."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class TraceSender(Protocol):
    """What sends traces: `otlp.OtlpSender`, which says what the methods do."""

    def send(self, traces: Iterable[PlannedTrace]) -> int: ...

    def close(self) -> None: ...


class Exporting:
    """The thread of one process. `sender` is called in it, the first time that there is work."""

    def __init__(self, sender: Callable[[], TraceSender]) -> None:
        self._make_sender = sender
        self._sender: TraceSender | None = None
        self._stopping = threading.Event()
        self._failing = False
        self._thread = threading.Thread(target=self._run, name="traces", daemon=True)

    def start(self) -> None:
        """Begins; called once."""
        self._thread.start()

    def stop(self) -> None:
        """Ends it; what is left is exported by whoever begins next."""
        self._stopping.set()
        if self._sender is not None:
            self._sender.close()
        self._thread.join(STOP_S)

    def once(self) -> bool:
        """Exports what has ended; returns False where the collector or the database failed."""
        try:
            if not ended_calls.claim(timezone.now()):
                return True
            try:
                while not self._stopping.is_set() and self._next():
                    pass
            finally:
                ended_calls.release(timezone.now())
        except NotExportedError as error:
            return self._failed(error.why)
        except DatabaseError as error:
            return self._failed(type(error).__name__)
        except Exception as error:  # noqa: BLE001 - no fault of tracing may end the thread
            logger.error("traces could not be made: %s", traced(error))
            return self._failed(type(error).__name__)
        return True

    def _next(self) -> bool:
        """Exports a batch; returns whether there may be another one."""
        batch = ended_calls.next_batch(timezone.now())
        if batch.calls:
            if self._sender is None:
                self._sender = self._make_sender()
            refused = self._sender.send([plan(one) for one in batch.calls])
            if refused:
                logger.error("the collector of traces refused %d spans for good", refused)
            if self._failing:
                logger.info("traces are exported again")
                self._failing = False
        ended_calls.done(batch)
        return len(batch.calls) >= ended_calls.BATCH

    def _failed(self, why: str) -> bool:
        if not self._failing and not self._stopping.is_set():
            logger.warning("traces are not exported now (%s); calls wait for it", why)
        self._failing = True
        return False

    def _run(self) -> None:
        pause_s = EVERY_S
        while not self._stopping.wait(pause_s):
            close_old_connections()
            pause_s = EVERY_S if self.once() else min(2 * pause_s, LONGEST_S)
            connection.close()


_exporting: list[Exporting] = []
"""One in a process that exports; none elsewhere."""


def _over_otlp() -> TraceSender:
    from sessions_app.runtime.tracing.otlp import OtlpSender  # noqa: PLC0415 - costs memory

    return OtlpSender()


def start() -> None:
    """Has this process export traces from now on, if they are to go anywhere (docs/tracing.md)."""
    if settings.TRACING and not _exporting:
        _exporting.append(Exporting(_over_otlp))
        _exporting[0].start()


def stop() -> None:
    """Ends that; does nothing in a process that does not export."""
    while _exporting:
        _exporting.pop().stop()
