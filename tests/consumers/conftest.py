"""Sockets leave nothing that runs to the tests of another event loop."""

from collections.abc import AsyncIterator

import pytest_asyncio

from sessions_app.runtime import endings


@pytest_asyncio.fixture(autouse=True)
async def own_endings() -> AsyncIterator[None]:
    yield
    await endings.drain()
