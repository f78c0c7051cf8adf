"""Ends what somebody has open once they may not use it: they signed out, or lost their account,
token or ticket.

The one place that knows what depends on a principal in this process: calls, sockets, windows on
live calls, announced sessions. All of it is checked together, with a handful of queries however
much there is.
"""

import asyncio
import itertools
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from channels.db import database_sync_to_async

from sessions_app.engine.core.errors import traced
from sessions_app.services import authentication, database
from sessions_app.services.authentication import Credential, Principal

logger = logging.getLogger(__name__)

CHECK_S = 4.0
"""How often. Longer lets a revoked token go on for longer, shorter asks the database more.

With LAST_WORDS of a ticket everything has ended well within ten seconds.
"""

ASK_S = 10.0
"""A query that hangs (a network that swallows it) is given up after so long, and sent anew."""

LOCK_S, STATEMENT_S = 0.6, 8.0
"""The database gives up before ASK_S: else all threads would hang in the end."""

_threads = ThreadPoolExecutor(3, "voice-endings")
"""A few of its own: queries that hang must not take the threads of others."""

Watch = tuple[int, str]
"""A user, and the public id of the call that they watch."""


@dataclass(slots=True)
class Hold:
    """One thing that depends on a principal; `end` is called once, when they may not go on."""

    number: int
    credential: Credential
    watch: Watch | None
    end: Callable[[], object]


class Endings:
    """Holds everything that can end so; one a process, on its event loop."""

    def __init__(self) -> None:
        self._holds: dict[int, Hold] = {}
        self._numbers = itertools.count(1)
        self._checking: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        return len(self._holds)

    def hold(self, by: Principal, end: Callable[[], object], *, watches: str = "") -> Hold:
        """Has `end` called when `by` may not go on; `release` what has ended by itself.

        With `watches`, the public id of a call, also when the user may not see that call any
        more.
        """
        watch = (by.user_id, watches) if watches else None
        hold = Hold(next(self._numbers), by.credential, watch, end)
        self._holds[hold.number] = hold
        if self._checking is None:
            self._checking = asyncio.create_task(self._check_often())
        return hold

    def release(self, hold: Hold | None) -> None:
        """Forgets what has ended by itself; may be called twice, and with None."""
        if hold is not None:
            self._holds.pop(hold.number, None)

    async def check(self) -> None:
        """Ends what depends on principals who may not go on any more."""
        held = list(self._holds.values())
        asked = {hold.credential for hold in held}
        watches = {hold.watch for hold in held if hold.watch is not None}
        async with asyncio.timeout(ASK_S):
            stand, seen = await _ask(asked, watches)
        for hold in held:
            if hold.credential in stand and (hold.watch is None or hold.watch in seen):
                continue
            if self._holds.pop(hold.number, None) is not None:
                self._end(hold)

    def _end(self, hold: Hold) -> None:
        try:
            hold.end()
        except Exception as error:  # noqa: BLE001 - one that breaks must not keep the others
            logger.error("something of a principal did not end: %s", traced(error))

    async def _check_often(self) -> None:
        while True:
            await asyncio.sleep(CHECK_S)
            if not self._holds:
                continue
            try:
                await self.check()
            except Exception as error:  # noqa: BLE001 - a database that is away comes back
                logger.error("who may go on could not be checked: %s", traced(error))

    async def aclose(self) -> None:
        """Checks no more; may be called twice."""
        task, self._checking = self._checking, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def _ask(
    credentials: set[Credential], watches: set[Watch]
) -> tuple[set[Credential], set[Watch]]:
    def ask() -> tuple[set[Credential], set[Watch]]:
        database.connect(LOCK_S, STATEMENT_S)
        seen = authentication.watchable(watches) if watches else set()
        return authentication.standing(credentials), seen

    # threads of its own: what sockets wait for must not wait for this
    asking = database_sync_to_async(ask, thread_sensitive=False, executor=_threads)
    return await asking()  # type: ignore[no-any-return]


_endings: Endings | None = None


def current() -> Endings:
    """Returns this process's; makes it at the first call."""
    global _endings  # noqa: PLW0603 - one a process is the point
    if _endings is None:
        _endings = Endings()
    return _endings


async def drain() -> None:
    """Ends the checks; does nothing where there were none."""
    global _endings
    if _endings is not None:
        ended, _endings = _endings, None
        await ended.aclose()
