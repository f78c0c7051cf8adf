"""When packets are sent: one timer for the voices of all calls."""

import asyncio
import logging
from typing import Protocol

from sessions_app.engine.core.errors import traced
from sessions_app.engine.rtc.loop.tick import PERIOD_S, TickGrid

logger = logging.getLogger(__name__)

PACKET_S = PERIOD_S
"""Between two packets of a voice."""

_TICKS = 2
"""Of the grid to a packet, so that sending and reading wake the loop together."""

STALL_S = 0.2
"""After a longer stall of the loop, sending starts again from now.

More sends a longer burst to catch up, which receivers drop; less skips audio after short stalls.
"""

_MIN_STEP_S = PACKET_S / 2
"""Between a voice's first packet and its second: the first goes out at once, off the grid."""

_AHEAD_S = 1e-6
"""The timer is set this far before the tick, so that packets go out before any are read there.

It is less than the loop oversleeps, so that both need one wake-up.
"""


class Paced(Protocol):
    """What is asked at each packet's time, such as a voice."""

    def send_due(self, due_s: float) -> bool:
        """Sends what is due at that time (monotonic s); returns whether to be asked again."""
        ...


class Pacer:
    """Asks each voice that has something to say every 20 ms, from a callback of its event loop.

    A voice that joins is asked at once, for the nearest tick, and then with all others: 10 to
    30 ms later. So its first packet after a pause is no later than those before it. While no voice
    has anything to say, no timer is set.
    """

    def __init__(self, grid: TickGrid) -> None:
        self._grid = grid
        self._joined: dict[Paced, float] = {}
        """Each with when it was first asked."""
        self._new: dict[Paced, None] = {}
        """Those that joined since the loop last ran."""
        self._timer: asyncio.TimerHandle | None = None
        self._soon: asyncio.Handle | None = None
        self._due_s = 0.0

    def __len__(self) -> int:
        return len(self._joined) + len(self._new)

    def join(self, paced: Paced) -> None:
        """Asks it from now on, until it returns False; may be called again meanwhile.

        It is never asked within this call.
        """
        if paced in self._joined or paced in self._new:
            return
        self._new[paced] = None
        if self._soon is None:
            self._soon = asyncio.get_running_loop().call_soon(self._begin)

    def leave(self, paced: Paced) -> None:
        """Asks it no more; does nothing for one that never joined."""
        self._joined.pop(paced, None)
        self._new.pop(paced, None)
        self._stop_if_idle()

    def _begin(self) -> None:
        self._soon = None
        loop = asyncio.get_running_loop()
        now = loop.time()
        nearest = self._grid.next(now - PACKET_S / 2, _TICKS)
        new, self._new = self._new, {}
        for paced in new:
            self._joined[paced] = now
            self._ask(paced, nearest)
        if self._joined and self._timer is None:
            self._due_s = self._grid.next(now, _TICKS)
            self._timer = loop.call_at(self._due_s - _AHEAD_S, self._tick)

    def _tick(self) -> None:
        loop = asyncio.get_running_loop()
        late_s = loop.time() - self._due_s
        if late_s > STALL_S:
            self._due_s = self._grid.next(self._due_s + late_s - PACKET_S, _TICKS)
        for paced, first_s in list(self._joined.items()):
            if paced in self._joined and self._due_s - first_s >= _MIN_STEP_S:
                self._ask(paced, self._due_s)
        # half a packet on, not a whole one: the phase may have moved
        self._due_s = self._grid.next(self._due_s + PACKET_S / 2, _TICKS)
        self._timer = loop.call_at(self._due_s - _AHEAD_S, self._tick)
        self._stop_if_idle()

    def _ask(self, paced: Paced, due_s: float) -> None:
        """Asks one voice; an error ends its sending, and that of no other."""
        try:
            more = paced.send_due(due_s)
        except Exception as error:  # noqa: BLE001 - of one call: the others go on
            logger.error("a voice broke and is sent no more: %s", traced(error))
            more = False
        if not more:
            self._joined.pop(paced, None)

    def _stop_if_idle(self) -> None:
        if not self._joined and self._timer is not None:
            self._timer.cancel()
            self._timer = None
