"""Sends the packets of all calls from one timer, every 20 ms."""

import asyncio
import logging
from typing import Protocol

from sessions_app.engine.core.errors import traced
from sessions_app.engine.core.histograms import Histogram
from sessions_app.engine.rtc.loop.tick import PERIOD_S, Ticks

logger = logging.getLogger(__name__)

PACKET_S = PERIOD_S
"""The length of a packet, and so the time between two of a sender."""

_TICKS_PER_PACKET = 2
"""Ticks per packet: sending and reading share their wake-ups."""

STALL_S = 0.2
"""After a longer stall of the event loop, sending restarts from now instead of catching up.

Higher sends longer bursts, which receivers drop; lower skips audio after short stalls.
"""

_MIN_STEP_S = PACKET_S / 2
"""The least time between a sender's first packet, which is sent at once, and its second."""

_AHEAD_S = 1e-6
"""The timer is this far before the tick, so that packets are sent before sockets are read.

It is less than the event loop oversleeps, so both happen in one wake-up.
"""


LATE_S = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5)
"""Bounds of the histogram of how late packets leave, in s. More cost a time series each."""


class PacedSender(Protocol):
    """A source of packets, such as the agent's voice in one call."""

    def send_due(self, due_s: float) -> bool:
        """Sends the packet that is due at that time (monotonic s); returns whether more follow."""
        ...


class Pacer:
    """Calls each active sender every 20 ms, from one timer of its event loop.

    A sender that joins sends its first packet at once, as if at the nearest tick, and the next with
    all others 10 to 30 ms later. While there is no active sender, no timer is set.
    """

    def __init__(self, ticks: Ticks) -> None:
        self._ticks = ticks
        self._joined: dict[PacedSender, float] = {}
        """Each active sender, with the time of its first packet."""
        self._new: dict[PacedSender, None] = {}
        """Senders that joined in this iteration of the event loop."""
        self._timer: asyncio.TimerHandle | None = None
        self._soon: asyncio.Handle | None = None
        self._due_s = 0.0
        self.lateness = Histogram(LATE_S)
        """How late the packets of each tick left, in s; one value for all senders."""

    def __len__(self) -> int:
        return len(self._joined) + len(self._new)

    def join(self, sender: PacedSender) -> None:
        """Calls `sender` from now on, until it returns False; may be called again meanwhile.

        It is called from the next iteration of the event loop on, never within this method.
        """
        if sender in self._joined or sender in self._new:
            return
        self._new[sender] = None
        if self._soon is None:
            self._soon = asyncio.get_running_loop().call_soon(self._begin)

    def leave(self, sender: PacedSender) -> None:
        """Stops calling it; does nothing for one that never joined."""
        self._joined.pop(sender, None)
        self._new.pop(sender, None)
        self._stop_if_idle()

    def _begin(self) -> None:
        self._soon = None
        loop = asyncio.get_running_loop()
        now = loop.time()
        nearest = self._ticks.next(now - PACKET_S / 2, _TICKS_PER_PACKET)
        new, self._new = self._new, {}
        for sender in new:
            self._joined[sender] = now
            self._send(sender, nearest)
        if self._joined and self._timer is None:
            self._due_s = self._ticks.next(now, _TICKS_PER_PACKET)
            self._timer = loop.call_at(self._due_s - _AHEAD_S, self._tick)

    def _tick(self) -> None:
        loop = asyncio.get_running_loop()
        late_s = loop.time() - self._due_s
        self.lateness.add(max(0.0, late_s))
        if late_s > STALL_S:
            self._due_s = self._ticks.next(self._due_s + late_s - PACKET_S, _TICKS_PER_PACKET)
        for sender, first_s in list(self._joined.items()):
            if sender in self._joined and self._due_s - first_s >= _MIN_STEP_S:
                self._send(sender, self._due_s)
        # half a packet on, not a whole one: the phase may have moved
        self._due_s = self._ticks.next(self._due_s + PACKET_S / 2, _TICKS_PER_PACKET)
        self._timer = loop.call_at(self._due_s - _AHEAD_S, self._tick)
        self._stop_if_idle()

    def _send(self, sender: PacedSender, due_s: float) -> None:
        """Calls one sender; an error removes it, and affects no other."""
        try:
            more = sender.send_due(due_s)
        except Exception as error:  # noqa: BLE001 - of one call: the others go on
            logger.error("a voice failed and is sent no more: %s", traced(error))
            more = False
        if not more:
            self._joined.pop(sender, None)

    def _stop_if_idle(self) -> None:
        if not self._joined and self._timer is not None:
            self._timer.cancel()
            self._timer = None
