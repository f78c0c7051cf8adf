"""Decides whether a call may start, before any part of it is built."""

import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from sessions_app.engine.core.errors import BusyError
from sessions_app.engine.core.reservations import Reservation
from sessions_app.engine.session.admission import Admission
from sessions_app.engine.session.registry import Registry
from sessions_app.runtime.settings import VoiceConfig
from sessions_app.runtime.shared_admission import SharedAdmission, SharedReservation, admission_path


class CallAdmission:
    """Applies the limits of this process and of all media processes of the machine.

    One per process, used on its event loop.
    """

    def __init__(self, config: VoiceConfig, registry: Registry) -> None:
        self._registry = registry
        self._own = Admission(config.admission)
        is_media = config.role == "media"
        self._shared = SharedAdmission(admission_path()) if is_media else None

    def start(self) -> None:
        """Starts to count together with the other media processes, if this is one."""
        if self._shared is not None:
            self._shared.start()

    async def aclose(self) -> None:
        """Stops counting with the others; may be called twice."""
        if self._shared is not None:
            await self._shared.aclose()

    def candidate(self, party: str, address: str) -> None:
        """Counts an ICE candidate, in this process alone; raises BusyError (retryable)."""
        self._own.candidate(party, address, time.monotonic())

    def offer(self, party: str, address: str) -> None:
        """Counts an offer that starts nothing, in this process; raises BusyError (retryable)."""
        self._own.offer(party, address, time.monotonic())

    @asynccontextmanager
    async def admitted(
        self, party: str, address: str, *, moves: bool = False
    ) -> AsyncIterator[Reservation]:
        """Yields the reservation of a new call, for `Registry.add`; releases it on an exception.

        For a live call that `moves` to another connection only the offer is counted, and the
        reservation is empty. Raises BusyError (retryable) if the party, the address or the
        process is at a limit.
        """
        reservation = self._take(party, address, moves=moves)
        try:
            if self._shared is None:
                yield reservation
            elif moves:
                await self._shared.offer(party, address)
                yield reservation
            else:
                held = await self._shared.reserve(party, address)
                reservation.include(held)
                with _uncounted_if_busy(self._shared, held):
                    yield reservation
        except BaseException:
            reservation.release()
            raise

    def _take(self, party: str, address: str, *, moves: bool) -> Reservation:
        """Checks and counts without awaiting, so that concurrent calls cannot exceed a limit."""
        now_s = time.monotonic()
        if moves:
            self._own.offer(party, address, now_s)
            return Reservation()
        if self._own.full(party, address):
            self._registry.evict_silent(party)
        held = self._own.reserve(party, address, now_s)
        try:
            reservation = self._registry.reserve()
        except BaseException:
            held.release()
            raise
        reservation.include(held)
        return reservation


@contextmanager
def _uncounted_if_busy(shared: SharedAdmission, held: SharedReservation) -> Iterator[None]:
    """Undoes the counting of an offer that this process is too busy for: another gets it next."""
    try:
        yield
    except BusyError as busy:
        if busy.code == BusyError.code:
            shared.elsewhere(held)
        raise
