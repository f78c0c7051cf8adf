"""What the streams of several engines share."""

import asyncio

import pytest

from sessions_app.engine.core.errors import RecogniserUnavailableError
from sessions_app.engine.core.frames import AudioFrame
from sessions_app.engine.stt.engines.streams import WorkingStream


class Faulty(WorkingStream):
    """Has a fault of its own."""

    async def _work(self) -> None:
        raise ValueError("no such thing as nothing")

    async def send(self, frame: AudioFrame) -> None: ...

    async def flush(self, *, cut: bool = False) -> None: ...

    async def finish(self) -> None: ...


async def test_a_fault_is_told_to_who_waits_for_results(caplog: pytest.LogCaptureFixture) -> None:
    stream = Faulty()
    async with asyncio.timeout(5):
        with pytest.raises(RecogniserUnavailableError):
            await anext(stream.results())
    await stream.aclose()
    assert "no such thing as nothing" in caplog.text
