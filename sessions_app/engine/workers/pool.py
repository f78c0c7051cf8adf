"""Workers of a fork server that serve one user at a time: leased, replaced, ended together."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sessions_app.engine.workers.fork_server import ANY, ForkServer
from sessions_app.engine.workers.framing import PING, WorkerGoneError, WorkerMessage, pack, receive

PING_S = 15.0
"""The first worker answers only once the fork server has loaded.

Shorter takes a slow start for a failure; longer leaves a start that hangs unnoticed.
"""


class WorkerLink:
    """One worker process, from this side. One user at a time, on one event loop."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self.taught = ""
        """What it was taught by those who had it before: see `WorkerPool.lease`."""

    async def send(self, kind: int, body: bytes = b"") -> None:
        """Sends one message; raises WorkerGoneError."""
        try:
            self._writer.write(pack(kind, body))
            await self._writer.drain()
        except OSError as error:
            raise WorkerGoneError("A worker process died.") from error

    async def receive(self) -> WorkerMessage:
        """Returns the next message; raises WorkerGoneError."""
        return await receive(self._reader)

    async def ping(self) -> None:
        """Returns when the worker has answered; raises WorkerGoneError."""
        await self.send(PING)
        while (await self.receive()).kind != PING:
            pass

    def close(self) -> None:
        """Ends the worker: it exits when its socket closes."""
        self._writer.close()


class WorkerPool:
    """At most `size` workers of one `kind` of a fork server, made when first needed."""

    def __init__(self, server: ForkServer, size: int, kind: bytes = ANY) -> None:
        self._server = server
        self._size = size
        self._kind = kind
        self._idle: list[WorkerLink] = []
        self._leased: set[WorkerLink] = set()
        self._making = 0
        """Workers that were promised to somebody and do not stand yet."""

        self._promised = 0
        """Places that were given to somebody who waited, and has not woken yet."""

        self._waiting: deque[asyncio.Future[None]] = deque()
        self._closed = False

    @property
    def has_free(self) -> bool:
        """Whether a lease would be given at once."""
        return len(self._leased) + self._making + self._promised < self._size

    @asynccontextmanager
    async def leased(self, taught: str = "") -> AsyncIterator[WorkerLink]:
        """Leases a worker for the block; ends its process if the block raises or is cancelled.

        Otherwise a late answer to the block's request would reach the worker's next user. Raises as
        `lease` does.
        """
        link = await self.lease(taught)
        usable = False
        try:
            yield link
            usable = True
        finally:
            self.release(link, usable=usable)

    async def lease(self, taught: str = "") -> WorkerLink:
        """Returns a worker for the caller alone, waiting for one in the order of asking.

        `taught` names what the caller will teach it, if anything: words, say. It is a new
        worker, or one that was taught nothing or the same before, so that nobody's words are
        heard by others. Raises WorkerGoneError where the pool is closed, OSError where no
        worker can be made.
        """
        if not self.has_free:
            await self._turn()
        if self._closed:
            raise WorkerGoneError("The workers are being stopped.")
        link = self._idle_for(taught)
        if link is not None:
            self._leased.add(link)
        else:
            link = await self._new()
        link.taught = taught
        return link

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
        """Returns whether a worker answers within PING_S; busy workers count as answering."""
        if not self.has_free:
            return True
        try:
            async with self.leased() as link, asyncio.timeout(PING_S):
                await link.ping()
        except (TimeoutError, WorkerGoneError):
            return False
        return True

    def close(self) -> None:
        """Ends all workers, leased ones too; may be called twice."""
        self._closed = True
        for link in [*self._idle, *self._leased]:
            link.close()
        self._idle.clear()
        self._leased.clear()
        while self._waiting:
            self._next_turn()

    def _idle_for(self, taught: str) -> WorkerLink | None:
        """Takes an idle worker; one that was taught other things makes room where it is full."""
        for fit in (taught, ""):
            for link in reversed(self._idle):
                if link.taught == fit:
                    self._idle.remove(link)
                    return link
        if self._idle and len(self._idle) + len(self._leased) + self._making >= self._size:
            self._idle.pop(0).close()
        return None

    async def _new(self) -> WorkerLink:
        self._making += 1  # from before the first await: others ask meanwhile
        try:
            channel = self._server.fork(self._kind)
            reader, writer = await asyncio.open_connection(sock=channel)
        except BaseException:
            self._next_turn()
            raise
        finally:
            self._making -= 1
        link = WorkerLink(reader, writer)
        if self._closed:
            link.close()
            raise WorkerGoneError("The workers are being stopped.")
        self._leased.add(link)
        return link

    async def _turn(self) -> None:
        """Returns when there is a place, which nobody who asks meanwhile can take."""
        turn = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._promised -= 1
                self._next_turn()
            raise
        self._promised -= 1

    def _next_turn(self) -> None:
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                self._promised += 1
                turn.set_result(None)
                return
