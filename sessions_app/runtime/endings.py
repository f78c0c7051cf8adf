"""Ends what somebody has open once they may no longer use it: they signed out, or their account,
token or ticket was revoked.

Everything in this process that depends on a principal is registered here: calls, sockets, watchers
of live calls, announced sessions. All of it is checked together, with a handful of queries.
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
"""Between two checks. Higher lets a revoked token live longer; lower queries the database more.

With LAST_WORDS of a ticket everything has ended well within ten seconds.
"""

ASK_S = 10.0
"""A query that hangs, as on a network that drops packets, is abandoned after this and repeated.

Lower abandons slow queries; higher keeps revoked principals for longer.
"""

LOCK_S, STATEMENT_S = 0.6, 8.0
"""The database's own time-outs, lower than ASK_S, so that threads do not hang without end."""

_threads = ThreadPoolExecutor(3, "voice-endings")
"""Threads of its own: queries that hang must not block those of others."""

Watch = tuple[int, str]
"""A user's id, and the public id of the call that they watch."""


@dataclass(slots=True)
class Registration:
    """Something that depends on a principal; `end` is called once they may no longer use it."""

    number: int
    credential: Credential
    watch: Watch | None
    end: Callable[[], object]


class Endings:
    """The registrations of this process; one per process, used on its event loop."""

    def __init__(self) -> None:
        self._registrations: dict[int, Registration] = {}
        self._numbers = itertools.count(1)
        self._checking: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        return len(self._registrations)

    def register(
        self, by: Principal, end: Callable[[], object], *, watches: str = ""
    ) -> Registration:
        """Calls `end` once `by` is no longer valid. `release` the result if it ends by itself.

        With `watches`, the public id of a call, also once the user may no longer see that call.
        """
        watch = (by.user_id, watches) if watches else None
        registration = Registration(next(self._numbers), by.credential, watch, end)
        self._registrations[registration.number] = registration
        if self._checking is None:
            self._checking = asyncio.create_task(self._check_often())
        return registration

    def release(self, registration: Registration | None) -> None:
        """Forgets a registration; may be called twice, and with None."""
        if registration is not None:
            self._registrations.pop(registration.number, None)

    async def check(self) -> None:
        """Ends everything whose principal is no longer valid. Raises TimeoutError after ASK_S."""
        registrations = list(self._registrations.values())
        credentials = {one.credential for one in registrations}
        watches = {one.watch for one in registrations if one.watch is not None}
        async with asyncio.timeout(ASK_S):
            valid, visible = await _query(credentials, watches)
        for registration in registrations:
            can_watch = registration.watch is None or registration.watch in visible
            if registration.credential in valid and can_watch:
                continue
            if self._registrations.pop(registration.number, None) is not None:
                self._end(registration)

    def _end(self, registration: Registration) -> None:
        try:
            registration.end()
        except Exception as error:  # noqa: BLE001 - one that breaks must not keep the others
            logger.error("something of a revoked principal did not end: %s", traced(error))

    async def _check_often(self) -> None:
        while True:
            await asyncio.sleep(CHECK_S)
            if not self._registrations:
                continue
            try:
                await self.check()
            except Exception as error:  # noqa: BLE001 - a database that is away comes back
                logger.error("principals could not be checked: %s", traced(error))

    async def aclose(self) -> None:
        """Stops checking; may be called twice."""
        task, self._checking = self._checking, None
        if task is not None:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


async def _query(
    credentials: set[Credential], watches: set[Watch]
) -> tuple[set[Credential], set[Watch]]:
    """Returns which of the credentials are valid, and which of the watches are allowed."""

    def query() -> tuple[set[Credential], set[Watch]]:
        database.connect(LOCK_S, STATEMENT_S)
        visible = authentication.watchable(watches) if watches else set()
        return authentication.still_valid(credentials), visible

    # threads of its own: queries of sockets must not wait for this one
    querying = database_sync_to_async(query, thread_sensitive=False, executor=_threads)
    return await querying()  # type: ignore[no-any-return]


_endings: Endings | None = None


def current() -> Endings:
    """Returns this process's instance; creates it at the first call."""
    global _endings  # noqa: PLW0603 - one a process is the point
    if _endings is None:
        _endings = Endings()
    return _endings


async def drain() -> None:
    """Stops the checks of this process, if there are any."""
    global _endings
    if _endings is not None:
        ended, _endings = _endings, None
        await ended.aclose()
