"""Worker processes of a local recogniser: leased, replaced when they die, ended together."""

import asyncio
import json
import logging
import socket
import subprocess
import sys
from collections import deque
from typing import Any

from sessions_app.core.errors import RecogniserUnavailableError
from sessions_app.speech.zygote import HEADER, LIVE, PING

logger = logging.getLogger(__name__)

PING_S = 15.0
"""The first worker answers only once the model is loaded."""

GONE = "A recogniser process died."


class Zygote:
    """Owns the process that forks workers; starts it anew when it died."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._control: socket.socket | None = None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None else None

    def fork(self, kind: bytes) -> socket.socket:
        """Returns this side of a new worker's socket; the worker may still be loading."""
        ours, theirs = socket.socketpair()
        with theirs:
            try:
                self._send(kind, theirs)
            except OSError:
                logger.warning("the recogniser's mother process died; starting another")
                self.close()
                self._send(kind, theirs)
        ours.setblocking(False)
        return ours

    def close(self) -> None:
        """Ends the process: it exits when its socket closes."""
        if self._control is not None:
            self._control.close()
            self._control = None
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def _send(self, kind: bytes, channel: socket.socket) -> None:
        if self._process is None or self._process.poll() is not None:
            self.close()
            self._start()
        assert self._control is not None  # noqa: S101 - `_start` made it
        socket.send_fds(self._control, [kind], [channel.fileno()])

    def _start(self) -> None:
        self._control, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own module
                [sys.executable, "-m", "sessions_app.speech.zygote", str(theirs.fileno())],
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
            )


class WorkerLink:
    """One worker process, from this side. One user at a time."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def send(self, kind: int, body: bytes = b"") -> None:
        """Sends one message; raises RecogniserUnavailableError when the worker is gone."""
        try:
            self._writer.write(HEADER.pack(len(body), kind) + body)
            await self._writer.drain()
        except OSError as error:
            raise RecogniserUnavailableError(GONE) from error

    async def receive(self) -> tuple[int, dict[str, Any]]:
        """Returns the next message; raises RecogniserUnavailableError when there is none."""
        try:
            size, kind = HEADER.unpack(await self._reader.readexactly(HEADER.size))
            body = json.loads(await self._reader.readexactly(size))
        except (OSError, asyncio.IncompleteReadError) as error:
            raise RecogniserUnavailableError(GONE) from error
        return kind, body

    async def ping(self) -> None:
        """Returns when the worker answered; raises RecogniserUnavailableError."""
        await self.send(PING)
        while (await self.receive())[0] != PING:
            pass

    def close(self) -> None:
        """Ends the worker: it exits when its socket closes."""
        self._writer.close()


class WorkerPool:
    """At most `size` workers of one kind, made when first needed."""

    def __init__(self, zygote: Zygote, size: int, kind: bytes = LIVE) -> None:
        self._zygote = zygote
        self._size = size
        self._kind = kind
        self._idle: list[WorkerLink] = []
        self._leased: set[WorkerLink] = set()
        self._waiting: deque[asyncio.Future[None]] = deque()
        self._closed = False

    @property
    def has_free(self) -> bool:
        """Whether a lease would be given at once."""
        return len(self._leased) < self._size

    async def lease(self) -> WorkerLink:
        """Returns a worker for the caller alone, waiting for one in the order of asking."""
        while not self.has_free:
            turn = asyncio.get_running_loop().create_future()
            self._waiting.append(turn)
            try:
                await turn
            except asyncio.CancelledError:
                if turn.done() and not turn.cancelled():
                    self._next_turn()
                raise
        if self._closed:
            raise RecogniserUnavailableError("The recogniser is being stopped.")
        if self._idle:
            link = self._idle.pop()
            self._leased.add(link)
            return link
        return await self._new()

    def release(self, link: WorkerLink, *, usable: bool) -> None:
        """Takes a worker back; one in an unknown state is ended, and replaced when needed."""
        if link not in self._leased:
            return
        self._leased.discard(link)
        if usable and not self._closed:
            self._idle.append(link)
        else:
            link.close()
        self._next_turn()

    async def ping(self) -> bool:
        """Returns whether a worker answers; busy workers count as answering."""
        if not self.has_free:
            return True
        link = await self.lease()
        usable = False
        try:
            await asyncio.wait_for(link.ping(), PING_S)
            usable = True
        except (TimeoutError, RecogniserUnavailableError):
            return False
        finally:
            self.release(link, usable=usable)
        return True

    def close(self) -> None:
        """Ends all workers, leased ones too."""
        self._closed = True
        for link in [*self._idle, *self._leased]:
            link.close()
        self._idle.clear()
        self._leased.clear()
        while self._waiting:
            self._next_turn()

    async def _new(self) -> WorkerLink:
        channel = self._zygote.fork(self._kind)
        reader, writer = await asyncio.open_connection(sock=channel)
        link = WorkerLink(reader, writer)
        self._leased.add(link)
        return link

    def _next_turn(self) -> None:
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return
