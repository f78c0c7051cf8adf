"""What a client is told when the application closes its socket."""

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed


async def test_a_close_brings_its_reason_as_far_as_a_frame_holds_it(port: int) -> None:
    async with connect(f"ws://127.0.0.1:{port}/busy") as socket:
        with pytest.raises(ConnectionClosed):
            await socket.recv()
    assert socket.close_code == 4429
    reason = socket.close_reason or ""
    assert reason.startswith("Wait 20 seconds. \u00e9")
    assert 120 <= len(reason.encode()) <= 123
