"""The live calls of this process: the limit on their number, their tick, and draining."""

import asyncio
import logging
import time
from collections.abc import Callable, Iterator

from sessions_app.engine.core.errors import BusyError, UnknownCallError
from sessions_app.engine.core.events import CallEvent, StateChanged
from sessions_app.engine.core.party import Party
from sessions_app.engine.core.reservations import Reservation
from sessions_app.engine.core.states import TERMINAL, CallState, EndReason
from sessions_app.engine.rtc.loop.tick import Ticks
from sessions_app.engine.session.call_session import CallSession

logger = logging.getLogger(__name__)

TICK_S = 0.1
"""Between two ticks of every call. Lower costs CPU; higher notices lost clients later."""

DRAIN_S = 3.0
"""How long all calls may take to end when the process stops.

Lower loses last words; higher makes restarts slower, until the supervisor of the process kills it.
"""

DRAIN_CHECK_S = 0.02
"""Between two checks while draining."""

UNHEARD_S = 5.0
"""A client that sent nothing for this long after the answer may lose its slot to another call.

Lower evicts clients with slow ICE; higher lets offers without a client block the server for longer.
"""


class Registry:
    """Holds the live calls and ticks each ten times a second. Used on one event loop.

    A call occupies a slot from `reserve` on, before it is built. If all `max_calls` slots are
    occupied, the oldest call whose client was never heard is evicted, as sending an offer costs
    nothing. While `late` returns True (the event loop lags), calls are refused unless there is
    none. `on_over` gets each call once its work in this process is done.
    """

    def __init__(
        self,
        max_calls: int,
        ticks: Ticks,
        on_over: Callable[[CallSession], None] = lambda _: None,
        *,
        late: Callable[[], bool] = lambda: False,
    ) -> None:
        self._max_calls = max_calls
        self._ticks = ticks
        self._late = late
        self._on_over = on_over
        self._calls: dict[str, CallSession] = {}
        self._reserved: set[Reservation] = set()
        """Slots of calls that are being built."""

        self._reservations: dict[str, Reservation] = {}
        self._added_s: dict[str, float] = {}
        self._evicted: set[str] = set()
        """Ids of calls that are ending, whose slots are free already."""

        self.total_started = 0
        """How many calls were added since the process started."""

        self._ticker: asyncio.Task[None] | None = None
        self._draining: EndReason | None = None

    def __len__(self) -> int:
        return len(self._calls)

    def __iter__(self) -> Iterator[CallSession]:
        return iter(list(self._calls.values()))

    @property
    def free_slots(self) -> int:
        """How many further calls are possible now, counting one that could be evicted for them."""
        evictable = self._occupied >= self._max_calls and self._silent_call("") is not None
        try:
            self._check(to_evict=evictable)
        except BusyError:
            return 0
        return self._max_calls - self._occupied + evictable

    @property
    def _occupied(self) -> int:
        return len(self._calls) - len(self._evicted) + len(self._reserved)

    def reserve(self) -> Reservation:
        """Returns the slot of a call that starts, for `add`; release it if the start fails.

        Checks and counts in one step. Raises BusyError (retryable) if no further call is possible.
        """
        if self._occupied >= self._max_calls:
            self.evict_silent()
        self._check()
        reservation = Reservation()
        reservation.include(Reservation(lambda: self._reserved.discard(reservation)))
        self._reserved.add(reservation)
        return reservation

    def evict_silent(self, party: str = "") -> None:
        """Ends the oldest call whose client was never heard, if there is one; frees its slot.

        With `party` (its key), only a call of that party.
        """
        session = self._silent_call(party)
        if session is not None:
            self._evicted.add(session.call_id)
            session.end_soon(EndReason.NEVER_CONNECTED)
            self._reservations[session.call_id].release()

    def _silent_call(self, party: str) -> CallSession | None:
        before_s = time.monotonic() - UNHEARD_S
        for session in self:  # the oldest first
            silent = self._added_s[session.call_id] <= before_s and _is_unheard(session)
            matches = party in ("", session.ownership.party.key)
            if silent and matches and session.call_id not in self._evicted:
                return session
        return None

    def _check(self, to_evict: int = 0) -> None:
        if self._draining is not None:
            raise BusyError("The server is restarting or stopping. Try again in a few seconds.")
        if self._occupied - to_evict >= self._max_calls:
            raise BusyError(
                f"The server already has {self._max_calls} calls, the most it takes. "
                "Try again in a minute."
            )
        if self._occupied and self._late():
            raise BusyError(
                "The server is too busy: another call would be choppy. Try again later."
            )

    def add(self, session: CallSession, reservation: Reservation) -> None:
        """Adds a call, which is removed by itself once its work is done.

        `reservation` is released when the call has ENDED or FAILED, which is earlier: its caller
        may then start another. A call that is added while the process drains is ended at once.
        """
        self._reserved.discard(reservation)
        self._calls[session.call_id] = session
        self._reservations[session.call_id] = reservation
        self._added_s[session.call_id] = time.monotonic()
        session.add_sink(_ReleaseOnEnd(reservation))
        self.total_started += 1
        if self._ticker is None:
            self._ticker = asyncio.create_task(self._tick())
        if self._draining is not None:
            session.end_soon(self._draining)

    def has(self, call_id: str) -> bool:
        """Returns whether the call is in this process, live or ending."""
        return call_id in self._calls

    def get(self, call_id: str, party: Party) -> CallSession:
        """Returns the party's call; raises UnknownCallError (not retryable) if it has none."""
        session = self._calls.get(call_id)
        if session is None or session.ownership.party != party:
            raise UnknownCallError("You have no live call with this id.")
        return session

    async def emptied(self) -> None:
        """Returns when no call is there or being built; it refuses none, and ends none."""
        while self._unfinished():  # noqa: ASYNC110 - calls end in many ways
            await asyncio.sleep(TICK_S)

    async def drain(self, reason: EndReason = EndReason.SERVER_STOPPED) -> None:
        """Refuses new calls and ends all others at the same time; returns after DRAIN_S at most.

        Calls that are being built are ended as soon as they are added.
        """
        self._draining = reason
        for session in self:
            session.end_soon(reason)
        deadline_s = time.monotonic() + DRAIN_S
        while self._unfinished() and time.monotonic() < deadline_s:  # noqa: ASYNC110 - all at once
            await asyncio.sleep(DRAIN_CHECK_S)
        if late := self._unfinished():
            logger.warning("%d calls did not end within %.0f s", late, DRAIN_S)
        if self._ticker is not None:
            self._ticker.cancel()
            await asyncio.gather(self._ticker, return_exceptions=True)
            self._ticker = None

    def _unfinished(self) -> int:
        return len(self._reserved) + sum(not session.over for session in self)

    async def _tick(self) -> None:
        while True:
            await self._ticks.sleep(TICK_S)
            now = time.monotonic()
            for session in self:
                try:
                    session.tick(now)
                except Exception:
                    logger.exception("call %s: tick failed", session.call_id)
                    session.end_soon(EndReason.INTERNAL_ERROR)
                if session.over:
                    self._calls.pop(session.call_id, None)
                    self._reservations.pop(session.call_id).release()
                    self._added_s.pop(session.call_id)
                    self._evicted.discard(session.call_id)
                    self._on_over(session)


def _is_unheard(session: CallSession) -> bool:
    """Returns whether a client that is still connecting has never sent a datagram."""
    return session.state is CallState.CONNECTING and session.transport.last_heard_s is None


class _ReleaseOnEnd:
    """An event sink that releases a call's reservation when the call has ended."""

    def __init__(self, reservation: Reservation) -> None:
        self._reservation = reservation

    def emit(self, event: CallEvent) -> None:
        if isinstance(event, StateChanged) and event.state in TERMINAL:
            self._reservation.release()
