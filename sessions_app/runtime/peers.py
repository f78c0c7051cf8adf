"""Which peer connection belongs to which call, for clients that name connections and not calls."""

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
from sessions_app.runtime.endings import Hold
from sessions_app.runtime.media_processes import named
from sessions_app.services.authentication import Principal

ID_BYTES = 16
MOST_KEPT = 5_000
"""Names of connections that are known; the oldest are forgotten."""

STARTED_S = 60.0
"""How long a session that `/start` announced waits for its offer."""

MOST_STARTED = 1_000
"""Announced sessions that wait at once; of more the oldest are forgotten."""

SETTLE_S = 1.5
"""How long a connection that was made anew is waited for."""

SETTLE_STEP_S = 0.02
AHEAD_S = 0.1
"""A connection's first packet comes this much before the answer to its candidates."""


@dataclass(frozen=True, slots=True)
class PeerAnswer:
    """An answer, and the name of the connection that gave it."""

    sdp: str
    pc_id: str


@dataclass(frozen=True, slots=True)
class _Started:
    by: Principal
    origin: str
    wish: StartWish
    hold: Hold
    at_s: float


class Connects(Protocol):
    """What carries a call's sound."""

    @property
    def connected(self) -> bool: ...


Place = Callable[[Offer], Awaitable[AnsweredCall]]
"""Answers an offer, as `Engine.place` does for its owner."""

Renegotiate = Callable[[str, Party, str], Awaitable[str]]
"""Answers a later offer of a call's connection: call, party, SDP."""


@dataclass(frozen=True, slots=True)
class PeerWish:
    """An offer of `party` for the connection `pc_id`, or for a new one of its call."""

    party: Party
    offer: Offer
    pc_id: str = ""
    restart: bool = False


class Peers:
    """Names connections; one a process. Old names of a call go on meaning it."""

    def __init__(self, renegotiate: Renegotiate) -> None:
        self._renegotiate = renegotiate
        self._calls: OrderedDict[str, tuple[Party, str]] = OrderedDict()
        self._names: dict[str, str] = {}
        self._started: OrderedDict[str, _Started] = OrderedDict()
        self._anew: set[str] = set()

    # -- sessions that were announced -------------------------------------------------------

    def start(self, by: Principal, origin: str, wish: StartWish) -> str:
        """Returns the id under which the offer is to come, from the same page, within a minute.

        Nothing is stored, and of what the client told only `wish` is kept. It ends with `by`.
        """
        session_id = named(secrets.token_urlsafe(ID_BYTES))
        hold = endings.current().hold(by, lambda: self._forget(session_id))
        self._started[session_id] = _Started(by, origin, wish, hold, time.monotonic())
        self._forget_old()
        return session_id

    def started(self, session_id: str, by: Principal, origin: str) -> StartWish:
        """Returns what was told to `start`; raises UnknownCallError for another's, or none."""
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
                return  # they are in the order in which they came
            self._forget(session_id)

    def _forget(self, session_id: str) -> None:
        found = self._started.pop(session_id, None)
        if found is not None:
            endings.current().release(found.hold)

    # -- connections -------------------------------------------------------------------------

    async def offer(self, wish: PeerWish, place: Place) -> PeerAnswer:
        """Returns the answer of a new call, or of the call whose connection `pc_id` is.

        A name that was never given means a new call: this process may have been started
        anew. Raises UnknownCallError for a call that is over or another's, and what
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
        return PeerAnswer(placed.sdp, self._name(party, call_id, anew=True))

    def knows(self, pc_id: str) -> bool:
        """Returns whether that name was given to a connection here."""
        return pc_id in self._calls

    def call_of(self, pc_id: str, party: Party) -> str:
        """Returns the call whose connection `pc_id` is or was; raises UnknownCallError."""
        known = self._calls.get(pc_id)
        if known is None or known[0] != party:
            raise UnknownCallError("You have no such connection.")
        return known[1]

    async def settled(self, pc_id: str, transport: Connects) -> None:
        """Returns when a connection that was made anew is up, or after a second and a half.

        Pipecat's client closes the old connection as soon as its candidates were taken, and
        then forgets the new one's track, too, unless a packet of it came before.
        """
        if pc_id not in self._anew:
            return
        deadline_s = time.monotonic() + SETTLE_S
        while time.monotonic() < deadline_s:
            if transport.connected:
                break
            await asyncio.sleep(SETTLE_STEP_S)
        await asyncio.sleep(AHEAD_S)
        self._anew.discard(pc_id)

    def _name(self, party: Party, call_id: str, *, anew: bool = False) -> str:
        """Returns the call's newest name: a retried offer gets the one it had."""
        if anew or call_id not in self._names:
            pc_id = named(secrets.token_urlsafe(ID_BYTES))
            if anew:
                self._anew.discard(self._names.get(call_id, ""))
                self._anew.add(pc_id)
            self._names[call_id] = pc_id
            self._calls[pc_id] = (party, call_id)
            for gone in _shorten(self._calls):
                self._anew.discard(self._names.pop(gone[1], ""))
        return self._names[call_id]


def _shorten(kept: "OrderedDict[str, Any]") -> list[Any]:
    gone = []
    while len(kept) > MOST_KEPT:
        gone.append(kept.popitem(last=False)[1])
    return gone
