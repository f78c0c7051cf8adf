"""Appending to files without ever holding up the event loop."""

import asyncio
import logging
import os
import threading
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue

from sessions_app.core.ports import ByteSink

logger = logging.getLogger(__name__)

BACKLOG_BYTES = 16 * 1024 * 1024
"""What one file may have waiting for a slow disk: more than an hour of a lane."""

_Job = Callable[[], None]


class FileWriter:
    """Appends to any number of files from one helper thread.

    The thread starts with the first `open`. What was written goes to the operating system
    piece by piece, with no buffer of our own in between: it outlives a kill of the process.
    """

    def __init__(self) -> None:
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._thread: threading.Thread | None = None
        self._open: set[_AppendedFile] = set()

    def open(self, path: Path) -> ByteSink:
        """Returns a sink that appends to `path`, making missing folders; never blocks.

        A file that cannot be opened or written is logged once, with the system's reason, and
        takes nothing more: the call goes on without it.
        """
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="file-writer", daemon=True)
            self._thread.start()
        file = _AppendedFile(path, self._jobs.put, self._open.discard)
        self._open.add(file)
        return file

    async def aclose(self) -> None:
        """Closes all files, what is waiting written first, and ends the thread."""
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
    """Returns when the thread has done all that was posted before."""
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
                self._fail("the disk is too slow: too much is waiting to be written")
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
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
            self._descriptor = os.open(self._path, flags, 0o600)
        except OSError as error:
            self._fail(error.strerror or str(error))

    def _on_write(self, data: bytes) -> None:
        with self._lock:
            self._waiting -= len(data)
        if self._descriptor is None or self._failed:
            return
        left = memoryview(data)
        try:
            while left:
                left = left[os.write(self._descriptor, left) :]
        except OSError as error:
            self._fail(error.strerror or str(error))

    def _on_close(self) -> None:
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)

    def _fail(self, reason: str) -> None:
        self._failed = True
        logger.error("%s/%s is not written: %s", self._path.parent.name, self._path.name, reason)
