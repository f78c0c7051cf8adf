"""The beat of all that is sent: one timer for every voice of a process."""

import asyncio
import logging
from dataclasses import dataclass, field
from typing import Protocol

from sessions_app.engine.core.errors import traced
from sessions_app.engine.rtc.loop.socket_poller import SocketPoller
from sessions_app.engine.rtc.loop.tick import PERIOD_S, next_beat

logger = logging.getLogger(__name__)

BEAT_S = PERIOD_S
_BEATS = 2
"""Of the grid, so that sending and reading wake the loop together."""

STALL_S = 0.2
"""After a longer stall of the loop the beat starts anew, instead of catching up in a burst."""

_SOONEST_S = BEAT_S / 2
_BEFORE_S = 1e-6
"""What is to be sent goes out before what came with the same beat is read: less than the loop
sleeps too long, so that it wakes once for both."""


class Paced(Protocol):
    """What is asked at each beat, such as a voice."""

    def beat(self, due_s: float) -> bool:
        """Does what is due at that time (monotonic s); returns whether it wants the next too."""
        ...


class Pacer:
    """Asks each voice that has something to say every 20 ms. On one event loop, from a callback.

    The first time comes at once, for the beat that is nearest, and the next with everybody's: 10
    to 30 ms later. So what a voice says after a pause is no later than what it said before. While
    nobody has anything to say, no timer is set.
    """

    def __init__(self) -> None:
        self._joined: dict[Paced, float] = {}
        """Each with when it was first asked."""
        self._fresh: dict[Paced, None] = {}
        self._timer: asyncio.TimerHandle | None = None
        self._soon: asyncio.Handle | None = None
        self._due_s = 0.0

    def __len__(self) -> int:
        return len(self._joined) + len(self._fresh)

    def join(self, paced: Paced) -> None:
        """Asks it from now on, until it wants no more; may be called again meanwhile.

        It is never asked from within this call.
        """
        if paced in self._joined or paced in self._fresh:
            return
        self._fresh[paced] = None
        if self._soon is None:
            self._soon = asyncio.get_running_loop().call_soon(self._begin)

    def leave(self, paced: Paced) -> None:
        """Asks it no more; may be called of one that never joined."""
        self._joined.pop(paced, None)
        self._fresh.pop(paced, None)
        self._rest()

    def _begin(self) -> None:
        self._soon = None
        loop = asyncio.get_running_loop()
        now = loop.time()
        nearest = next_beat(now - BEAT_S / 2, _BEATS)
        fresh, self._fresh = self._fresh, {}
        for paced in fresh:
            self._joined[paced] = now
            self._ask(paced, nearest)
        if self._joined and self._timer is None:
            self._due_s = next_beat(now, _BEATS)
            self._timer = loop.call_at(self._due_s - _BEFORE_S, self._beat)

    def _beat(self) -> None:
        loop = asyncio.get_running_loop()
        late_s = loop.time() - self._due_s
        if late_s > STALL_S:
            self._due_s = next_beat(self._due_s + late_s - BEAT_S, _BEATS)
        for paced, first_s in list(self._joined.items()):
            if paced in self._joined and self._due_s - first_s >= _SOONEST_S:
                self._ask(paced, self._due_s)
        self._due_s = next_beat(self._due_s + BEAT_S / 2, _BEATS)  # the grid may have been shifted
        self._timer = loop.call_at(self._due_s - _BEFORE_S, self._beat)
        self._rest()

    def _ask(self, paced: Paced, due_s: float) -> None:
        """A fault of one, or of what it tells, ends its sending, and nobody else's."""
        try:
            more = paced.beat(due_s)
        except Exception as error:  # noqa: BLE001 - as above
            logger.error("a voice broke and is sent no more: %s", traced(error))
            more = False
        if not more:
            self._joined.pop(paced, None)

    def _rest(self) -> None:
        if not self._joined and self._timer is not None:
            self._timer.cancel()
            self._timer = None


@dataclass(frozen=True, slots=True)
class Beats:
    """What the media of all calls of a process share."""

    pacer: Pacer = field(default_factory=Pacer)
    pump: SocketPoller = field(default_factory=SocketPoller)
