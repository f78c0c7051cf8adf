"""Remembers answered offers: the same one again gets the same call, a changed one changes it.

A connection is known by its DTLS fingerprint and ICE user fragment (`offer_key`), or where its
client made new ones by the session that its offers are of (`rtc.sdp.origins`). What else an
offer says is what its client wants from then on.
"""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from sessions_app.engine.core.commands import Offer
from sessions_app.engine.core.party import Party
from sessions_app.engine.rtc.sdp.origins import Origin, origin_of
from sessions_app.runtime.call_factory import offer_key, offer_keys
from sessions_app.services.authentication import Principal

MOST_OF_A_CALL = 8
"""Answers kept of one call, which gets another with each new connection: the newest."""


@dataclass(frozen=True, slots=True)
class AnsweredCall:
    """A call that was answered: its id and the answer's SDP."""

    call_id: str
    sdp: str


Place = Callable[[Principal, Offer, str], Coroutine[Any, Any, AnsweredCall]]
"""Answers somebody's offer, which has this key."""

Change = Callable[[str, Party, str], Coroutine[Any, Any, str]]
"""Answers a later offer of the connection that a call has: call, party, SDP."""


@dataclass(slots=True)
class _Answered:
    """The answer to a connection's first offer, which placed the call, and to its newest."""

    first: "asyncio.Task[AnsweredCall]"
    newest: "asyncio.Task[AnsweredCall]"
    sdp: str
    origin: Origin | None


class AnsweredOffers:
    """One a process, on its event loop. `lives` tells whether a call goes on."""

    def __init__(self, place: Place, change: Change, lives: Callable[[str], bool]) -> None:
        self._place = place
        self._change = change
        self._lives = lives
        self._known: dict[str, _Answered] = {}

    def __len__(self) -> int:
        return len(self._known)

    async def answer(self, by: Principal, offer: Offer) -> AnsweredCall:
        """Returns the answer to an offer, or the one it had; raises what answering raises."""
        known = self._find(by.party, offer)
        if known is None or self._is_over(known.first):
            key = offer_key(offer.sdp)
            name = _name(by.party, key)
            task = asyncio.create_task(self._place(by, offer, key))
            self._known[name] = known = _Answered(task, task, offer.sdp, origin_of(offer.sdp))
            task.add_done_callback(lambda done: self._placed(name, done))
        elif known.sdp != offer.sdp:
            self._answer_change(known, by.party, offer.sdp)
        return await asyncio.shield(known.newest)

    def _answer_change(self, known: _Answered, party: Party, sdp: str) -> None:
        """Has a changed offer answered, by whose keys its connection is known from then on."""
        changing = self._changed(known, known.newest, party, sdp)
        known.newest, known.sdp = asyncio.create_task(changing), sdp
        known.newest.add_done_callback(_failed)  # so that it counts as known
        known.origin = origin_of(sdp)
        for key in offer_keys(sdp):
            self._known.setdefault(_name(party, key), known)

    def _find(self, party: Party, offer: Offer) -> _Answered | None:
        """Returns the connection that an offer is of.

        One that names a call may go over another connection: it needs the very credentials.
        """
        names = (_name(party, key) for key in offer_keys(offer.sdp))
        found = next((self._known[name] for name in names if name in self._known), None)
        return found if found is not None or offer.call_id else self._earlier(party, offer.sdp)

    def _earlier(self, party: Party, sdp: str) -> _Answered | None:
        """Returns the party's newest connection whose session goes on with this offer."""
        origin = origin_of(sdp)
        if origin is None:
            return None
        of_party = (
            self._known[name] for name in reversed(self._known) if _is_of_party(name, party)
        )
        return next((known for known in of_party if origin.follows(known.origin)), None)

    async def _changed(
        self, known: _Answered, before: "asyncio.Task[AnsweredCall]", party: Party, sdp: str
    ) -> AnsweredCall:
        """Answers a changed offer after those before it, which a failure leaves as they were."""
        await asyncio.wait([before])
        try:
            call_id = (await asyncio.shield(known.first)).call_id
            return AnsweredCall(call_id, await self._change(call_id, party, sdp))
        except Exception:
            if known.sdp == sdp:
                known.sdp = ""  # the same again is not answered with this failure
            raise

    def call_of(self, party: Party, offer: Offer) -> str:
        """Returns the live call that this offer started or goes on with, or an empty text."""
        known = self._find(party, offer)
        task = known.first if known is not None else None
        started = task is not None and task.done() and not self._is_over(task)
        return task.result().call_id if task is not None and started else offer.call_id

    def forget(self, call_id: str) -> None:
        """Forgets the answers of a call that is over."""
        for name in self._of(call_id):
            self._known.pop(name)

    def _placed(self, name: str, task: "asyncio.Task[AnsweredCall]") -> None:
        """Forgets an answer that failed; the newest that stand are kept while their call lives."""
        if _failed(task):
            if name in self._known and self._known[name].first is task:
                self._known.pop(name)
            return
        for old in self._of(task.result().call_id)[:-MOST_OF_A_CALL]:
            self._known.pop(old)

    def _of(self, call_id: str) -> list[str]:
        """Returns the names of a call's answers, the oldest first."""
        return [name for name, known in self._known.items() if _is_of(known.first, call_id)]

    def _is_over(self, task: "asyncio.Task[AnsweredCall]") -> bool:
        """Returns whether there is no call of it, or none any more."""
        return task.done() and (_failed(task) or not self._lives(task.result().call_id))


def _name(party: Party, key: str) -> str:
    return f"{party.key}:{key}"


def _is_of_party(name: str, party: Party) -> bool:
    return name.startswith(_name(party, ""))


def _is_of(task: "asyncio.Task[AnsweredCall]", call_id: str) -> bool:
    return task.done() and not _failed(task) and task.result().call_id == call_id


def _failed(task: "asyncio.Task[AnsweredCall]") -> bool:
    """Returns whether a task that is done gave no answer."""
    return task.cancelled() or task.exception() is not None
