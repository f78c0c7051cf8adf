"""A connection's gathering of ICE candidates, which ends before the connection does."""

import asyncio
import functools
from collections.abc import Callable
from typing import Any

GATHER_S = 0.5
"""How long STUN and TURN servers may take before the answer goes out without them."""


class IceGathering:
    """What gathers for one connection; on one event loop.

    aioice leaves its sockets open, and what asks STUN and TURN servers without anybody who takes
    its failure, where who waits for the candidates is cancelled. So nothing of it is cancelled.
    """

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[Any]] = set()

    def to_its_end(self, gather: Callable[..., Any]) -> Callable[..., Any]:
        """Returns what gathers for GATHER_S at most, whether or not who asks goes on waiting."""
        hasty = functools.partial(gather, timeout=GATHER_S)

        async def gathering(*args: Any, **kwargs: Any) -> Any:
            task = asyncio.ensure_future(hasty(*args, **kwargs))
            self._tasks.add(task)
            task.add_done_callback(self._done)
            return await asyncio.shield(task)

        return gathering

    async def over(self) -> None:
        """Returns once nothing gathers any more."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _done(self, task: "asyncio.Task[Any]") -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # is told to who waits for it, if anybody still does
