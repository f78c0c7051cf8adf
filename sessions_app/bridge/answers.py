"""What offers were answered with, so that the same offer again is the same call."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from sessions_app.bridge.placing import offer_key
from sessions_app.core.commands import Offer
from sessions_app.core.party import Party
from sessions_app.services.authentication import Principal

MOST_OF_A_CALL = 8
"""Answers kept of one call, which gets another with each new connection: the newest."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A call that was answered: its id and the answer's SDP."""

    call_id: str
    sdp: str


Place = Callable[[Principal, Offer, str], Coroutine[Any, Any, Placed]]
"""Answers somebody's offer, which has this key."""


class Answers:
    """One a process, on its event loop. `lives` tells whether a call goes on."""

    def __init__(self, place: Place, lives: Callable[[str], bool]) -> None:
        self._place = place
        self._lives = lives
        self._tasks: dict[str, asyncio.Task[Placed]] = {}

    def __len__(self) -> int:
        return len(self._tasks)

    async def answer(self, by: Principal, offer: Offer) -> Placed:
        """Returns the answer to an offer, or the one it had; raises what placing raises."""
        key = offer_key(offer.sdp)
        name = _name(by.party, key)
        task = self._tasks.get(name) if key else None
        if task is not None and self._is_over(task):
            task = None
        if task is None:
            task = asyncio.create_task(self._place(by, offer, key))
            self._tasks[name] = task
            task.add_done_callback(lambda done: self._answered(name, done))
        return await asyncio.shield(task)

    def call_of(self, party: Party, offer: Offer) -> str:
        """Returns the live call that this offer started or goes on with, or an empty text."""
        task = self._tasks.get(_name(party, offer_key(offer.sdp)))
        started = task is not None and task.done() and not task.cancelled()
        return task.result().call_id if task is not None and started else offer.call_id

    def forget(self, call_id: str) -> None:
        """Forgets the answers of a call that is over."""
        for name in self._of(call_id):
            self._tasks.pop(name)

    def _answered(self, name: str, task: "asyncio.Task[Placed]") -> None:
        """Forgets an answer that failed; the newest that stand are kept while their call lives."""
        if task.cancelled() or task.exception() is not None:
            self._tasks.pop(name, None)
            return
        for old in self._of(task.result().call_id)[:-MOST_OF_A_CALL]:
            self._tasks.pop(old)

    def _of(self, call_id: str) -> list[str]:
        """Returns the names of a call's answers, the oldest first."""
        return [name for name, task in self._tasks.items() if _is_of(task, call_id)]

    def _is_over(self, task: "asyncio.Task[Placed]") -> bool:
        """Returns whether the call that was answered has ended since."""
        if not task.done() or task.cancelled():
            return False
        return not self._lives(task.result().call_id)


def _name(party: Party, key: str) -> str:
    return f"{party.key}:{key}"


def _is_of(task: "asyncio.Task[Placed]", call_id: str) -> bool:
    stands = task.done() and not task.cancelled() and task.exception() is None
    return stands and task.result().call_id == call_id
