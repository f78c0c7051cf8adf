"""Reads the datagrams of all live calls together at ticks, instead of with a wake-up for each.

A wake-up for a packet costs a server as much as decoding it. Up to two sockets are read as
datagrams arrive. Up to ten are read every 20 ms, in a gap between their streams if there is one.
More are read every 10 ms, so that a hundred calls wake the loop as often as three.
"""

import asyncio
import functools
import logging
import select
from asyncio import selector_events
from typing import Any

from sessions_app.engine.core.errors import traced
from sessions_app.engine.rtc.loop.tick import Ticks, quiet_phase

logger = logging.getLogger(__name__)

AT_ONCE = 2
"""Up to this many sockets are read as datagrams arrive.

At 0 even one caller's packets wait for a tick; at 10 a loop with ten calls wakes 500 times a
second, more often than for ticks.
"""

FEW = 10
"""Up to this many sockets, a gap between their streams is searched for.

Higher searches where there is hardly ever a gap; lower gives up savings.
"""

OBSERVE_S = 0.3
"""How long arrivals are observed to find the gap. Lower misses streams; higher costs wake-ups."""

MAX_OBSERVED = 2_000
"""Datagrams observed at most, so that a flood takes no memory; ten callers send 150."""

OBSERVE_AGAIN_S = 20.0
"""Between two observations: clients' clocks drift, by 1 to 2 ms in this time.

Lower costs wake-ups; higher lets a stream drift into the gap, and its packets then wait 20 ms.
"""

JUDGED = 200
"""Datagrams read every 20 ms before the share that just missed a tick is judged.

Lower judges by chance; higher takes longer to notice jitter.
"""

MAX_MISSED = 0.01
"""If a larger share missed a tick, jitter is too strong, and sockets are read every 10 ms again.

Lower gives up because of single late packets; higher delays packets of clients with jitter.
"""

PUNCTUAL_S = 0.004
"""Ticks that fire later than this are not judged: the event loop was late, not the packets."""

MAX_ROUNDS = 64
"""The most datagrams read from one socket at a tick.

Lower delays a camera's key frame; higher lets a flood delay other calls.
"""

_DATAGRAMS: Any = getattr(selector_events, "_SelectorDatagramTransport", None)


@functools.cache
def missing() -> tuple[str, ...]:
    """Returns the names used here that the system or its asyncio lacks; () if it has all."""
    base: Any = getattr(selector_events, "_SelectorTransport", object)
    loop: Any = selector_events.BaseSelectorEventLoop
    needed = {
        "select.epoll": hasattr(select, "epoll"),
        "_SelectorDatagramTransport._read_ready": hasattr(_DATAGRAMS, "_read_ready"),
        "_SelectorTransport._sock_fd": "_sock_fd" in base.__init__.__code__.co_names,
        "BaseSelectorEventLoop._add_reader": hasattr(loop, "_add_reader"),
        "BaseSelectorEventLoop._remove_reader": hasattr(loop, "_remove_reader"),
    }
    return tuple(name for name, there in needed.items() if not there)


class SocketPoller:
    """Reads sockets in place of the event loop, and moves `ticks` into a gap of streams.

    Used on one event loop. It takes asyncio's own datagram transports only; the loop reads others.
    """

    def __init__(self, ticks: Ticks) -> None:
        self._ticks = ticks
        self._numbers: dict[Any, int] = {}
        """Each transport's file descriptor."""
        self._transports: dict[int, Any] = {}
        self._poll: select.epoll | None = None
        self._loop: Any = None
        self._timer: asyncio.TimerHandle | None = None
        self._observing: asyncio.TimerHandle | None = None
        self._at_once = False
        self._every = 1
        """Sockets are read at each tick (1), or at every second one (2)."""
        self._read_first = self._missed = 0
        self._arrivals: list[tuple[int, float]] | None = None
        """(file descriptor, time) of arrivals, while they are observed."""

    def __len__(self) -> int:
        return len(self._numbers)

    def take(self, transport: Any) -> None:
        """Reads this transport from now on, in place of its loop; may be called again."""
        if transport in self._numbers or not _is_supported(transport):
            return
        if self._poll is None:
            self._poll, self._loop = select.epoll(), asyncio.get_running_loop()
        number = transport._sock_fd
        self._loop._remove_reader(number)
        self._poll.register(number, select.EPOLLIN)
        self._numbers[transport] = number
        self._transports[number] = transport
        self._choose_mode()

    def give_back(self, transport: Any) -> None:
        """Lets the loop read the transport again; does nothing for one that was never taken."""
        number = self._numbers.pop(transport, None)
        if number is None:
            return
        present: Any = self._transports.get(number)
        if present is transport:  # the system may have reused the number
            del self._transports[number]
            if self._poll is not None and not transport.is_closing():
                self._poll.unregister(number)
                self._loop._add_reader(number, transport._read_ready)
        self._choose_mode()

    def _choose_mode(self) -> None:
        """Chooses when to read, after a socket was taken or given back."""
        count = len(self._numbers)
        self._stop()
        if not count:
            self._close()
        elif count <= AT_ONCE:
            self._read_at_once()
        elif count <= FEW:
            self._observe()
        else:
            self._read_at_ticks(1)

    def _stop(self) -> None:
        """Stops reading until another mode starts."""
        for timer in (self._timer, self._observing):
            if timer is not None:
                timer.cancel()
        self._timer = self._observing = self._arrivals = None
        if self._at_once and self._poll is not None:
            self._loop.remove_reader(self._poll.fileno())
        self._at_once = False

    def _close(self) -> None:
        poll, self._poll = self._poll, None
        if poll is not None:
            poll.close()
        self._ticks.phase_s = 0.0

    def _read_at_once(self) -> None:
        assert self._poll is not None  # noqa: S101 - somebody is here
        self._at_once = True
        self._loop.add_reader(self._poll.fileno(), self._read)

    def _read_at_ticks(self, every: int) -> None:
        self._every = every
        self._read_first = self._missed = 0
        self._timer = self._loop.call_at(self._ticks.next(self._loop.time(), every), self._tick)

    def _observe(self) -> None:
        """Records when datagrams arrive, to find a gap between the streams."""
        self._stop()
        self._read_at_once()
        self._arrivals = []
        self._observing = self._loop.call_later(OBSERVE_S, self._observed)

    def _observed(self) -> None:
        phase_s = quiet_phase(self._arrivals or [], self._ticks.phase_s)
        self._stop()
        if phase_s is not None:
            self._ticks.phase_s = phase_s
        self._read_at_ticks(1 if phase_s is None else 2)
        self._observing = self._loop.call_later(OBSERVE_AGAIN_S, self._observe)

    def _tick(self) -> None:
        now_s = self._loop.time()
        late_s = now_s - self._timer.when() if self._timer is not None else 0.0
        self._timer = self._loop.call_at(self._ticks.next(now_s, self._every), self._tick)
        first, further = self._read()
        if self._every > 1 and late_s < PUNCTUAL_S:
            self._judge(first, further)

    def _judge(self, first: int, further: int) -> None:
        """Reads every 10 ms again, until the next observation, if too many missed a tick.

        If a socket had two datagrams, the first had just missed the previous tick.
        """
        self._read_first += first
        self._missed += further
        if self._read_first < JUDGED:
            return
        too_many = self._missed > MAX_MISSED * self._read_first
        self._read_first = self._missed = 0
        if too_many and self._timer is not None:
            self._timer.cancel()
            self._read_at_ticks(1)

    def _read(self) -> tuple[int, int]:
        """Reads one datagram from each readable socket in turn, until none is readable.

        Returns how many were the first of their socket, and how many were further ones.
        """
        first = further = 0
        for at in range(MAX_ROUNDS):
            ready = self._poll.poll(0) if self._poll is not None else []
            if not ready:
                break
            if at:
                further += len(ready)
            else:
                first = len(ready)
            if self._arrivals is not None and len(self._arrivals) < MAX_OBSERVED:
                self._arrivals += [(number, self._loop.time()) for number, _ in ready]
            for number, _events in ready:
                transport = self._transports.get(number)
                if transport is None:
                    continue
                try:
                    transport._read_ready()
                except Exception as error:  # noqa: BLE001 - of one call: the others go on
                    logger.error("a connection failed at a datagram: %s", traced(error))
        return first, further


def _is_supported(transport: Any) -> bool:
    """Returns whether it is one of asyncio's own datagram transports, and open."""
    known = _DATAGRAMS is not None and isinstance(transport, _DATAGRAMS) and not missing()
    return known and not transport.is_closing()
