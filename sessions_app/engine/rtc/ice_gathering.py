"""ICE gathering with a time limit, and without cancellation halfway."""

import asyncio
import functools
from collections.abc import Callable
from typing import Any

GATHER_S = 0.5
"""How long STUN and TURN servers may take before the answer is sent without their candidates.

Lower leaves clients in strict networks without a relay; higher delays every answer while a server
is down.
"""


class IceGathering:
    """The ICE gathering of one connection. Used on one event loop.

    If the task that gathers were cancelled, aioice would leave sockets open, and its queries to
    STUN and TURN servers would fail with exceptions that nobody retrieves. So it never is.
    """

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    def uncancelled(self, gather: Callable[..., Any]) -> Callable[..., Any]:
        """Returns `gather` limited to GATHER_S, and shielded from cancellation of its caller."""
        limited = functools.partial(gather, timeout=GATHER_S)

        async def gathering(*args: Any, **kwargs: Any) -> Any:
            task = asyncio.ensure_future(limited(*args, **kwargs))
            self._tasks.add(task)
            task.add_done_callback(self._done)
            return await asyncio.shield(task)

        return gathering

    async def finished(self) -> None:
        """Returns once all gathering has ended."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _done(self, task: "asyncio.Task[Any]") -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # raised to the caller, if it still waits
