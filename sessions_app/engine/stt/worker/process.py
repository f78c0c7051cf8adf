"""A process that holds a blocking engine, from this side: its start, its sessions, its end."""

import asyncio
import itertools
import json
import logging
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from typing import Any

from sessions_app.engine.core.errors import RecogniserError, RecogniserUnavailableError
from sessions_app.engine.core.fork_server import ForkServer
from sessions_app.engine.stt.worker.worker import (
    CALM,
    CLOSE,
    FAILED,
    HEADER,
    LIVE,
    OPEN,
    READY,
)

logger = logging.getLogger(__name__)

LOAD_S = 180.0
"""A large model from a slow disk."""

LOAD_HOLDS_S = 3.0
"""A process that has not answered for so long has no work."""

GONE = "The recogniser's process died."
Message = tuple[int, dict[str, Any]]


class Mother:
    """A process that loads an engine once, and from which its workers are forked."""

    def __init__(self, engine: str, options: Mapping[str, Any]) -> None:
        arguments = [engine, json.dumps(dict(options))]
        self._server = ForkServer("sessions_app.engine.stt.worker.mother", arguments=arguments)

    @property
    def pid(self) -> int | None:
        return self._server.pid

    def fork(self, kind: bytes) -> socket.socket:
        """Returns this side of a new worker's socket; the engine may still be loading."""
        return self._server.fork(kind)

    def close(self) -> None:
        """Ends the process; workers end with their sockets."""
        self._server.close()


class EngineProcess:
    """One process with one engine, from this side; started when it is first needed.

    With a `mother` it is forked from that; otherwise it loads its own. Its priority is that of
    its `kind`.
    """

    def __init__(
        self,
        engine: str,
        options: Mapping[str, Any],
        mother: Mother | None = None,
        kind: bytes = LIVE,
    ) -> None:
        self._engine = engine
        self._options = json.dumps(dict(options))
        self._mother = mother
        self._kind = kind
        self._process: subprocess.Popen[bytes] | None = None
        self._pid: int | None = None
        self.note = ""
        """What its engine says of how it runs here; known once it has started."""

        self._load = 0.0
        self._load_s = float("-inf")
        self._writer: asyncio.StreamWriter | None = None
        self._reading: asyncio.Task[None] | None = None
        self._inboxes: dict[int, asyncio.Queue[Message | None]] = {}
        self._numbers = itertools.count(1)
        self._starting = asyncio.Lock()

    @property
    def streams(self) -> int:
        return len(self._inboxes)

    @property
    def pid(self) -> int | None:
        return self._pid

    @property
    def load(self) -> float:
        """Which share of its time the process has worked lately, 0..1."""
        return self._load if time.monotonic() - self._load_s < LOAD_HOLDS_S else 0.0

    def unhurried(self) -> None:
        """Has it give way to all else from its next start on: nobody waits for what it hears."""
        self._kind = CALM

    async def start(self) -> None:
        """Returns when the model is loaded; does nothing where it is.

        Raises RecogniserError, saying what is missing, or RecogniserUnavailableError.
        """
        async with self._starting:
            # its socket ends a moment before the process can be waited for
            if self._reading is not None and not self._reading.done():
                return
            await self.aclose()
            reader = await self._spawn()
            try:
                async with asyncio.timeout(LOAD_S):
                    _, kind, body = await _received(reader)
            except (TimeoutError, asyncio.IncompleteReadError, OSError) as error:
                await self.aclose()
                raise RecogniserUnavailableError(GONE) from error
            if kind != READY:
                await self.aclose()
                if self._mother is not None:
                    self._mother.close()  # what is missing may be there when it loads again
                raise RecogniserError(body["message"])
            self._pid, self.note = body["pid"], body["note"]
            self._reading = asyncio.create_task(self._read(reader))

    async def open(self, language: str, phrases: Sequence[str]) -> "EngineSession":
        """Returns a new session of the engine; raises as `start` does."""
        await self.start()
        number = next(self._numbers)
        inbox = self._inboxes[number] = asyncio.Queue()
        session = EngineSession(self, number, inbox)
        told = {"language": language, "phrases": list(phrases)}
        await self.send(number, OPEN, json.dumps(told).encode())
        return session

    async def send(self, number: int, kind: int, body: bytes = b"") -> None:
        """Sends one message; raises RecogniserUnavailableError where the process is gone."""
        writer = self._writer
        if writer is None or number not in self._inboxes:
            raise RecogniserUnavailableError(GONE)
        try:
            writer.write(HEADER.pack(len(body), number, kind) + body)
            await writer.drain()
        except OSError as error:
            raise RecogniserUnavailableError(GONE) from error

    def forget(self, number: int) -> None:
        """Ends a session."""
        if self._inboxes.pop(number, None) is not None and self._writer is not None:
            self._writer.write(HEADER.pack(0, number, CLOSE))

    async def aclose(self) -> None:
        """Ends the process and its sessions; may be called twice."""
        reading, self._reading = self._reading, None
        if reading is not None:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        process, self._process, self._pid = self._process, None, None
        if process is not None:
            process.kill()
            await asyncio.to_thread(process.wait)
        self._abandon()

    async def _spawn(self) -> asyncio.StreamReader:
        ours = self._mother.fork(self._kind) if self._mother is not None else self._executed()
        ours.setblocking(False)
        reader, self._writer = await asyncio.open_connection(sock=ours)
        return reader

    def _executed(self) -> socket.socket:
        ours, theirs = socket.socketpair()
        command = [sys.executable, "-m", "sessions_app.engine.stt.worker.worker"]
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own module, and only exec
                [*command, str(theirs.fileno()), self._engine, self._options, self._kind.decode()],
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
            )
        return ours

    async def _read(self, reader: asyncio.StreamReader) -> None:
        try:
            while True:
                number, kind, body = await _received(reader)
                if "load" in body:
                    self._load, self._load_s = body["load"], time.monotonic()
                if (inbox := self._inboxes.get(number)) is not None:
                    inbox.put_nowait((kind, body))
        except (asyncio.IncompleteReadError, OSError):
            logger.warning("a recogniser's process ended with %d streams", len(self._inboxes))
        finally:
            self._abandon()

    def _abandon(self) -> None:
        inboxes, self._inboxes = self._inboxes, {}
        for inbox in inboxes.values():
            inbox.put_nowait(None)


async def _received(reader: asyncio.StreamReader) -> tuple[int, int, dict[str, Any]]:
    size, number, kind = HEADER.unpack(await reader.readexactly(HEADER.size))
    return number, kind, json.loads(await reader.readexactly(size))


class EngineSession:
    """One stream's place in a process."""

    def __init__(
        self, process: EngineProcess, number: int, inbox: "asyncio.Queue[Message | None]"
    ) -> None:
        self._process = process
        self._number = number
        self._inbox = inbox

    async def send(self, kind: int, body: bytes = b"") -> None:
        """Sends one message; raises RecogniserUnavailableError."""
        await self._process.send(self._number, kind, body)

    async def receive(self) -> Message:
        """Returns the next message; raises RecogniserUnavailableError where none can come."""
        message = await self._inbox.get()
        if message is None or message[0] == FAILED:
            raise RecogniserUnavailableError(GONE)
        return message

    def close(self) -> None:
        self._process.forget(self._number)
