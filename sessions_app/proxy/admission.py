"""Counts the calls and offers of users and addresses over all media processes of the machine.

`runtime.shared_admission` is the other side, and documents the messages between them.
"""

import asyncio
import contextlib
import json
import logging
import os
import secrets
import socket
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from sessions_app.engine.core.errors import BusyError
from sessions_app.engine.core.reservations import Reservation
from sessions_app.engine.session.admission import Admission, AdmissionLimits
from sessions_app.runtime.media_processes import refuses

logger = logging.getLogger(__name__)

GATHER_S = 1.0
"""How long a starting web process waits for the media processes to report their calls.

Lower may exceed limits after a restart; higher delays the first calls if a process hangs.
"""

AGAIN_S = 1.0
"""Between two checks of a web process whether the one that keeps the count has ended."""


class SharedCount:
    """Keeps the count and answers the media processes; one per web process, on its event loop.

    Of several web processes with one RUN_DIR, one keeps it, and another takes over when that one
    ends. If none can keep it, media processes count for themselves.
    """

    def __init__(
        self, path: Path, limits: AdmissionLimits, running: Callable[[], Iterable[str]]
    ) -> None:
        self._path = path
        self._admission = Admission(limits)
        self._running = running
        """Returns the names of the media processes."""

        self._heard: set[str] = set()
        self._hello = asyncio.Event()
        self._connections: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self._keeping: asyncio.Task[None] | None = None
        self._gathered = asyncio.Event()
        self._gathered.set()

    def start(self) -> None:
        """Starts to keep the count, or to wait for its turn; may be called twice."""
        if self._keeping is None:
            self._gathered.clear()
            self._keeping = asyncio.create_task(self._keep())

    async def gathered(self) -> None:
        """Returns when the media processes have reported their calls, or after GATHER_S."""
        await self._gathered.wait()

    async def aclose(self) -> None:
        """Stops keeping the count; may be called twice."""
        keeping, self._keeping = self._keeping, None
        if keeping is not None:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)
        server, self._server = self._server, None
        if server is not None:
            server.close()
        for connection in list(self._connections):
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)
        self._gathered.set()

    async def _keep(self) -> None:
        try:
            while not await self._listens():
                self._gathered.set()  # another one keeps it
                await asyncio.sleep(AGAIN_S)
            self._gathered.clear()
            await self._gather()
        finally:
            self._gathered.set()

    async def _gather(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GATHER_S):
                while not self._heard.issuperset(self._running()):
                    self._hello.clear()
                    await self._hello.wait()

    async def _listens(self) -> bool:
        """Tries to listen; returns False while another process does, or if it is impossible."""
        if not refuses(self._path):
            return False
        try:
            listening = _bound(self._path)
        except OSError as error:
            logger.error("calls cannot be counted together (%s)", error.strerror)
            return False
        self._server = await asyncio.start_unix_server(self._connected, sock=listening)
        return True

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - asyncio runs this as a task
        self._connections.add(task)
        held: dict[int, Reservation] = {}
        try:
            while line := await reader.readline():
                self._handle(json.loads(line), held, writer)
                await writer.drain()
        except (OSError, ValueError, KeyError, TypeError) as error:
            logger.warning("a media process broke off its count (%s)", type(error).__name__)
        finally:
            for reservation in held.values():
                reservation.release()
            writer.close()
            self._connections.discard(task)

    def _handle(
        self, said: dict[str, Any], held: dict[int, Reservation], writer: asyncio.StreamWriter
    ) -> None:
        """Handles one message of a media process; raises KeyError for an unknown one."""
        match said["do"]:
            case "reserve" | "offer":
                writer.write(json.dumps(self._answer(said, held)).encode() + b"\n")
            case "release":
                if (reservation := held.pop(said["id"], None)) is not None:
                    reservation.release()
            case "elsewhere":
                if (reservation := held.pop(said["id"], None)) is not None:
                    reservation.release()
                    self._admission.forget_offer(said["party"], said["address"])
            case "hold":
                held[said["id"]] = self._admission.hold(said["party"], said["address"])
            case "hello":
                self._heard.add(said["name"])
                self._hello.set()
            case other:
                raise KeyError(other)

    def _answer(self, said: dict[str, Any], held: dict[int, Reservation]) -> dict[str, Any]:
        number, whose = said["id"], (said["party"], said["address"])
        try:
            if said["do"] == "offer":
                self._admission.offer(*whose, time.monotonic())
            else:
                held[number] = self._admission.reserve(*whose, time.monotonic())
        except BusyError as busy:
            refusal = {"code": busy.code, "message": busy.message}
            return {"id": number, "refused": refusal | {"retry_after_s": busy.retry_after_s}}
        return {"id": number}


def _bound(path: Path) -> socket.socket:
    """Returns a socket that listens at `path` for this user only; replaces a dead one."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    new = path.with_name(secrets.token_hex(3))
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        listening.bind(str(new))
        new.chmod(0o600)
        listening.listen()
        os.replace(new, path)  # noqa: PTH105 - nobody reaches it before it is closed to others
    except OSError:
        listening.close()
        with contextlib.suppress(OSError):
            new.unlink(missing_ok=True)
        raise
    return listening
