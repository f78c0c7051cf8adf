"""Worker processes of a local recogniser: leased, replaced when they die, ended together."""

import asyncio
import json
from collections import deque
from typing import Any

from sessions_app.engine.core.errors import RecogniserUnavailableError
from sessions_app.engine.core.fork_server import ForkServer
from sessions_app.engine.stt.worker.pocketsphinx_mother import HEADER, LIVE, PING

MOTHER = "sessions_app.engine.stt.worker.pocketsphinx_mother"

PING_S = 15.0
"""The first worker answers only once the model is loaded."""

GONE = "A recogniser process died."


class WorkerLink:
    """One worker process, from this side. One user at a time."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self.taught = ""
        """Which words of whose it was taught; empty for none."""

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

    def __init__(self, zygote: ForkServer, size: int, kind: bytes = LIVE) -> None:
        self._zygote = zygote
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

    async def lease(self, taught: str = "") -> WorkerLink:
        """Returns a worker for the caller alone, waiting for one in the order of asking.

        It was taught what `taught` names, or nothing: no words of somebody else's.
        """
        if not self.has_free:
            await self._turn()
        if self._closed:
            raise RecogniserUnavailableError("The recogniser is being stopped.")
        link = self._idle_for(taught)
        if link is not None:
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
            async with asyncio.timeout(PING_S):
                await link.ping()
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

    def _idle_for(self, taught: str) -> WorkerLink | None:
        """Takes an idle worker; one with other words makes room where all are in use."""
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
            channel = self._zygote.fork(self._kind)
            reader, writer = await asyncio.open_connection(sock=channel)
        except BaseException:
            self._next_turn()
            raise
        finally:
            self._making -= 1
        link = WorkerLink(reader, writer)
        if self._closed:
            link.close()
            raise RecogniserUnavailableError("The recogniser is being stopped.")
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
