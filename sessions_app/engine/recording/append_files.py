"""Appends to files without ever blocking the event loop."""

import asyncio
import errno
import logging
import os
import threading
from collections import deque
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue

from sessions_app.engine.core.ports import ByteSink

logger = logging.getLogger(__name__)

BACKLOG_BYTES = 16 * 1024 * 1024
"""The most bytes of one file that wait for a slow or full disk: more than an hour of a lane.

Lower gives recordings up sooner; higher lets a full disk fill memory.
"""

FULL = (errno.ENOSPC, errno.EDQUOT)
"""Errors that pass once somebody frees space."""

_Job = Callable[[], None]


class FileWriter:
    """Appends to any number of files from one helper thread, which starts with the first `open`.

    Every write goes to the operating system as it is, without a buffer of our own: it survives a
    kill of the process.
    """

    def __init__(self) -> None:
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._open: set[_AppendedFile] = set()

    def open(self, path: Path) -> ByteSink:
        """Returns a sink that appends to `path`, and creates missing folders; never blocks.

        On a full disk, up to BACKLOG_BYTES are kept and tried again with each further write. Any
        other error is logged once and ends the file; the call continues without it.
        """
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="file-writer", daemon=True)
            self._thread.start()
        file = _AppendedFile(path, self._jobs.put, self._open.discard)
        self._open.add(file)
        return file

    async def aclose(self) -> None:
        """Writes what waits, closes all files and ends the thread."""
        for file in list(self._open):
            await file.aclose()
        thread, self._thread = self._thread, None
        if thread is not None:
            await _reached(self._jobs.put)
            self._jobs.put(None)
            thread.join()

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()


async def _reached(post: Callable[[_Job], None]) -> None:
    """Returns when the thread has run every job that was posted before."""
    loop = asyncio.get_running_loop()
    done = asyncio.Event()

    def tell() -> None:
        loop.call_soon_threadsafe(done.set)

    post(tell)
    await done.wait()


class _AppendedFile:
    """One file; methods with a leading `_on` run in the helper thread."""

    def __init__(
        self,
        path: Path,
        post: Callable[[_Job], None],
        closed: Callable[["_AppendedFile"], None],
    ) -> None:
        self._path = path
        self._post = post
        self._tell_closed = closed
        self._descriptor: int | None = None
        self._held: deque[memoryview] = deque()
        self._is_held = False
        self._failed = False
        self._closed = False
        self._waiting = 0
        self._lock = threading.Lock()
        post(self._on_open)

    def write(self, data: bytes) -> None:
        if self._closed or self._failed:
            return
        with self._lock:
            if self._waiting + len(data) > BACKLOG_BYTES:
                self._fail("the disk is too slow, or full: too much is waiting to be written")
                return
            self._waiting += len(data)
        self._post(lambda: self._on_write(data))

    async def aclose(self) -> None:
        if not self._closed:
            self._closed = True
            self._post(self._on_close)
        await _reached(self._post)
        self._tell_closed(self)

    def _on_open(self) -> None:
        self._attempt(self._open)

    def _on_write(self, data: bytes) -> None:
        if not self._failed:
            self._held.append(memoryview(data))
            self._attempt(self._append)

    def _on_close(self) -> None:
        if self._held and not self._failed:
            self._attempt(self._append)
            if self._held:
                self._fail(f"the disk is full; the last {self._waiting} bytes are lost")
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)

    def _open(self) -> None:
        if self._descriptor is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
            self._descriptor = os.open(self._path, flags, 0o600)

    def _append(self) -> None:
        """Writes everything that waits, and continues after a partial write."""
        self._open()
        assert self._descriptor is not None  # noqa: S101 - `_open` made it, or raised
        while self._held:
            written = os.write(self._descriptor, self._held[0])
            with self._lock:
                self._waiting -= written
            left = self._held[0][written:]
            if left:
                self._held[0] = left
            else:
                self._held.popleft()

    def _attempt(self, work: _Job) -> None:
        """Runs `work`; on a full disk, the data waits for the next attempt."""
        try:
            work()
        except OSError as error:
            if error.errno not in FULL:
                self._fail(error.strerror or str(error))
            elif not self._is_held:
                self._is_held = True
                logger.error("%s waits to be written: %s", self._name, error.strerror)
        else:
            if self._is_held and not self._held:
                self._is_held = False
                logger.warning("%s is written again, and whole", self._name)

    def _fail(self, reason: str) -> None:
        self._failed = True
        logger.error("%s is not written: %s", self._name, reason)

    @property
    def _name(self) -> str:
        return f"{self._path.parent.name}/{self._path.name}"
