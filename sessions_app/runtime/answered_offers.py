"""Remembers answered offers: a repeated offer gets the same answer, a changed one renegotiates.

A connection is recognised by its DTLS fingerprint and ICE user fragment (`offer_key`), or, if its
client has changed those, by the session id of its offers (`rtc.sdp.origins`). Everything else in an
offer replaces what earlier ones said.
"""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from sessions_app.engine.core.commands import Offer
from sessions_app.engine.core.party import Party
from sessions_app.engine.rtc.sdp.origins import Origin, origin_of
from sessions_app.runtime.offer_keys import offer_key, offer_keys
from sessions_app.services.authentication import Principal

MAX_PER_CALL = 8
"""The newest answers that are kept of one call, which gets one with each new connection.

Lower forgets answers that a client may still ask for again; higher costs memory.
"""


@dataclass(frozen=True, slots=True)
class AnsweredCall:
    """The id of a call and the SDP of its answer."""

    call_id: str
    sdp: str


AnswerOffer = Callable[[Principal, Offer, str], Coroutine[Any, Any, AnsweredCall]]
"""Answers an offer that starts or moves a call; the last argument is its `offer_key`."""

AnswerLaterOffer = Callable[[str, Party, str], Coroutine[Any, Any, str]]
"""Answers a later offer of a call's connection: call id, party, SDP."""


@dataclass(slots=True)
class _AnsweredConnection:
    """The answers to a connection's first offer, which started the call, and to its newest."""

    first: "asyncio.Task[AnsweredCall]"
    newest: "asyncio.Task[AnsweredCall]"
    sdp: str
    origin: Origin | None


class AnsweredOffers:
    """The answered offers of this process; one per process, used on its event loop.

    `lives` returns whether the call with this id is live.
    """

    def __init__(
        self, place: AnswerOffer, change: AnswerLaterOffer, lives: Callable[[str], bool]
    ) -> None:
        self._place = place
        self._change = change
        self._lives = lives
        self._known: dict[str, _AnsweredConnection] = {}

    def __len__(self) -> int:
        return len(self._known)

    async def answer(self, by: Principal, offer: Offer) -> AnsweredCall:
        """Returns the answer to an offer, or the one that it got before; raises as `place` does."""
        known = self._find(by.party, offer)
        if known is None or self._is_over(known.first):
            key = offer_key(offer.sdp)
            name = _name(by.party, key)
            task = asyncio.create_task(self._place(by, offer, key))
            self._known[name] = known = _AnsweredConnection(
                task, task, offer.sdp, origin_of(offer.sdp)
            )
            task.add_done_callback(lambda done: self._placed(name, done))
        elif known.sdp != offer.sdp:
            self._answer_change(known, by.party, offer.sdp)
        return await asyncio.shield(known.newest)

    def _answer_change(self, known: _AnsweredConnection, party: Party, sdp: str) -> None:
        """Starts to answer a changed offer; its keys identify the connection from now on."""
        changing = self._changed(known, known.newest, party, sdp)
        known.newest, known.sdp = asyncio.create_task(changing), sdp
        known.newest.add_done_callback(_failed)  # so that it counts as known
        known.origin = origin_of(sdp)
        for key in offer_keys(sdp):
            self._known.setdefault(_name(party, key), known)

    def _find(self, party: Party, offer: Offer) -> _AnsweredConnection | None:
        """Returns the connection that an offer belongs to.

        An offer that names a call may be of another connection: only the same credentials count.
        """
        names = (_name(party, key) for key in offer_keys(offer.sdp))
        found = next((self._known[name] for name in names if name in self._known), None)
        return found if found is not None or offer.call_id else self._earlier(party, offer.sdp)

    def _earlier(self, party: Party, sdp: str) -> _AnsweredConnection | None:
        """Returns the party's newest connection that this offer is a later one of."""
        origin = origin_of(sdp)
        if origin is None:
            return None
        of_party = (
            self._known[name] for name in reversed(self._known) if _is_of_party(name, party)
        )
        return next((known for known in of_party if origin.follows(known.origin)), None)

    async def _changed(
        self,
        known: _AnsweredConnection,
        before: "asyncio.Task[AnsweredCall]",
        party: Party,
        sdp: str,
    ) -> AnsweredCall:
        """Answers a changed offer after all earlier ones, which a failure does not affect."""
        await asyncio.wait([before])
        try:
            call_id = (await asyncio.shield(known.first)).call_id
            return AnsweredCall(call_id, await self._change(call_id, party, sdp))
        except Exception:
            if known.sdp == sdp:
                known.sdp = ""  # the same offer again gets a new answer
            raise

    def call_of(self, party: Party, offer: Offer) -> str:
        """Returns the id of the live call that this offer started or moved; empty for none."""
        known = self._find(party, offer)
        task = known.first if known is not None else None
        started = task is not None and task.done() and not self._is_over(task)
        return task.result().call_id if task is not None and started else offer.call_id

    def forget(self, call_id: str) -> None:
        """Forgets the answers of a call that has ended."""
        for name in self._of(call_id):
            self._known.pop(name)

    def _placed(self, name: str, task: "asyncio.Task[AnsweredCall]") -> None:
        """Forgets an answer that failed, and all but the newest of a call's."""
        if _failed(task):
            if name in self._known and self._known[name].first is task:
                self._known.pop(name)
            return
        for old in self._of(task.result().call_id)[:-MAX_PER_CALL]:
            self._known.pop(old)

    def _of(self, call_id: str) -> list[str]:
        """Returns the keys of a call's answers, the oldest first."""
        return [name for name, known in self._known.items() if _is_of(known.first, call_id)]

    def _is_over(self, task: "asyncio.Task[AnsweredCall]") -> bool:
        """Returns whether the answer failed, or its call has ended."""
        return task.done() and (_failed(task) or not self._lives(task.result().call_id))


def _name(party: Party, key: str) -> str:
    return f"{party.key}:{key}"


def _is_of_party(name: str, party: Party) -> bool:
    return name.startswith(_name(party, ""))


def _is_of(task: "asyncio.Task[AnsweredCall]", call_id: str) -> bool:
    return task.done() and not _failed(task) and task.result().call_id == call_id


def _failed(task: "asyncio.Task[AnsweredCall]") -> bool:
    """Returns whether a finished task was cancelled or raised."""
    return task.cancelled() or task.exception() is not None
