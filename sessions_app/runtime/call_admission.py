"""Decides whether a call may begin, in one step, before anything of it is made."""

import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

from sessions_app.engine.core.errors import BusyError
from sessions_app.engine.core.reservations import Reservation
from sessions_app.engine.session.admission import Admission
from sessions_app.engine.session.registry import Registry
from sessions_app.runtime.settings import VoiceConfig
from sessions_app.runtime.shared_admission import Held, SharedAdmission, admission_path


class CallAdmission:
    """The limits of this process, and of all media processes of the machine; one a process."""

    def __init__(self, config: VoiceConfig, registry: Registry) -> None:
        self._registry = registry
        self._own = Admission(config.admission)
        is_media = config.role == "media"
        self._shared = SharedAdmission(admission_path()) if is_media else None

    def start(self) -> None:
        """Begins to count with the other media processes, where this is one."""
        if self._shared is not None:
            self._shared.start()

    async def aclose(self) -> None:
        """Counts with the others no more; may be called twice."""
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
        """Gives the place of the call that is wished for, which is for `Registry.add` to take.

        It is released when what is done with it fails. For a call that lives already, and
        `moves`, the offer is counted and the place is empty. Raises BusyError (retryable) where
        the party, the address or the process has its fill.
        """
        place = self._take(party, address, moves=moves)
        try:
            if self._shared is None:
                yield place
            elif moves:
                await self._shared.offer(party, address)
                yield place
            else:
                held = await self._shared.reserve(party, address)
                place.include(held)
                with _uncounted_if_busy(self._shared, held):
                    yield place
        except BaseException:
            place.release()
            raise

    def _take(self, party: str, address: str, *, moves: bool) -> Reservation:
        """Checks and counts without awaiting: of many at once only so many pass."""
        now_s = time.monotonic()
        if moves:
            self._own.offer(party, address, now_s)
            return Reservation()
        if self._own.full(party, address):
            self._registry.evict_silent(party)
        held = self._own.reserve(party, address, now_s)
        try:
            place = self._registry.reserve()
        except BaseException:
            held.release()
            raise
        place.include(held)
        return place


@contextmanager
def _uncounted_if_busy(shared: SharedAdmission, held: Held) -> Iterator[None]:
    """Counts an offer no more that this process is too busy for: another one is asked then."""
    try:
        yield
    except BusyError as busy:
        if busy.code == BusyError.code:
            shared.elsewhere(held)
        raise
