"""Maps peer connections to calls, for clients that name connections instead (Pipecat's)."""

import asyncio
import secrets
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any, Protocol

from sessions_app.engine.core.commands import Offer
from sessions_app.engine.core.errors import UnknownCallError
from sessions_app.engine.core.party import Party
from sessions_app.engine.protocols.smallwebrtc import StartWish
from sessions_app.runtime import endings
from sessions_app.runtime.answered_offers import AnsweredCall
from sessions_app.runtime.endings import Registration
from sessions_app.runtime.media_processes import named
from sessions_app.services.authentication import Principal

ID_BYTES = 16
"""Random bytes of a name: nobody can guess one."""

MOST_KEPT = 5_000
"""The newest connection names that are kept. Lower forgets those of long calls."""

STARTED_S = 60.0
"""How long a session that `/start` announced waits for its offer.

Lower fails clients that ask for the microphone in between; higher costs memory.
"""

MOST_STARTED = 1_000
"""The most announced sessions that wait; beyond that, the oldest are forgotten."""

SETTLE_S = 1.5
"""How long to wait for a connection that replaces another.

Lower loses the new track in Pipecat's client; higher delays the response to its candidates.
"""

SETTLE_STEP_S = 0.02
"""How often the new connection's state is checked."""

AHEAD_S = 0.1
"""How long before the response to its candidates a connection's first packet must come."""


@dataclass(frozen=True, slots=True)
class PeerAnswer:
    """An SDP answer, and the name of its connection."""

    sdp: str
    pc_id: str


@dataclass(frozen=True, slots=True)
class _AnnouncedSession:
    by: Principal
    origin: str
    wish: StartWish
    registration: Registration
    at_s: float


class HasConnectionState(Protocol):
    """A transport, of which only the connection state is needed."""

    @property
    def connected(self) -> bool: ...


PlaceCall = Callable[[Offer], Awaitable[AnsweredCall]]
"""Answers an offer, as `Engine.place` does for its owner."""

Renegotiate = Callable[[str, Party, str], Awaitable[str]]
"""Answers a later offer of a call's connection: call, party, SDP."""


@dataclass(frozen=True, slots=True)
class PeerWish:
    """An offer of `party` for the connection `pc_id`; with `restart` for a new one in its call."""

    party: Party
    offer: Offer
    pc_id: str = ""
    restart: bool = False


class Peers:
    """The named connections and announced sessions of this process; one per process.

    Old names of a call's connections stay valid.
    """

    def __init__(self, renegotiate: Renegotiate) -> None:
        self._renegotiate = renegotiate
        self._calls: OrderedDict[str, tuple[Party, str]] = OrderedDict()
        self._names: dict[str, str] = {}
        self._started: OrderedDict[str, _AnnouncedSession] = OrderedDict()
        self._replacements: set[str] = set()
        """The names of connections that take the place of an earlier one of their call."""

    # -- sessions that were announced -------------------------------------------------------

    def start(self, by: Principal, origin: str, wish: StartWish) -> str:
        """Announces a session; returns the id for its offer, to be sent within STARTED_S.

        The offer must come from the same `origin` and principal. Only `wish` is kept, in memory,
        until the principal `by` is no longer valid.
        """
        session_id = named(secrets.token_urlsafe(ID_BYTES))
        registration = endings.current().register(by, lambda: self._forget(session_id))
        self._started[session_id] = _AnnouncedSession(
            by, origin, wish, registration, time.monotonic()
        )
        self._forget_old()
        return session_id

    def started(self, session_id: str, by: Principal, origin: str) -> StartWish:
        """Returns the `wish` of an announced session; raises UnknownCallError for any other."""
        self._forget_old()
        found = self._started.get(session_id)
        if found is None or found.by.credential != by.credential or found.origin != origin:
            raise UnknownCallError(
                "You have no such session, or it was started more than a minute ago. "
                "Send /start again."
            )
        return found.wish

    def _forget_old(self) -> None:
        oldest_s = time.monotonic() - STARTED_S
        for session_id, found in list(self._started.items()):
            if found.at_s > oldest_s and len(self._started) <= MOST_STARTED:
                return  # they are ordered by age
            self._forget(session_id)

    def _forget(self, session_id: str) -> None:
        found = self._started.pop(session_id, None)
        if found is not None:
            endings.current().release(found.registration)

    # -- connections -------------------------------------------------------------------------

    async def offer(self, wish: PeerWish, place: PlaceCall) -> PeerAnswer:
        """Returns the answer of a new call, or of the call that `pc_id` belongs to.

        An unknown name starts a new call, as this process may have been restarted. Raises
        UnknownCallError (not retryable) for a call that has ended or is another's, and what
        `place` raises.
        """
        party, pc_id = wish.party, wish.pc_id
        if not self.knows(pc_id):
            placed = await place(wish.offer)
            return PeerAnswer(placed.sdp, self._name(party, placed.call_id))
        call_id = self.call_of(pc_id, party)
        if not wish.restart:
            return PeerAnswer(await self._renegotiate(call_id, party, wish.offer.sdp), pc_id)
        placed = await place(replace(wish.offer, call_id=call_id))
        return PeerAnswer(placed.sdp, self._name(party, call_id, replaces=True))

    def knows(self, pc_id: str) -> bool:
        """Returns whether this process has given that name to a connection."""
        return pc_id in self._calls

    def call_of(self, pc_id: str, party: Party) -> str:
        """Returns the id of the call that `pc_id` belongs to; raises UnknownCallError."""
        known = self._calls.get(pc_id)
        if known is None or known[0] != party:
            raise UnknownCallError("You have no such connection.")
        return known[1]

    async def settled(self, pc_id: str, transport: HasConnectionState) -> None:
        """Returns when a connection that replaced another is up, or after SETTLE_S.

        Pipecat's client closes the old connection as soon as its candidates were accepted, and
        then drops the new one's track, too, unless a packet of it has arrived before.
        """
        if pc_id not in self._replacements:
            return
        deadline_s = time.monotonic() + SETTLE_S
        while time.monotonic() < deadline_s:
            if transport.connected:
                break
            await asyncio.sleep(SETTLE_STEP_S)
        await asyncio.sleep(AHEAD_S)
        self._replacements.discard(pc_id)

    def _name(self, party: Party, call_id: str, *, replaces: bool = False) -> str:
        """Returns the name of the call's newest connection; a new one where it `replaces` one."""
        if replaces or call_id not in self._names:
            pc_id = named(secrets.token_urlsafe(ID_BYTES))
            if replaces:
                self._replacements.discard(self._names.get(call_id, ""))
                self._replacements.add(pc_id)
            self._names[call_id] = pc_id
            self._calls[pc_id] = (party, call_id)
            for gone in _shorten(self._calls):
                self._replacements.discard(self._names.pop(gone[1], ""))
        return self._names[call_id]


def _shorten(kept: "OrderedDict[str, Any]") -> list[Any]:
    gone = []
    while len(kept) > MOST_KEPT:
        gone.append(kept.popitem(last=False)[1])
    return gone
