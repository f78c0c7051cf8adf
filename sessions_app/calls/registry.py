"""The calls of this process: how many there may be, and how they all end."""

import asyncio
import logging
import time
from collections.abc import Callable, Iterator

from sessions_app.calls.session import CallSession
from sessions_app.core.errors import BusyError, UnknownCallError
from sessions_app.core.party import Party
from sessions_app.core.states import EndReason
from sessions_app.transports.grid import sleep_to_beat

logger = logging.getLogger(__name__)

TICK_S = 0.1
DRAIN_S = 3.0


class Registry:
    """Holds live calls and looks at each a few times a second. One event loop.

    While `late` says that the loop is, no call is added to those there are.
    """

    def __init__(
        self,
        max_calls: int,
        on_over: Callable[[CallSession], None] = lambda _: None,
        *,
        late: Callable[[], bool] = lambda: False,
    ) -> None:
        self._max_calls = max_calls
        self._late = late
        self._on_over = on_over
        self._calls: dict[str, CallSession] = {}
        self.begun = 0
        """How many calls were taken in, ever."""

        self._ticker: asyncio.Task[None] | None = None
        self._draining = False

    def __len__(self) -> int:
        return len(self._calls)

    def __iter__(self) -> Iterator[CallSession]:
        return iter(list(self._calls.values()))

    @property
    def full(self) -> bool:
        """Whether no further call can be taken."""
        try:
            self.admit()
        except BusyError:
            return True
        return False

    def admit(self) -> None:
        """Raises BusyError when no further call can be taken."""
        if self._draining:
            raise BusyError("The server is about to stop. Try again in a few seconds.")
        if len(self._calls) >= self._max_calls:
            raise BusyError(
                f"The server already carries its {self._max_calls} calls. Try again in a minute."
            )
        if self._calls and self._late():
            raise BusyError("The server is at its limit: another call would be choppy. Try later.")

    def add(self, session: CallSession) -> None:
        """Takes a call in; it is let go by itself when it is over."""
        self._calls[session.call_id] = session
        self.begun += 1
        if self._ticker is None:
            self._ticker = asyncio.create_task(self._tick())

    def has(self, call_id: str) -> bool:
        """Returns whether the call is here, live or about to end."""
        return call_id in self._calls

    def get(self, call_id: str, party: Party) -> CallSession:
        """Returns a live call of that party; raises UnknownCallError."""
        session = self._calls.get(call_id)
        if session is None or session.ownership.party != party:
            raise UnknownCallError("There is no live call of yours with this id.")
        return session

    async def drain(self, reason: EndReason = EndReason.SERVER_STOPPED) -> None:
        """Takes no more calls and ends those there are, all at once, within DRAIN_S."""
        self._draining = True
        ending = [session.end_soon(reason) for session in self]
        if ending:
            _, late = await asyncio.wait(ending, timeout=DRAIN_S)
            if late:
                logger.warning("%d calls did not end within %.0f s", len(late), DRAIN_S)
        if self._ticker is not None:
            self._ticker.cancel()
            await asyncio.gather(self._ticker, return_exceptions=True)
            self._ticker = None

    async def _tick(self) -> None:
        while True:
            await sleep_to_beat(TICK_S)
            now = time.monotonic()
            for session in self:
                try:
                    session.tick(now)
                except Exception:
                    logger.exception("call %s: tick failed", session.call_id)
                    session.end_soon(EndReason.INTERNAL_ERROR)
                if session.over:
                    self._calls.pop(session.call_id, None)
                    self._on_over(session)
