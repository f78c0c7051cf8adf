"""The client of a voice's process, which it starts when needed and restarts when it dies.

`tts.worker.worker` describes the messages.
"""

import asyncio
import hashlib
import itertools
import json
import logging
import subprocess
from collections import OrderedDict
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sessions_app.engine.core.errors import (
    SynthesiserError,
    SynthesiserUnavailableError,
    UnspeakableError,
)
from sessions_app.engine.tts.worker.worker import (
    AUDIO,
    BAD_REQUEST,
    BEGUN,
    CANCEL,
    END,
    MOST_BYTES,
    REFUSED,
    SPEAK,
    UNKNOWN_VOICE,
    VOICES,
)
from sessions_app.engine.workers.framing import (
    InvalidMessageError,
    WorkerGoneError,
    WorkerMessage,
    as_json,
    pack,
    receive,
)
from sessions_app.engine.workers.launching import launch

logger = logging.getLogger(__name__)

ANSWER_S = 30.0
"""How long a request waits for its next message, before it fails as not responding.

A voice that has to load its model answers only afterwards.
"""

HANG_S = 10.0
"""A process that sends nothing for this long after it began a text hangs, and is killed.

Lower kills voices on slow machines; higher keeps all other texts waiting.
"""

MOST_DEATHS = 2
"""A text on which this many processes died is refused from then on.

One may have been killed for another reason; each further one interrupts all calls.
"""

REMEMBERED = 1_000
"""How many such texts are remembered, by digest; the oldest are forgotten."""

Answer = tuple[int, bytes]
"""A message in answer to a request: its kind and its body."""


@dataclass(eq=False)
class _Request:
    """A request. `deaths` counts processes that died while no request was being served."""

    kind: int
    body: bytes
    answers: "asyncio.Queue[Answer | None]" = field(default_factory=asyncio.Queue)
    posted: bool = False
    sounded: bool = False
    deaths: int = 0

    @property
    def digest(self) -> bytes:
        return hashlib.sha256(self.body).digest()


class VoiceProcess:
    """Owns the process that runs `module` with `arguments`; serves all calls on one event loop.

    When a process dies, its waiting requests go to the next one, and after them the one being
    served if it had no audio yet; otherwise that one fails. A text on which MOST_DEATHS processes
    died is refused for good.
    """

    def __init__(
        self, name: str, module: str, arguments: Sequence[str] = (), hang_s: float = HANG_S
    ) -> None:
        self._name = name
        self._module = module
        self._arguments = tuple(arguments)
        self._hang_s = hang_s
        self._process: subprocess.Popen[bytes] | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._reading: asyncio.Task[None] | None = None
        self._requests: dict[int, _Request] = {}
        self._serving: tuple[int, bytes] | None = None
        self._died_of: OrderedDict[bytes, int] = OrderedDict()
        self._numbers = itertools.count(1)
        self._starting = asyncio.Lock()
        self._again: asyncio.Task[None] | None = None
        self._closed = False

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None else None

    @property
    def is_running(self) -> bool:
        return self._reading is not None and not self._reading.done()

    async def voices(self) -> dict[str, Any]:
        """Returns the engine's `VoiceEngine.voices`; raises SynthesiserUnavailableError."""
        number, request = await self._ask(VOICES, {})
        try:
            kind = 0
            while kind not in (END, REFUSED):
                kind, body = await self._next(request)
        finally:
            self._requests.pop(number, None)
        if kind == REFUSED:
            raise SynthesiserUnavailableError(f"{self._name} cannot tell its voices.")
        return dict(json.loads(body))

    async def speak(self, wanted: dict[str, Any]) -> AsyncGenerator[Answer, None]:
        """Yields (kind, body) of messages up to END; closing it cancels the request.

        Raises SynthesiserError for an unknown voice, UnspeakableError for a text that the
        engine cannot speak, SynthesiserUnavailableError (retryable).
        """
        number, request = await self._ask(SPEAK, wanted)
        kind = 0
        try:
            while kind not in (END, REFUSED):
                kind, body = await self._next(request)
                if kind == REFUSED:
                    raise self._refusal(body, str(wanted.get("voice")))
                yield kind, body
        finally:
            self._requests.pop(number, None)
            if kind not in (END, REFUSED):
                self._post(CANCEL, number, b"")

    async def aclose(self) -> None:
        """Ends the process; may be called twice."""
        self._closed = True
        tasks = [task for task in (self._reading, self._again) if task is not None]
        self._reading = self._again = None
        if self._writer is not None:
            self._writer.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._fail_all()
        await self._reap()

    # -- requests -----------------------------------------------------------------------

    async def _ask(self, kind: int, wanted: dict[str, Any]) -> tuple[int, _Request]:
        request = _Request(kind, as_json(wanted))
        if self._died_of.get(request.digest, 0) >= MOST_DEATHS:
            raise UnspeakableError(f"{self._name} died of this text before.")
        if len(request.body) > MOST_BYTES:  # beyond LONGEST_BODY it would end the process
            raise UnspeakableError(f"{self._name} cannot speak this text ({BAD_REQUEST}).")
        await self._ensure()
        number = next(self._numbers)
        self._requests[number] = request
        self._post_waiting()
        return number, request

    async def _next(self, request: _Request) -> Answer:
        try:
            # not `wait_for`: until Python 3.12 it swallows a cancellation that meets a result
            async with asyncio.timeout(ANSWER_S):
                answer = await request.answers.get()
        except TimeoutError as error:
            raise SynthesiserUnavailableError(f"{self._name} is not responding.") from error
        if answer is None:
            raise SynthesiserUnavailableError(f"The process of {self._name} died.")
        return answer

    def _refusal(self, body: bytes, voice: str) -> SynthesiserError:
        told = json.loads(body)
        if told["why"] == UNKNOWN_VOICE:
            return SynthesiserError(
                f"{self._name} has no voice {voice[:40]!r}.", code="unknown_voice"
            )
        kind = told.get("kind") or told["why"]
        return UnspeakableError(f"{self._name} cannot speak this text ({kind}).")

    def _post_waiting(self) -> None:
        for number, request in self._requests.items():
            if not request.posted:
                request.posted = True
                self._post(request.kind, number, request.body)

    def _post(self, kind: int, number: int, body: bytes) -> None:
        if self._writer is not None and not self._writer.is_closing():
            self._writer.write(pack(kind, body, number))

    def _fail_all(self) -> None:
        for request in self._requests.values():
            request.answers.put_nowait(None)
        self._requests.clear()

    # -- the process --------------------------------------------------------------------

    async def _ensure(self) -> None:
        """Starts a process where none runs."""
        async with self._starting:
            if self._reading is None or self._reading.done():
                await self._launch()

    async def _launch(self) -> None:
        if self._closed:
            raise SynthesiserUnavailableError("The voice is being stopped.")
        await self._reap()
        ours, self._process = launch(self._module, self._arguments)
        ours.setblocking(False)
        reader, self._writer = await asyncio.open_connection(sock=ours)
        self._reading = asyncio.create_task(self._read(reader))

    async def _reap(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            await asyncio.to_thread(process.wait)

    async def _read(self, reader: asyncio.StreamReader) -> None:
        how = "died"
        try:
            while True:
                async with asyncio.timeout(self._hang_s if self._serving is not None else None):
                    message = await receive(reader)
                self._take(message)
        except TimeoutError:
            how = "hung"
        except InvalidMessageError:
            how = "sent nonsense"
        except WorkerGoneError:
            pass
        if self._writer is not None:
            self._writer.close()
        if not self._closed:
            logger.warning("the process of %s %s; another is started", self._name, how)
            self._handle_death()

    def _take(self, message: WorkerMessage) -> None:
        kind, number, body = message
        request = self._requests.get(number)
        if kind == BEGUN:
            self._serving = (number, request.digest if request is not None else b"")
            return
        if kind in (END, REFUSED):
            self._serving = None
        if request is not None:
            request.sounded = request.sounded or kind == AUDIO
            request.answers.put_nowait((kind, body))
            if kind in (END, REFUSED):
                self._requests.pop(number)

    def _handle_death(self) -> None:
        """Handles a process's death: blames what it served, and sends the rest to a new one."""
        serving, self._serving = self._serving, None
        for number, request in list(self._requests.items()):
            request.posted = False
            if serving is None:
                request.deaths += 1
                if request.deaths >= MOST_DEATHS:
                    self._requests.pop(number).answers.put_nowait(None)
        if serving is not None:
            self._count_death(*serving)
        if self._requests:
            self._again = asyncio.create_task(self._ask_again())

    def _count_death(self, number: int, digest: bytes) -> None:
        deaths = self._died_of.pop(digest, 0) + 1
        self._died_of[digest] = deaths
        while len(self._died_of) > REMEMBERED:
            self._died_of.popitem(last=False)
        request = self._requests.pop(number, None)
        if request is None:
            return
        if request.sounded:
            request.answers.put_nowait(None)
        elif deaths >= MOST_DEATHS:
            why = {"why": "failed", "kind": "it ended its process"}
            request.answers.put_nowait((REFUSED, as_json(why)))
        else:
            self._requests[number] = request  # after all others

    async def _ask_again(self) -> None:
        try:
            await self._ensure()
        except (OSError, SynthesiserUnavailableError):
            self._fail_all()
        else:
            self._post_waiting()
