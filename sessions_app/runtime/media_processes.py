"""The media processes of a machine, as its web process sees them.

Each listens on a Unix socket in RUN_DIR that has its name. The name is also the end of
`Call.worker` and the prefix of the ids that the process gives out, so that every request finds the
process of its call.
"""

import asyncio
import contextlib
import logging
import math
import secrets
import socket
import time
from collections import OrderedDict, defaultdict, deque
from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path

import httpx2
from django.conf import settings

from sessions_app.engine.core.errors import BusyError
from sessions_app.engine.rtc.sdp.origins import Origin, origin_of
from sessions_app.runtime.offer_keys import offer_keys

logger = logging.getLogger(__name__)

NAME = secrets.token_hex(4)
"""The name of this process."""

SEPARATOR = "."
LOAD_S = 0.5
"""How long a process's reported load is used. Lower costs requests; higher balances worse."""

ON_WAY_S = 5.0
"""How long a call that was sent to a process counts for it before it shows in its load.

Lower sends too many calls to one process; higher counts failed calls for longer.
"""

ANSWER_S = 60.0
"""How long a request to a media process may take."""

SAY_S = 2.0
"""How long a process may take to report its load; else it hangs, or is too busy for more calls."""

POLL_S = 0.2
"""How often a starting web process looks for a media process."""

MOST_OFFERS = 1_000
"""How many offers and sessions are remembered with their process, so that later requests find it.

More costs memory; fewer forgets calls of a busy site while they are live.
"""

LONGEST_PATH = 107
"""What `sun_path` of a Unix socket's address holds (unix(7))."""


def named(secret: str) -> str:
    """Returns an id with this process's name as its prefix."""
    return f"{NAME}{SEPARATOR}{secret}"


def name_of(identifier: str) -> str:
    """Returns the process's name in an id of `named`; empty if there is none."""
    name, separator, _ = identifier.partition(SEPARATOR)
    return name if separator else ""


def name_of_worker(worker: str) -> str:
    """Returns the process's name in `Call.worker`."""
    return worker.rpartition(":")[2]


def socket_path(name: str = NAME) -> Path:
    """Returns where that process listens."""
    return Path(settings.VOICE["RUN_DIR"]) / f"{name}.sock"


def _host() -> str:
    """Returns a host name that Django answers to."""
    named = (host.lstrip(".") for host in settings.ALLOWED_HOSTS if host != "*")
    return next(named, "localhost")


def refuses(path: Path) -> bool:
    """Returns whether no process listens at a Unix socket's path. Never waits."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.setblocking(False)
        try:
            probe.connect(str(path))
        except (ConnectionRefusedError, FileNotFoundError):
            return True
        except OSError:
            return False  # it has more waiting than it can take just now
    return False


@dataclass(frozen=True, slots=True)
class ProcessLoad:
    """A process's load at the time `at_s` (monotonic).

    `begun` counts all calls that it ever started, `room` those that it would still take; `full`
    takes none. `faults` names its faulty parts, `fallbacks_in_use` each recogniser that is out with
    the one that transcribes in its place.
    """

    calls: int
    begun: int
    room: int
    full: bool
    at_s: float
    faults: tuple[str, ...] = ()
    fallbacks_in_use: tuple[tuple[str, str], ...] = ()


class MediaProcesses:
    """Finds the media processes by their sockets and chooses one for each new call.

    One per web process, used on its event loop.
    """

    def __init__(self) -> None:
        self._clients: dict[str, httpx2.AsyncClient] = {}
        self._loads: dict[str, ProcessLoad] = {}
        self._on_way: defaultdict[str, deque[float]] = defaultdict(deque)
        """By process, when each call was sent to it that its load does not show yet (monotonic)."""

        self._offers: OrderedDict[str, str] = OrderedDict()
        self._sessions: OrderedDict[str, tuple[Origin, str]] = OrderedDict()

    def asked_before(self, sdp: str) -> str:
        """Returns the process that got this offer, or an earlier one of its connection.

        Empty if there is none, or it no longer listens.
        """
        names = (self._offers.get(key, "") for key in offer_keys(sdp))
        known = next((name for name in names if name and self.has(name)), "")
        return known or self._given_earlier(sdp)

    def _given_earlier(self, sdp: str) -> str:
        """Returns the process that got an earlier offer of the same session; empty for none."""
        later = origin_of(sdp)
        earlier, name = self._sessions.get(later.session, (None, "")) if later else (None, "")
        return name if later and later.follows(earlier) and self.has(name) else ""

    def note_offer(self, sdp: str, name: str) -> None:
        """Notes which process gets an offer, so that a repeated one gets there, too."""
        for key in offer_keys(sdp):
            self._offers[key] = name
        while len(self._offers) > MOST_OFFERS:
            self._offers.popitem(last=False)
        if (origin := origin_of(sdp)) is not None:
            self._sessions[origin.session] = origin, name
        while len(self._sessions) > MOST_OFFERS:
            self._sessions.popitem(last=False)

    def names(self) -> list[str]:
        """Returns the names of all processes with a socket, which may have been killed."""
        return sorted(path.stem for path in socket_path().parent.glob("*.sock"))

    def has(self, name: str) -> bool:
        """Returns whether a process of that name listens."""
        return name.isalnum() and socket_path(name).exists()

    def client(self, name: str) -> httpx2.AsyncClient:
        """Returns the HTTP client for a process; its requests raise httpx2.TransportError."""
        client = self._clients.get(name)
        if client is None:
            transport = httpx2.AsyncHTTPTransport(uds=str(socket_path(name)))
            headers = {"Host": _host()}
            client = httpx2.AsyncClient(transport=transport, timeout=ANSWER_S, headers=headers)
            self._clients[name] = client
        return client

    async def gone(self, name: str) -> bool:
        """Returns whether a process no longer listens; if so, removes its socket.

        One that is only slow, or refused a request, keeps its socket: without it, its calls could
        not be found again.
        """
        if not refuses(socket_path(name)):
            return False
        logger.warning("media process %s is gone", name)
        socket_path(name).unlink(missing_ok=True)
        self._loads.pop(name, None)
        self._on_way.pop(name, None)
        client = self._clients.pop(name, None)
        if client is not None:
            await client.aclose()
        return True

    async def choose(self) -> str:
        """Returns the process with the fewest calls, and counts the next call for it.

        If all are full, it is the least full one, which will refuse the call itself. Raises
        BusyError (retryable) if there is no process.
        """
        there = await self._there()
        if not there:
            raise BusyError("The server is starting or restarting. Try again in a few seconds.")

        def fill(one: tuple[str, ProcessLoad]) -> tuple[bool, bool, int, int]:
            name, load = one
            coming = self._coming(name)
            return load.full, load.room <= coming, load.calls + coming, coming

        name, _ = min(there, key=fill)
        self._on_way[name].append(time.monotonic())
        return name

    async def another(self, busy: Collection[str]) -> str:
        """Returns a process that may take a call that others were too `busy` for; empty for none.

        Known loads are slightly outdated, and calls on their way are estimates, so a process may
        refuse a call although another one has room.
        """
        for name in busy:
            if (known := self._loads.get(name)) is not None:
                self._loads[name] = replace(known, at_s=-math.inf)
        there = [one for one in await self._there() if one[0] not in busy and not one[1].full]
        if not there:
            return ""
        name, _ = min(there, key=lambda one: one[1].calls)
        self._on_way[name].append(time.monotonic())
        return name

    async def _there(self) -> list[tuple[str, ProcessLoad]]:
        """Returns the processes that answer, each with its load."""
        return [(name, load) for name, load in await self.listed() if load is not None]

    async def listed(self) -> list[tuple[str, ProcessLoad | None]]:
        """Returns all processes with a socket, each with its load.

        That is None for one that never answered; of one that has fallen silent, its last one, full.
        """
        names = self.names()
        loads = await asyncio.gather(*(self._load(name) for name in names))
        return list(zip(names, loads, strict=True))

    def _coming(self, name: str) -> int:
        """Returns how many calls are on their way there."""
        sent, oldest_s = self._on_way[name], time.monotonic() - ON_WAY_S
        while sent and sent[0] < oldest_s:
            sent.popleft()
        return len(sent)

    def _arrived(self, name: str, calls: int) -> None:
        sent = self._on_way[name]
        for _ in range(min(calls, len(sent))):
            sent.popleft()

    async def calls(self) -> int:
        """Returns the number of calls in all processes; raises BusyError if there is no process."""
        loads = [load for name in self.names() if (load := await self._load(name)) is not None]
        if not loads:
            raise BusyError("No media process runs.")
        return sum(load.calls for load in loads)

    def faults(self) -> set[str]:
        """Returns the faulty parts of all processes, as last reported."""
        return {
            part
            for name in self.names()
            if name in self._loads
            for part in self._loads[name].faults
        }

    def fallbacks_in_use(self) -> dict[str, str]:
        """Returns the recognisers that are out in any process, with what writes in their place."""
        loads = [self._loads[name] for name in self.names() if name in self._loads]
        return {out: there for load in loads for out, there in load.fallbacks_in_use}

    async def start(self) -> None:
        """Returns when the first one answers."""
        while True:
            with contextlib.suppress(BusyError):
                await self.calls()
                return
            await asyncio.sleep(POLL_S)

    async def aclose(self) -> None:
        """Closes all connections; may be called twice."""
        clients = list(self._clients.values())
        self._clients.clear()
        for client in clients:
            await client.aclose()

    async def _load(self, name: str) -> ProcessLoad | None:
        """Returns a process's load, asked for if it is older than LOAD_S; None if unknown."""
        known = self._loads.get(name)
        if known is not None and time.monotonic() - known.at_s < LOAD_S:
            return known
        try:
            answer = await self.client(name).get("http://media/healthz", timeout=SAY_S)
            said = answer.json()
            counts = int(said["calls"]), int(said["begun"]), int(said["room"])
            faults = tuple(str(part) for part in said.get("faults", ()))
            out = tuple((str(a), str(b)) for a, b in dict(said.get("stand_ins", {})).items())
            load = ProcessLoad(*counts, bool(said["full"]), time.monotonic(), faults, out)
        except httpx2.ConnectError:
            return None if await self.gone(name) else known
        except (httpx2.HTTPError, ValueError, KeyError) as error:
            logger.warning("media process %s does not answer (%s)", name, type(error).__name__)
            return self._silent(name, known)
        before = self._loads.get(name, load)
        if load.begun >= before.begun:  # concurrent answers may come in any order
            self._loads[name] = load
            self._arrived(name, load.begun - before.begun)
        return self._loads[name]

    def _silent(self, name: str, known: ProcessLoad | None) -> ProcessLoad | None:
        """Returns the last load of a silent process as full: it is only a last resort."""
        if known is not None:
            known = self._loads[name] = replace(known, full=True, at_s=time.monotonic())
        return known


_processes: MediaProcesses | None = None


def current() -> MediaProcesses:
    """Returns this web process's instance; creates it at the first call."""
    global _processes  # noqa: PLW0603 - one a process is the point
    if _processes is None:
        _processes = MediaProcesses()
    return _processes
