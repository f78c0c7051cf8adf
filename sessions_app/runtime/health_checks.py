"""Finds faults that would make a call lose data, before the call starts.

Nothing here blocks the event loop: each probe has a thread of its own, and a probe that hangs is a
fault itself.
"""

import asyncio
import logging
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import connections
from django.utils import timezone

from sessions_app.engine.core.errors import BusyError
from sessions_app.runtime import stored_settings
from sessions_app.runtime.settings import VoiceConfig
from sessions_app.services import database, heartbeats, recordings

logger = logging.getLogger(__name__)

DATABASE, LANES, RECORDINGS, STORE = "database", "lanes", "recordings", "store"
PARTS = (DATABASE, LANES, RECORDINGS, heartbeats.WORKER, heartbeats.BEAT)
"""What is checked in every process."""

STOPPING = "stopping"
"""Named while a process that was told to stop waits for its calls to end."""

DATABASE_EVERY_S, DISKS_EVERY_S = 1.0, 5.0
"""How often database and disks are probed: longer finds a fault later, shorter costs writes."""

LOCK_S = 2.0
STATEMENT_S = 2.0
"""How long a probe of the database waits for a lock (LOCK_S), and for PostgreSQL's answer.

Lower takes a busy machine for a broken one, and refuses calls; HUNG_S is the limit.
"""

HUNG_S = 4.0
"""A probe that takes longer counts as a fault. Lower reports slow disks; higher reports later."""

OLD_S = 10.0
"""Results that are older are ignored, in processes without probe threads."""

KEEP_EVERY_S = 10.0
"""Between two rows that are committed; those in between are rolled back, which spares the disk."""

SILENT_S = 60.0
"""How long worker or beat may be without a heartbeat, unless the settings say otherwise."""

RETRY_AFTER_S = 15
"""After how many seconds clients should try again while something is broken."""

PROBE_BYTES = 4096
"""What is written to see whether a disk takes data: one block."""

MB = 1_000_000
"""Bytes."""

SPOKEN = {
    heartbeats.WORKER: "The background worker",
    heartbeats.BEAT: "The timer of background work",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """A part that does not work. `refuses` says that new calls are refused meanwhile."""

    part: str
    why: str
    refuses: bool = True


class Probe:
    """One check that is repeated every `every_s`, in a thread of its own."""

    def __init__(self, part: str, every_s: float, check: Callable[[], list[Fault]]) -> None:
        self._part = part
        self._every_s = every_s
        self._check = check
        self._found: list[Fault] = []
        self._began_s: float | None = None
        self._checked_s: float | None = None
        self._asked = False
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def faults(self) -> list[Fault]:
        """Returns the faults found last. Never blocks."""
        began_s = self._began_s
        if began_s is not None and time.monotonic() - began_s > HUNG_S:
            return [Fault(self._part, f"The {self._part} is not responding.")]
        if self._thread is None and time.monotonic() - (self._checked_s or 0.0) > OLD_S:
            return []  # there is no thread, and nobody has called `check` lately
        return self._found

    def start(self) -> None:
        self._stopping.clear()
        name = f"voice-probe-{self._part}"
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    async def aclose(self) -> None:
        """Ends the thread; one that hangs is abandoned."""
        thread, self._thread = self._thread, None
        self._stopping.set()
        if thread is not None:
            await asyncio.to_thread(thread.join, LOCK_S)

    async def check(self) -> None:
        """Checks now, unless a thread does so anyway, or the last result is fresh."""
        fresh = self._checked_s is not None and time.monotonic() - self._checked_s < self._every_s
        if self._thread is None and not self._asked and not fresh:
            self._asked = True
            with suppress(TimeoutError):
                async with asyncio.timeout(HUNG_S):
                    await asyncio.to_thread(self._once)

    def _run(self) -> None:
        try:
            while True:
                self._note()
                if self._stopping.wait(self._every_s):
                    return
        finally:
            connections.close_all()

    def _once(self) -> None:
        try:
            self._note()
        finally:
            connections.close_all()
            self._asked = False

    def _note(self) -> None:
        self._began_s = time.monotonic()
        try:
            found = self._check()
        except Exception as error:  # noqa: BLE001 - any failure is a fault, reported by its type
            found = [Fault(self._part, f"The {self._part} failed: {type(error).__name__}.")]
        _log_changes(self._found, found)
        self._found = found
        self._checked_s, self._began_s = time.monotonic(), None


def _log_changes(before: list[Fault], found: list[Fault]) -> None:
    """Logs each fault that has appeared or disappeared, once."""
    was, now = ({fault.part for fault in faults} for faults in (before, found))
    for fault in found:
        if fault.part not in was:
            logger.error("%s", fault.why)
    for part in sorted(was - now):
        logger.info("%s: in order again", part)


class Faults:
    """The current faults of this process; one per process.

    `late` returns whether the store cannot keep up.
    """

    def __init__(self, config: VoiceConfig, late: Callable[[], bool]) -> None:
        self._config = config
        self._late = late
        self._since = timezone.now()
        self._kept_s = 0.0
        self.stopping = False
        """Whether this process takes no new calls because it is going to end."""

        self._probes = (
            Probe(DATABASE, DATABASE_EVERY_S, self._database),
            Probe("disk", DISKS_EVERY_S, self._disks),
        )

    def start(self) -> None:
        """Starts the probes' threads."""
        for probe in self._probes:
            probe.start()

    async def aclose(self) -> None:
        """Ends the probes' threads; may be called twice."""
        await asyncio.gather(*(probe.aclose() for probe in self._probes))

    def now(self) -> list[Fault]:
        """Returns the faults found last. Never blocks."""
        found = [fault for probe in self._probes for fault in probe.faults()]
        if self._late():
            found.append(Fault(STORE, "The database cannot keep up with what is said."))
        if self.stopping:
            found.append(Fault(STOPPING, "The server is about to be restarted or stopped."))
        return found

    async def check(self) -> list[Fault]:
        """Returns the faults, checked now in a process without probe threads."""
        await asyncio.gather(*(probe.check() for probe in self._probes))
        return self.now()

    def refuse(self) -> None:
        """Raises BusyError (retryable), with the reason, if a new call might lose data."""
        for fault in self.now():
            if fault.refuses:
                raise BusyError(
                    f"{fault.why} New calls are refused until that is over.",
                    retry_after_s=RETRY_AFTER_S,
                )

    # -- in the probes' threads -----------------------------------------------------------

    def _database(self) -> list[Fault]:
        keep = time.monotonic() - self._kept_s > KEEP_EVERY_S
        try:
            database.connect(LOCK_S, STATEMENT_S)
            heartbeats.try_to_write(keep=keep)
            last_heartbeats = heartbeats.given()
            stored_settings.refresh()
        except Exception as error:  # noqa: BLE001 - databases fail in their own ways
            connections.close_all()
            self._since = timezone.now()  # nobody could write a heartbeat meanwhile
            return [Fault(DATABASE, f"The database cannot be written ({type(error).__name__}).")]
        if keep:
            self._kept_s = time.monotonic()
        return list(self._silent(last_heartbeats))

    def _silent(self, last_heartbeats: dict[str, datetime]) -> Iterable[Fault]:
        """Yields a fault for each part without a heartbeat for too long, or since our start."""
        set_s = self._config.worker_silent_s
        for name, spoken in SPOKEN.items():
            last = max(last_heartbeats.get(name, self._since), self._since)
            silent_s = (timezone.now() - last).total_seconds()
            if silent_s > (set_s or SILENT_S):
                why = f"{spoken} has given no sign of life for {silent_s:.0f} s."
                yield Fault(name, why, refuses=bool(set_s))

    def _disks(self) -> list[Fault]:
        folders = ((LANES, self._config.lanes_dir, True), (RECORDINGS, recordings.folder(), False))
        found = []
        for part, folder, refuses in folders:
            why = disk_fault(part, folder, self._config.min_free_mb) if folder is not None else ""
            if why:
                found.append(Fault(part, why, refuses))
        return found


def free_bytes(folder: Path) -> int:
    """Returns the free space of the disk of `folder`, in bytes."""
    return shutil.disk_usage(folder).free


def disk_fault(part: str, folder: Path, min_free_mb: float) -> str:
    """Returns why `folder` cannot be written; empty if it can."""
    probe = folder / f".probe-{os.getpid()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        free_mb = free_bytes(folder) / MB
        if free_mb < min_free_mb:
            return f"The disk of the {part} is full: {free_mb:.0f} MB are free."
        try:
            probe.write_bytes(bytes(PROBE_BYTES))
        finally:
            probe.unlink(missing_ok=True)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else type(error).__name__
        return f"The folder of the {part} cannot be written ({reason})."
    return ""
