"""The datagrams of live calls, read together at a beat instead of one wake-up each.

To be woken for a packet costs a server as much as to decode it. From a few calls on they are read
every 10 ms, so that a hundred calls wake the loop as often as three.
"""

import asyncio
import functools
import logging
import select
from asyncio import selector_events
from typing import Any

from sessions_app.core.errors import traced

logger = logging.getLogger(__name__)

BEAT_S = 0.01
AT_ONCE = 2
"""So many sockets are read as datagrams come: they wake the loop no oftener than the beat."""

MOST_ROUNDS = 64
"""Datagrams of one socket at one beat: a camera's key frame whole, a flood in part."""

_DATAGRAMS: Any = getattr(selector_events, "_SelectorDatagramTransport", None)


@functools.cache
def missing() -> tuple[str, ...]:
    """Returns what the system and its asyncio lack of what is leant on; () for nothing."""
    base: Any = getattr(selector_events, "_SelectorTransport", object)
    loop: Any = selector_events.BaseSelectorEventLoop
    wanted = {
        "select.epoll": hasattr(select, "epoll"),
        "_SelectorDatagramTransport._read_ready": hasattr(_DATAGRAMS, "_read_ready"),
        "_SelectorTransport._sock_fd": "_sock_fd" in base.__init__.__code__.co_names,
        "BaseSelectorEventLoop._add_reader": hasattr(loop, "_add_reader"),
        "BaseSelectorEventLoop._remove_reader": hasattr(loop, "_remove_reader"),
    }
    return tuple(name for name, there in wanted.items() if not there)


def next_beat(now_s: float, every: int = 1) -> float:
    """Returns the next time on the loop's clock that is a multiple of so many beats.

    What shares these times shares their wake-ups.
    """
    return (int(now_s / BEAT_S) // every + 1) * every * BEAT_S


async def sleep_to_beat(seconds: float) -> float:
    """Returns at the first beat after so many seconds; how late that came, in seconds."""
    loop = asyncio.get_running_loop()
    due_s = next_beat(loop.time() + seconds)
    late_s: asyncio.Future[float] = loop.create_future()

    def ring() -> None:
        if not late_s.done():
            late_s.set_result(loop.time() - due_s)

    timer = loop.call_at(due_s, ring)
    try:
        return await late_s
    finally:
        timer.cancel()


class Pump:
    """Reads the sockets that it is given; on one event loop.

    Only asyncio's own datagram transports can be taken; others stay with their loop.
    """

    def __init__(self) -> None:
        self._numbers: dict[Any, int] = {}
        """Each transport's file descriptor."""
        self._transports: dict[int, Any] = {}
        self._poll: select.epoll | None = None
        self._loop: Any = None
        self._timer: asyncio.TimerHandle | None = None
        self._at_once = False

    def __len__(self) -> int:
        return len(self._numbers)

    def take(self, transport: Any) -> None:
        """Reads this transport from now on, in its loop's stead; may be called again."""
        if transport in self._numbers or not _fit(transport):
            return
        if self._poll is None:
            self._poll, self._loop = select.epoll(), asyncio.get_running_loop()
        number = transport._sock_fd
        self._loop._remove_reader(number)
        self._poll.register(number, select.EPOLLIN)
        self._numbers[transport] = number
        self._transports[number] = transport
        self._arrange()

    def give_back(self, transport: Any) -> None:
        """Lets the loop read it again; may be called of one that was never taken."""
        number = self._numbers.pop(transport, None)
        if number is None:
            return
        held: Any = self._transports.get(number)
        if held is transport:  # another may have the number by now
            del self._transports[number]
            if self._poll is not None and not transport.is_closing():
                self._poll.unregister(number)
                self._loop._add_reader(number, transport._read_ready)
        self._arrange()

    def _arrange(self) -> None:
        """Wakes for datagrams while few are here, else at beats; for nothing while none is."""
        poll = self._poll
        if poll is None:
            return
        at_once = 0 < len(self._numbers) <= AT_ONCE
        if at_once != self._at_once:
            self._at_once = at_once
            if at_once:
                self._loop.add_reader(poll.fileno(), self._read)
            else:
                self._loop.remove_reader(poll.fileno())
        if len(self._numbers) > AT_ONCE:
            if self._timer is None:
                self._timer = self._loop.call_at(next_beat(self._loop.time()), self._beat)
        elif self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if not self._numbers:
            poll.close()
            self._poll = None

    def _beat(self) -> None:
        self._timer = self._loop.call_at(next_beat(self._loop.time()), self._beat)
        self._read()

    def _read(self) -> None:
        """Reads one datagram of each socket that has one, again and again."""
        for _ in range(MOST_ROUNDS):
            ready = self._poll.poll(0) if self._poll is not None else []
            if not ready:
                return
            for number, _events in ready:
                transport = self._transports.get(number)
                if transport is None:
                    continue
                try:
                    transport._read_ready()
                except Exception as error:  # noqa: BLE001 - of one connection: nobody else's
                    logger.error("a datagram broke its connection's code: %s", traced(error))


def _fit(transport: Any) -> bool:
    """Returns whether it is an open transport of the kind that is known here."""
    known = _DATAGRAMS is not None and isinstance(transport, _DATAGRAMS) and not missing()
    return known and not transport.is_closing()
