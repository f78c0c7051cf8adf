"""A voice in a process of its own, from this side: started when needed, and again when it dies."""

import asyncio
import itertools
import json
import logging
import socket
import subprocess
import sys
from collections.abc import AsyncGenerator, Sequence
from typing import Any

from sessions_app.core.errors import SynthesiserError, SynthesiserUnavailableError
from sessions_app.speech.synthesisers.wire import CANCEL, END, HEADER, REFUSED, SPEAK, VOICES

logger = logging.getLogger(__name__)

ANSWER_S = 30.0
"""A voice that has to load its model answers only then."""

Message = tuple[int, bytes]


class VoiceProcess:
    """Owns the process that runs `module` with `arguments`; serves all calls on one loop."""

    def __init__(self, name: str, module: str, arguments: Sequence[str] = ()) -> None:
        self._name = name
        self._module = module
        self._arguments = tuple(arguments)
        self._process: subprocess.Popen[bytes] | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._reading: asyncio.Task[None] | None = None
        self._answers: dict[int, asyncio.Queue[Message | None]] = {}
        self._numbers = itertools.count(1)
        self._starting = asyncio.Lock()
        self._closed = False

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None else None

    async def voices(self) -> list[dict[str, str]]:
        """Returns what the process says of its voices; raises SynthesiserUnavailableError."""
        number, answers = await self._ask(VOICES, {})
        try:
            found = await self._next(answers)
        finally:
            self._answers.pop(number, None)
        return list(json.loads(found[1])["voices"])

    async def speak(self, wanted: dict[str, Any]) -> AsyncGenerator[Message, None]:
        """Yields messages up to END; closing it stops the speech.

        Raises SynthesiserError for an unknown voice, SynthesiserUnavailableError (retryable).
        """
        number, answers = await self._ask(SPEAK, wanted)
        kind = 0
        try:
            while kind not in (END, REFUSED):
                kind, body = await self._next(answers)
                if kind == REFUSED:
                    raise SynthesiserError(f"{self._name} has no voice {wanted['voice']!r}.")
                yield kind, body
        finally:
            self._answers.pop(number, None)
            if kind not in (END, REFUSED):
                self._post(CANCEL, number, b"")

    async def aclose(self) -> None:
        """Ends the process; may be called twice."""
        self._closed = True
        reading, self._reading = self._reading, None
        if self._writer is not None:
            self._writer.close()
        if reading is not None:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
        await self._reap()

    async def _ask(
        self, kind: int, message: dict[str, Any]
    ) -> tuple[int, "asyncio.Queue[Message | None]"]:
        async with self._starting:
            if self._reading is None or self._reading.done():
                await self._launch()
        number = next(self._numbers)
        answers: asyncio.Queue[Message | None] = asyncio.Queue()
        self._answers[number] = answers
        self._post(kind, number, json.dumps(message).encode())
        return number, answers

    async def _next(self, answers: "asyncio.Queue[Message | None]") -> Message:
        try:
            # not `wait_for`: until Python 3.12 it swallows a cancellation that meets a result
            async with asyncio.timeout(ANSWER_S):
                message = await answers.get()
        except TimeoutError as error:
            raise SynthesiserUnavailableError(f"{self._name} does not answer.") from error
        if message is None:
            raise SynthesiserUnavailableError(f"The process of {self._name} died.")
        return message

    def _post(self, kind: int, number: int, body: bytes) -> None:
        if self._writer is not None and not self._writer.is_closing():
            self._writer.write(HEADER.pack(len(body), kind, number) + body)

    async def _launch(self) -> None:
        if self._closed:
            raise SynthesiserUnavailableError("The voice is being stopped.")
        await self._reap()
        ours, theirs = socket.socketpair()
        command = [sys.executable, "-m", self._module, str(theirs.fileno()), *self._arguments]
        with theirs:
            self._process = subprocess.Popen(  # noqa: ASYNC220, S603 - returns at once; our module
                command, pass_fds=(theirs.fileno(),), stdin=subprocess.DEVNULL
            )
        ours.setblocking(False)
        reader, self._writer = await asyncio.open_connection(sock=ours)
        self._reading = asyncio.create_task(self._read(reader))

    async def _reap(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            await asyncio.to_thread(process.wait)

    async def _read(self, reader: asyncio.StreamReader) -> None:
        try:
            while True:
                size, kind, number = HEADER.unpack(await reader.readexactly(HEADER.size))
                body = await reader.readexactly(size)
                answers = self._answers.get(number)
                if answers is not None:
                    answers.put_nowait((kind, body))
        except (OSError, asyncio.IncompleteReadError):
            if not self._closed:
                logger.warning("the process of %s died; the next text starts another", self._name)
        finally:
            if self._writer is not None:
                self._writer.close()
            for waiting in self._answers.values():
                waiting.put_nowait(None)
