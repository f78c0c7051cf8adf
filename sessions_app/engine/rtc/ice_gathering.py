"""ICE gathering with a time limit, which is never cancelled halfway."""

import asyncio
import functools
from collections.abc import Callable
from typing import Any

GATHER_S = 0.5
"""How long STUN and TURN servers may take before the answer goes out without them.

Less leaves clients behind strict networks without a relay; more delays every answer while a server
is down.
"""


class IceGathering:
    """The gathering of one connection; on one event loop.

    Where the task that waits for candidates is cancelled, aioice leaves sockets open, and the tasks
    that ask STUN and TURN servers fail with nobody to take the error. So it is never cancelled.
    """

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    def uncancelled(self, gather: Callable[..., Any]) -> Callable[..., Any]:
        """Returns `gather` limited to GATHER_S, which goes on even if its caller is cancelled."""
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
