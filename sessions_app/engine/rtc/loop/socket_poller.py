"""The datagrams of live calls, read together at a beat instead of one wake-up each.

To be woken for a packet costs a server as much as to decode it. From a few calls on they are read
every 10 ms, so that a hundred calls wake the loop as often as three; while a few are here whose
sound comes at times that leave room, every 20 ms, where none of it comes.
"""

import asyncio
import functools
import logging
import select
from asyncio import selector_events
from typing import Any

from sessions_app.engine.core.errors import traced
from sessions_app.engine.rtc.loop.tick import GRID, next_beat, quiet_phase

logger = logging.getLogger(__name__)

AT_ONCE = 2
"""So many sockets are read as datagrams come: they wake the loop no oftener than the beat."""

FEW = 10
"""So many callers may leave a span in which nothing comes; more never do."""

LOOK_S = 0.3
"""How long it is looked when datagrams come, to read them every 20 ms after it."""

MOST_SEEN = 2_000
"""Datagrams that are looked at meanwhile: ten callers send 150."""

LOOK_AGAIN_S = 20.0
"""Clients' clocks drift: by a millisecond in this time, or two."""

JUDGED = 200
"""Datagrams read every 20 ms before it is judged how many of them had just missed a beat."""

MOST_MISSED = 0.01
"""Of them: where more do, the network or a machine trembles, and 10 ms are better for them."""

PUNCTUAL_S = 0.004
"""A beat that is later itself says nothing of who came too late for it."""

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


class SocketPoller:
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
        self._looking: asyncio.TimerHandle | None = None
        self._at_once = False
        self._every = 1
        self._read_first = self._missed = 0
        self._seen: list[tuple[int, float]] | None = None
        """What comes from which socket, and when, while that is looked at."""

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
        """Chooses how to wake, whenever somebody has come or gone."""
        count = len(self._numbers)
        self._rest()
        if not count:
            self._close()
        elif count <= AT_ONCE:
            self._wake_at_once()
        elif count <= FEW:
            self._look()
        else:
            self._wake_at_beats(1)

    def _rest(self) -> None:
        """Wakes for nothing."""
        for timer in (self._timer, self._looking):
            if timer is not None:
                timer.cancel()
        self._timer = self._looking = self._seen = None
        if self._at_once and self._poll is not None:
            self._loop.remove_reader(self._poll.fileno())
        self._at_once = False

    def _close(self) -> None:
        poll, self._poll = self._poll, None
        if poll is not None:
            poll.close()
        GRID.phase_s = 0.0

    def _wake_at_once(self) -> None:
        assert self._poll is not None  # noqa: S101 - somebody is here
        self._at_once = True
        self._loop.add_reader(self._poll.fileno(), self._read)

    def _wake_at_beats(self, every: int) -> None:
        self._every = every
        self._read_first = self._missed = 0
        self._timer = self._loop.call_at(next_beat(self._loop.time(), every), self._beat)

    def _look(self) -> None:
        """Looks when datagrams come, to find when none does."""
        self._rest()
        self._wake_at_once()
        self._seen = []
        self._looking = self._loop.call_later(LOOK_S, self._looked)

    def _looked(self) -> None:
        phase_s = quiet_phase(self._seen or [], GRID.phase_s)
        self._rest()
        if phase_s is not None:
            GRID.phase_s = phase_s
        self._wake_at_beats(1 if phase_s is None else 2)
        self._looking = self._loop.call_later(LOOK_AGAIN_S, self._look)

    def _beat(self) -> None:
        now_s = self._loop.time()
        late_s = now_s - self._timer.when() if self._timer is not None else 0.0
        self._timer = self._loop.call_at(next_beat(now_s, self._every), self._beat)
        first, further = self._read()
        if self._every > 1 and late_s < PUNCTUAL_S:
            self._judge(first, further)

    def _judge(self, first: int, further: int) -> None:
        """Reads every 10 ms again, until it is looked anew, where too many just miss a beat.

        Of a socket that had two datagrams the first came after the beat before.
        """
        self._read_first += first
        self._missed += further
        if self._read_first < JUDGED:
            return
        too_many = self._missed > MOST_MISSED * self._read_first
        self._read_first = self._missed = 0
        if too_many and self._timer is not None:
            self._timer.cancel()
            self._wake_at_beats(1)

    def _read(self) -> tuple[int, int]:
        """Reads one datagram of each socket that has one, again and again.

        Returns how many that were, and how many after the first of their socket.
        """
        first = further = 0
        for at in range(MOST_ROUNDS):
            ready = self._poll.poll(0) if self._poll is not None else []
            if not ready:
                break
            if at:
                further += len(ready)
            else:
                first = len(ready)
            if self._seen is not None and len(self._seen) < MOST_SEEN:
                self._seen += [(number, self._loop.time()) for number, _ in ready]
            for number, _events in ready:
                transport = self._transports.get(number)
                if transport is None:
                    continue
                try:
                    transport._read_ready()
                except Exception as error:  # noqa: BLE001 - of one connection: nobody else's
                    logger.error("a datagram broke its connection's code: %s", traced(error))
        return first, further


def _fit(transport: Any) -> bool:
    """Returns whether it is an open transport of the kind that is known here."""
    known = _DATAGRAMS is not None and isinstance(transport, _DATAGRAMS) and not missing()
    return known and not transport.is_closing()
