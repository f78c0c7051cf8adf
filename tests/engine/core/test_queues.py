import asyncio

import pytest

from sessions_app.engine.core.frames import AudioFrame, silence
from sessions_app.engine.core.queues import BoundedFrames, Outbox


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


async def test_who_takes_each_gets_what_is_held_and_then_each_at_once() -> None:
    frames, taken = BoundedFrames(), list[float]()
    frames.put(frame(0))
    reading = asyncio.create_task(frames.consume(lambda one: taken.append(one.start_ms)))
    await asyncio.sleep(0)
    frames.put(frame(1))
    assert taken == [0.0, 20.0]
    assert len(frames) == 0
    frames.close()
    frames.put(frame(2))
    await asyncio.wait_for(reading, 1)
    assert taken == [0.0, 20.0]


async def test_a_fault_of_who_takes_is_not_that_of_who_brings() -> None:
    frames = BoundedFrames(limit_ms=100)

    def broken(_frame: AudioFrame) -> None:
        raise RuntimeError("full")

    reading = asyncio.create_task(frames.consume(broken))
    await asyncio.sleep(0)
    for index in range(8):
        frames.put(frame(index))
    with pytest.raises(RuntimeError, match="full"):
        await asyncio.wait_for(reading, 1)
    assert frames.dropped_ms > 0


async def test_a_reader_that_gave_up_is_given_nothing_more() -> None:
    frames, taken = BoundedFrames(), list[float]()
    reading = asyncio.create_task(frames.consume(lambda one: taken.append(one.start_ms)))
    await asyncio.sleep(0)
    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)
    frames.put(frame(0))
    assert taken == []
    assert len(frames) == 1


async def test_what_is_put_is_got_in_order_now_or_later() -> None:
    outbox = Outbox[int]()
    outbox.put(1)
    outbox.put(2)
    assert [await outbox.get(), await outbox.get()] == [1, 2]
    later = asyncio.create_task(outbox.get())
    await asyncio.sleep(0)
    outbox.put(3)
    outbox.put(4)
    assert [await later, await outbox.get()] == [3, 4]


async def test_who_stops_waiting_loses_nothing() -> None:
    outbox = Outbox[int]()
    gone = asyncio.create_task(outbox.get())
    await asyncio.sleep(0)
    outbox.put(1)
    gone.cancel()
    await asyncio.gather(gone, return_exceptions=True)
    assert await outbox.get() == 1


async def test_a_slow_reader_loses_the_oldest_audio_and_it_is_counted() -> None:
    frames = BoundedFrames(limit_ms=100)
    for index in range(8):
        frames.put(frame(index))
    frames.close()
    assert [f.start_ms async for f in frames] == [60.0, 80.0, 100.0, 120.0, 140.0]
    assert frames.dropped_ms == 60.0
