"""The client of a process with a blocking engine.

`EngineProcess` owns the process; `EngineSession` is one stream's session in it. `stt.worker.worker`
describes the messages. On one event loop; nothing here blocks.
"""

import asyncio
import itertools
import json
import logging
import subprocess
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from sessions_app.engine.core.errors import RecogniserError, RecogniserUnavailableError
from sessions_app.engine.core.frames import SPEECH_RATE
from sessions_app.engine.stt.worker.worker import (
    AUDIO,
    CALM,
    CLOSE,
    FAILED,
    FINAL,
    FLUSH,
    LIVE,
    OPEN,
    READY,
)
from sessions_app.engine.workers.fork_server import ForkServer
from sessions_app.engine.workers.framing import WorkerGoneError, as_json, pack, receive
from sessions_app.engine.workers.launching import launch

logger = logging.getLogger(__name__)

WORKER = "sessions_app.engine.stt.worker.worker"
PRELOADED = "sessions_app.engine.stt.worker.preloaded"

LOAD_S = 180.0
"""A model that has not loaded by then has failed. A large one on a slow disk takes minutes."""

LOAD_HOLDS_S = 3.0
"""How long a load report is valid: a process that has sent none since is idle."""

GONE = "The recogniser's process died."
Reply = tuple[int, dict[str, Any]]
"""A message from the process: its kind, and its JSON."""


def preloaded(engine: str, options: Mapping[str, Any]) -> ForkServer:
    """Returns a fork server that loads the engine of a dotted path, for `EngineProcess`."""
    return ForkServer(PRELOADED, arguments=[engine, json.dumps(dict(options))])


class EngineProcess:
    """Owns one process with one engine, which is started when it is first needed.

    `engine` is the dotted path of a `BlockingEngine`, constructed with `options` (JSON values).
    With a fork server (`preloaded`, with the same arguments) the process is forked from it;
    otherwise it loads the engine itself. `kind`, LIVE or CALM, sets its priority. A process that
    died is restarted with the next stream; its streams fail with a retryable error.
    """

    def __init__(
        self,
        engine: str,
        options: Mapping[str, Any],
        server: ForkServer | None = None,
        kind: bytes = LIVE,
    ) -> None:
        self._engine = engine
        self._options = json.dumps(dict(options))
        self._server = server
        self._kind = kind
        self._process: subprocess.Popen[bytes] | None = None
        self._pid: int | None = None
        self.note = ""
        """The engine's `BlockingEngine.note`; known once it has started."""

        self._load = 0.0
        self._load_s = float("-inf")
        self._busy_s = self._busy_before_s = 0.0
        self._samples = 0
        self._awaited: Counter[int] = Counter()
        """By stream, how many finals were asked for and have not come."""

        self._writer: asyncio.StreamWriter | None = None
        self._reading: asyncio.Task[None] | None = None
        self._inboxes: dict[int, asyncio.Queue[Reply | None]] = {}
        self._numbers = itertools.count(1)
        self._starting = asyncio.Lock()

    @property
    def streams(self) -> int:
        """How many streams have a session in it."""
        return len(self._inboxes)

    @property
    def pid(self) -> int | None:
        """The process, once it has loaded."""
        return self._pid

    @property
    def load(self) -> float:
        """The share (0..1) of the last seconds in which the process was busy."""
        return self._load if time.monotonic() - self._load_s < LOAD_HOLDS_S else 0.0

    @property
    def busy_s(self) -> float:
        """How many seconds it and its predecessors were busy, as last reported."""
        return self._busy_before_s + self._busy_s

    @property
    def audio_s(self) -> float:
        """How many seconds of audio it and its predecessors were given."""
        return self._samples / SPEECH_RATE

    @property
    def waiting(self) -> int:
        """How many utterances are over and have no final yet."""
        return self._awaited.total()

    def unhurried(self) -> None:
        """Lowers its priority from the next start on, as nobody waits for its results."""
        self._kind = CALM

    async def start(self) -> None:
        """Returns when the model is loaded; does nothing where it is.

        Raises RecogniserError, saying what is missing, or RecogniserUnavailableError.
        """
        async with self._starting:
            # the socket closes a moment before the process can be reaped
            if self._reading is not None and not self._reading.done():
                return
            await self.aclose()
            reader = await self._spawn()
            try:
                async with asyncio.timeout(LOAD_S):
                    message = await receive(reader)
            except (TimeoutError, WorkerGoneError) as error:
                await self.aclose()
                raise RecogniserUnavailableError(GONE) from error
            body = message.json()
            if message.kind != READY:
                await self.aclose()
                if self._server is not None:
                    self._server.close()  # so that it loads again, once the model is there
                raise RecogniserError(body["message"])
            self._pid, self.note = body["pid"], body["note"]
            self._reading = asyncio.create_task(self._read(reader))

    async def open(self, language: str, phrases: Sequence[str]) -> "EngineSession":
        """Returns a new session of the engine; raises as `start` does."""
        await self.start()
        number = next(self._numbers)
        inbox = self._inboxes[number] = asyncio.Queue()
        session = EngineSession(self, number, inbox)
        wanted = {"language": language, "phrases": list(phrases)}
        await self.send(number, OPEN, as_json(wanted))
        return session

    async def send(self, number: int, kind: int, body: bytes = b"") -> None:
        """Sends one message; raises RecogniserUnavailableError where the process has ended."""
        writer = self._writer
        if writer is None or number not in self._inboxes:
            raise RecogniserUnavailableError(GONE)
        try:
            writer.write(pack(kind, body, number))
            self._note_sent(number, kind, body)
            await writer.drain()
        except OSError as error:
            raise RecogniserUnavailableError(GONE) from error

    def _note_sent(self, number: int, kind: int, body: bytes) -> None:
        if kind == AUDIO:
            self._samples += len(body) // 2  # int16
        elif kind == FLUSH:
            self._awaited[number] += 1

    def forget(self, number: int) -> None:
        """Ends a session; does nothing where it has ended."""
        self._awaited.pop(number, None)
        if self._inboxes.pop(number, None) is not None and self._writer is not None:
            self._writer.write(pack(CLOSE, number=number))

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
        if self._server is not None:
            ours = self._server.fork(self._kind)
        else:
            arguments = [self._engine, self._options, self._kind.decode()]
            ours, self._process = launch(WORKER, arguments)
            ours.setblocking(False)
        reader, self._writer = await asyncio.open_connection(sock=ours)
        return reader

    async def _read(self, reader: asyncio.StreamReader) -> None:
        try:
            while True:
                message = await receive(reader)
                body = message.json()
                if "load" in body:
                    self._load, self._load_s = body["load"], time.monotonic()
                    self._busy_s = body["busy"]
                if message.kind == FINAL and self._awaited[message.number] > 0:
                    self._awaited[message.number] -= 1
                if (inbox := self._inboxes.get(message.number)) is not None:
                    inbox.put_nowait((message.kind, body))
        except WorkerGoneError:
            logger.warning("a recogniser's process ended with %d streams", len(self._inboxes))
        finally:
            self._abandon()

    def _abandon(self) -> None:
        inboxes, self._inboxes = self._inboxes, {}
        self._busy_before_s, self._busy_s = self.busy_s, 0.0
        self._awaited.clear()
        for inbox in inboxes.values():
            inbox.put_nowait(None)


class EngineSession:
    """One stream's session in a process."""

    def __init__(
        self, process: EngineProcess, number: int, inbox: "asyncio.Queue[Reply | None]"
    ) -> None:
        self._process = process
        self._number = number
        self._inbox = inbox

    async def send(self, kind: int, body: bytes = b"") -> None:
        """Sends one message; raises RecogniserUnavailableError."""
        await self._process.send(self._number, kind, body)

    async def receive(self) -> Reply:
        """Returns the next message; raises RecogniserUnavailableError where the session ended."""
        message = await self._inbox.get()
        if message is None or message[0] == FAILED:
            raise RecogniserUnavailableError(GONE)
        return message

    def close(self) -> None:
        """Ends the session; may be called twice."""
        self._process.forget(self._number)
