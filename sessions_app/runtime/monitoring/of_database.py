"""Writes what only the database knows: owed jobs, storage, signs of life. In threads.

Never used by a process that only carries calls.
"""

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from django.db import DatabaseError, connections
from django.utils import timezone

from sessions_app.runtime.health_checks import free_bytes
from sessions_app.runtime.monitoring.exposition import Exposition
from sessions_app.services import database, heartbeats, owed_work

logger = logging.getLogger(__name__)

T = TypeVar("T")

JOBS_HOLD_S, STORAGE_HOLDS_S = 10.0, 60.0
"""How long the counts of jobs and of storage are used. Lower costs queries; higher shows old ones.

Storage adds up the sizes of all recordings.
"""

LOCK_S, STATEMENT_S = 2.0, 5.0
"""How long a count waits for a lock, and for PostgreSQL's answer. Longer delays the scrape."""


class HeldCount(Generic[T]):
    """The result of a query, asked for again once it is older than `holds_s`.

    None where the database did not answer, which is held as long. For threads: while one asks, the
    others wait for the same result.
    """

    def __init__(self, query: Callable[[], T], holds_s: float) -> None:
        self._query = query
        self._holds_s = holds_s
        self._asked_s = float("-inf")
        self._result: T | None = None
        self._lock = threading.Lock()

    def get(self) -> T | None:
        """Returns the result. Blocks."""
        with self._lock:
            if time.monotonic() - self._asked_s >= self._holds_s:
                self._result = self._ask()
                self._asked_s = time.monotonic()
            return self._result

    def _ask(self) -> T | None:
        try:
            database.connect(LOCK_S, STATEMENT_S)
            return self._query()
        except DatabaseError as error:
            logger.warning("the database gave no figures (%s)", type(error).__name__)
            return None
        finally:
            connections.close_all()


def _jobs() -> tuple[list[owed_work.OwedJobs], dict[str, float]]:
    now = timezone.now()
    ages = {part: (now - at).total_seconds() for part, at in heartbeats.given().items()}
    return list(owed_work.jobs(now)), ages


class DatabaseFigures:
    """The counts from the database; one per process that is asked for metrics."""

    def __init__(self) -> None:
        self._jobs = HeldCount(_jobs, JOBS_HOLD_S)
        self._storage = HeldCount(owed_work.storage, STORAGE_HOLDS_S)

    async def write(self, into: Exposition) -> None:
        """Writes the counts; without those of a database that does not answer."""
        jobs = await asyncio.to_thread(self._jobs.get)
        storage = await asyncio.to_thread(self._storage.get)
        into.put("database_up", jobs is not None and storage is not None)
        owed, ages = jobs or ([], {})
        for one in owed:
            into.put("jobs", one.count, one.kind, one.state)
            if one.oldest_s is not None:
                into.put("job_age_seconds", one.oldest_s, one.kind, one.state)
        for part, age_s in ages.items():
            into.put("heartbeat_age_seconds", age_s, part)
        for what, size in (storage or {}).items():
            into.put("storage_bytes", size, what)
        for part, folder in owed_work.folders().items():
            if folder.is_dir():
                into.put("disk_free_bytes", free_bytes(folder), part)
