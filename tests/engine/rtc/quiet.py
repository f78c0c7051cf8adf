"""Waiting for a client to be silent."""

import asyncio
import time

from sessions_app.engine.core.transport import Transport

LIMIT_S = 10


async def until_silent(transport: Transport, to_ms: float = 0.0) -> float:
    """Returns up to where on the call clock a client sent nothing, once that is after `to_ms`."""
    async with asyncio.timeout(LIMIT_S):
        silent_until_ms = transport.silent_until_ms
        while (silent_ms := silent_until_ms(time.monotonic())) is None or silent_ms < to_ms:  # noqa: ASYNC110 - it is asked, and tells nobody
            await asyncio.sleep(0.01)
    return silent_ms
