"""Whether callers may go on, for calls that no socket watches over."""

import logging
from collections.abc import Awaitable, Callable, Iterable

from sessions_app.calls.session import CallSession
from sessions_app.core.states import EndReason

logger = logging.getLogger(__name__)

Allowed = Callable[[], Awaitable[bool]]


class Guards:
    """Asks now and then; one a process."""

    def __init__(self) -> None:
        self._asked: dict[str, Allowed] = {}

    def add(self, call_id: str, allowed: Allowed) -> None:
        """Has `allowed` asked from now on, for as long as the call lives."""
        self._asked[call_id] = allowed

    async def check(self, sessions: Iterable[CallSession]) -> None:
        """Ends calls whose callers signed out, or were shut out; forgets those that are over."""
        live = {session.call_id: session for session in sessions}
        self._asked = {key: asked for key, asked in self._asked.items() if key in live}
        for call_id, allowed in list(self._asked.items()):
            try:
                if not await allowed():
                    live[call_id].end_soon(EndReason.SIGNED_OUT)
            except Exception:
                logger.exception("call %s: its caller could not be checked", call_id)
