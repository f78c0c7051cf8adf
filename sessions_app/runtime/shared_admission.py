"""Counts calls together with the other media processes of the machine: this process's side.

The web process keeps the count and listens on a Unix socket in RUN_DIR (`proxy.admission`). Each
media process has one connection, on which it reports in lines of JSON what starts and ends:

    {"do": "hello", "name": …}
    {"do": "hold", "id": 1, "party": …, "address": …}      a call that was admitted before
    {"do": "reserve", "id": 2, "party": …, "address": …}   → {"id": 2} or {"id": 2, "refused": …}
    {"do": "offer", "id": 3, "party": …, "address": …}     likewise, for an offer that adds no call
    {"do": "release", "id": 2}
    {"do": "elsewhere", "id": 2, "party": …, "address": …}  likewise, of one that another process
                                                           is asked for, where it counts again

When a connection ends, everything it held is released. The next one begins by reporting all that
this process holds, so that neither side has to remember what the other may have missed.
"""

import asyncio
import hashlib
import itertools
import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings

from sessions_app.engine.core.errors import BusyError
from sessions_app.engine.core.reservations import Reservation
from sessions_app.runtime.media_processes import NAME

logger = logging.getLogger(__name__)

ANSWER_S = 0.5
"""A web process that does not answer by then is ignored: this process decides alone.

Lower ignores a busy one; higher delays every call while it hangs.
"""

AGAIN_S = 0.25
"""The pause before the next attempt to connect to the web process."""

SOCKET = "admission"
"""The socket's name in RUN_DIR; those of media processes end in `.sock`."""


def admission_path() -> Path:
    """Returns the path of the web process's socket for the count."""
    return Path(settings.VOICE["RUN_DIR"]) / SOCKET


class SharedReservation(Reservation):
    """The reservation of one call in the shared count, and its number there."""

    def __init__(self, number: int, give_back: Callable[[], object]) -> None:
        super().__init__(give_back)
        self.number = number


class SharedAdmission:
    """The connection to the count of the web process. Used on one event loop.

    While there is none, nothing is refused here and nothing waits.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._numbers = itertools.count(1)
        self._held: dict[int, dict[str, Any]] = {}
        """Everything that this process holds, by number, whether or not it is reported."""

        self._asked: dict[int, asyncio.Future[dict[str, Any] | None]] = {}
        self._writer: asyncio.StreamWriter | None = None
        self._task: asyncio.Task[None] | None = None

    @property
    def connected(self) -> bool:
        """Whether there is a connection to the web process."""
        return self._writer is not None

    def start(self) -> None:
        """Starts to connect to the web process; may be called twice."""
        if self._task is None:
            self._task = asyncio.create_task(self._stay_connected())

    async def aclose(self) -> None:
        """Ends the connection, which releases everything held; may be called twice."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def reserve(self, party: str, address: str) -> SharedReservation:
        """Counts an offer and its call with those of all media processes.

        Raises BusyError (retryable) over a limit.
        """
        number, about = next(self._numbers), _about(party, address)
        held = SharedReservation(number, lambda: self._release(number))
        self._held[number] = about
        try:
            await self._ask("reserve", number, about)
        except BaseException:
            held.release()
            raise
        return held

    def elsewhere(self, held: SharedReservation) -> None:
        """Releases a call that this process refused: another one counts its offer again."""
        if (about := self._held.pop(held.number, None)) is not None:
            self._say({"do": "elsewhere", "id": held.number, **about})

    async def offer(self, party: str, address: str) -> None:
        """Counts an offer that adds no call; raises BusyError (retryable) over a limit."""
        await self._ask("offer", next(self._numbers), _about(party, address))

    async def _ask(self, what: str, number: int, about: dict[str, Any]) -> None:
        writer = self._writer
        if writer is None:
            return
        answer = asyncio.get_running_loop().create_future()
        self._asked[number] = answer
        self._say({"do": what, "id": number, **about})
        try:
            async with asyncio.timeout(ANSWER_S):
                said = await answer
        except TimeoutError:
            logger.warning("the web process does not count calls in time")
            writer.transport.abort()  # it may have counted it: the next connection reports all
            return
        finally:
            self._asked.pop(number, None)
        if said is not None and (refused := said.get("refused")) is not None:
            code, wait_s = refused["code"], refused["retry_after_s"]
            raise BusyError(refused["message"], code=code, retry_after_s=wait_s)

    def _release(self, number: int) -> None:
        if self._held.pop(number, None) is not None:
            self._say({"do": "release", "id": number})

    def _say(self, message: dict[str, Any]) -> None:
        if self._writer is not None:
            self._writer.write(json.dumps(message).encode() + b"\n")

    async def _stay_connected(self) -> None:
        while True:
            try:
                reader, writer = await asyncio.open_unix_connection(self._path)
            except OSError:
                await asyncio.sleep(AGAIN_S)
                continue
            try:
                self._writer = writer
                self._say_all()
                await self._read(reader)
            except (OSError, ValueError, KeyError, TypeError) as error:
                logger.warning("the count of calls broke off (%s)", type(error).__name__)
            finally:
                self._away(writer)
            await asyncio.sleep(AGAIN_S)

    def _say_all(self) -> None:
        """Reports everything held, as the first messages of a connection."""
        self._say({"do": "hello", "name": NAME})
        for number, about in self._held.items():
            self._say({"do": "hold", "id": number, **about})
        logger.info("calls are counted with the other media processes")

    async def _read(self, reader: asyncio.StreamReader) -> None:
        while line := await reader.readline():
            said = json.loads(line)
            answer = self._asked.get(said["id"])
            if answer is not None and not answer.done():
                answer.set_result(said)

    def _away(self, writer: asyncio.StreamWriter) -> None:
        """Gives up a connection; requests that wait for an answer are decided alone."""
        self._writer = None
        writer.close()
        for answer in self._asked.values():
            if not answer.done():
                answer.set_result(None)


def _about(party: str, address: str) -> dict[str, Any]:
    return {"party": _digest(party), "address": _digest(address) if address else ""}


def _digest(text: str) -> str:
    """Returns a pseudonym of a party or an address for other processes."""
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
