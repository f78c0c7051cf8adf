"""The calls of this process: how many there may be, and how they all end."""

import asyncio
import logging
import time
from collections.abc import Callable, Iterator

from sessions_app.engine.core.errors import BusyError, UnknownCallError
from sessions_app.engine.core.events import CallEvent, StateChanged
from sessions_app.engine.core.party import Party
from sessions_app.engine.core.reservations import Reservation
from sessions_app.engine.core.states import TERMINAL, CallState, EndReason
from sessions_app.engine.rtc.loop.tick import TickGrid
from sessions_app.engine.session.call_session import CallSession

logger = logging.getLogger(__name__)

TICK_S = 0.1
DRAIN_S = 3.0
LOOK_S = 0.02
UNHEARD_S = 5.0
"""So long a client may be silent after its answer; then its call gives way to another."""


class Registry:
    """Holds live calls and looks at each a few times a second. One event loop.

    A call has its place from `reserve` on, before it is made. Where none is left, the oldest call
    whose client was never heard gives way: an offer costs its sender nothing. While `late` says
    that the loop is, no call is added to those there are. `grid` has the ticks of its event loop.
    """

    def __init__(
        self,
        max_calls: int,
        grid: TickGrid,
        on_over: Callable[[CallSession], None] = lambda _: None,
        *,
        late: Callable[[], bool] = lambda: False,
    ) -> None:
        self._max_calls = max_calls
        self._grid = grid
        self._late = late
        self._on_over = on_over
        self._calls: dict[str, CallSession] = {}
        self._starting: set[Reservation] = set()
        self._places: dict[str, Reservation] = {}
        self._since_s: dict[str, float] = {}
        self._leaving: set[str] = set()
        self.begun = 0
        """How many calls were taken in, ever."""

        self._ticker: asyncio.Task[None] | None = None
        self._draining: EndReason | None = None

    def __len__(self) -> int:
        return len(self._calls)

    def __iter__(self) -> Iterator[CallSession]:
        return iter(list(self._calls.values()))

    @property
    def room(self) -> int:
        """How many further calls can be taken; those that are starting have their places."""
        one = self._taken >= self._max_calls and self._silent("") is not None
        try:
            self._check(giving_way=one)
        except BusyError:
            return 0
        return self._max_calls - self._taken + one

    @property
    def _taken(self) -> int:
        return len(self._calls) - len(self._leaving) + len(self._starting)

    def reserve(self) -> Reservation:
        """Returns the place of a call that starts, for `add`; release it where the start fails.

        Checks and counts in one step. Raises BusyError when no further call can be taken.
        """
        if self._taken >= self._max_calls:
            self.give_way()
        self._check()
        place = Reservation()
        place.include(Reservation(lambda: self._starting.discard(place)))
        self._starting.add(place)
        return place

    def give_way(self, party: str = "") -> None:
        """Ends the call whose client was not heard for longest since its answer, if there is one.

        Of `party`, where it is named. Its place is free at once.
        """
        session = self._silent(party)
        if session is not None:
            self._leaving.add(session.call_id)
            session.end_soon(EndReason.NEVER_CONNECTED)
            self._places[session.call_id].release()

    def _silent(self, party: str) -> CallSession | None:
        before_s = time.monotonic() - UNHEARD_S
        for session in self:  # the oldest first
            waits = self._since_s[session.call_id] <= before_s and _is_unheard(session)
            own = party in ("", session.ownership.party.key)
            if waits and own and session.call_id not in self._leaving:
                return session
        return None

    def _check(self, giving_way: int = 0) -> None:
        if self._draining is not None:
            raise BusyError("The server is restarting or stopping. Try again in a few seconds.")
        if self._taken - giving_way >= self._max_calls:
            raise BusyError(
                f"The server already has {self._max_calls} calls, the most it takes. "
                "Try again in a minute."
            )
        if self._taken and self._late():
            raise BusyError(
                "The server is too busy: another call would be choppy. Try again later."
            )

    def add(self, session: CallSession, place: Reservation) -> None:
        """Takes a call in, which is let go by itself when it is over.

        What `place` holds is released when the call has ended, which is before it is over: its
        caller may start another one as soon as they are told. One that comes while the process
        is about to stop is ended at once.
        """
        self._starting.discard(place)
        self._calls[session.call_id] = session
        self._places[session.call_id] = place
        self._since_s[session.call_id] = time.monotonic()
        session.add_sink(_WhenEnded(place))
        self.begun += 1
        if self._ticker is None:
            self._ticker = asyncio.create_task(self._tick())
        if self._draining is not None:
            session.end_soon(self._draining)

    def has(self, call_id: str) -> bool:
        """Returns whether the call is here, live or about to end."""
        return call_id in self._calls

    def get(self, call_id: str, party: Party) -> CallSession:
        """Returns a live call of that party; raises UnknownCallError."""
        session = self._calls.get(call_id)
        if session is None or session.ownership.party != party:
            raise UnknownCallError("You have no live call with this id.")
        return session

    async def drain(self, reason: EndReason = EndReason.SERVER_STOPPED) -> None:
        """Takes no more calls and ends those there are, all at once, within DRAIN_S.

        Calls that were starting then are ended, too, as soon as they have begun.
        """
        self._draining = reason
        for session in self:
            session.end_soon(reason)
        deadline_s = time.monotonic() + DRAIN_S
        while self._unfinished() and time.monotonic() < deadline_s:  # noqa: ASYNC110 - all at once
            await asyncio.sleep(LOOK_S)
        if late := self._unfinished():
            logger.warning("%d calls did not end within %.0f s", late, DRAIN_S)
        if self._ticker is not None:
            self._ticker.cancel()
            await asyncio.gather(self._ticker, return_exceptions=True)
            self._ticker = None

    def _unfinished(self) -> int:
        return len(self._starting) + sum(not session.over for session in self)

    async def _tick(self) -> None:
        while True:
            await self._grid.sleep(TICK_S)
            now = time.monotonic()
            for session in self:
                try:
                    session.tick(now)
                except Exception:
                    logger.exception("call %s: tick failed", session.call_id)
                    session.end_soon(EndReason.INTERNAL_ERROR)
                if session.over:
                    self._calls.pop(session.call_id, None)
                    self._places.pop(session.call_id).release()
                    self._since_s.pop(session.call_id)
                    self._leaving.discard(session.call_id)
                    self._on_over(session)


def _is_unheard(session: CallSession) -> bool:
    """Returns whether nothing was ever heard of a client that has yet to connect."""
    return session.state is CallState.CONNECTING and session.transport.last_heard_s is None


class _WhenEnded:
    """A sink of a call's events that releases its place when it has ended."""

    def __init__(self, place: Reservation) -> None:
        self._place = place

    def emit(self, event: CallEvent) -> None:
        if isinstance(event, StateChanged) and event.state in TERMINAL:
            self._place.release()
