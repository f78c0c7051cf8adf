import asyncio

from sessions_app.core.audio import AudioFrame, silence
from sessions_app.core.queues import BoundedFrames


def frame(index: int) -> AudioFrame:
    return silence(20, 20.0 * index)


async def test_frames_come_out_in_order_and_end_after_close() -> None:
    frames = BoundedFrames()
    for index in range(3):
        frames.put(frame(index))
    frames.close()
    frames.put(frame(9))
    assert [f.start_ms async for f in frames] == [0.0, 20.0, 40.0]


async def test_a_reader_waits_for_frames_that_come_later() -> None:
    frames = BoundedFrames()

    async def read() -> list[float]:
        return [f.start_ms async for f in frames]

    reading = asyncio.create_task(read())
    await asyncio.sleep(0)
    frames.put(frame(0))
    await asyncio.sleep(0)
    frames.put(frame(1))
    frames.close()
    assert await asyncio.wait_for(reading, 1) == [0.0, 20.0]


async def test_a_slow_reader_loses_the_oldest_audio_and_it_is_counted() -> None:
    frames = BoundedFrames(limit_ms=100)
    for index in range(8):
        frames.put(frame(index))
    frames.close()
    assert [f.start_ms async for f in frames] == [60.0, 80.0, 100.0, 120.0, 140.0]
    assert frames.dropped_ms == 60.0
