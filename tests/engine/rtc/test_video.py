"""The pictures of a call, over one connection and the next."""

import asyncio

import numpy as np
import pytest

from sessions_app.engine.core.video import VideoFormat
from sessions_app.engine.rtc.video import VideoLine
from sessions_app.engine.rtc.video_tracks import PicturesOut

LIMIT_S = 5
RED = np.zeros((48, 64, 3), np.uint8)
RED[:, :, 0] = 255


@pytest.fixture
def line() -> VideoLine:
    return VideoLine(VideoFormat(size=(32, 24), per_second=100))


async def brightness(line: VideoLine) -> int:
    track = line.out()
    async with asyncio.timeout(LIMIT_S):
        frame = await track.recv()
    track.stop()
    return int(frame.to_ndarray(format="rgb24").mean())


async def test_the_newest_picture_comes_as_it_is_wanted(line: VideoLine) -> None:
    assert line.latest is None
    camera = PicturesOut(RED, per_second=100)
    line.watch(camera)
    async with asyncio.timeout(LIMIT_S):
        async for picture in line.pictures():
            assert picture.shape == (24, 32, 3)
            break
    assert line.latest is not None
    camera.stop()
    await line.aclose()


async def test_what_is_shown_goes_on_over_the_next_connection(line: VideoLine) -> None:
    line.show(np.full_like(RED, 200))
    assert await brightness(line) == await brightness(line) == 200
    await line.aclose()


async def test_nothing_is_sent_before_something_is_shown(line: VideoLine) -> None:
    track = line.out()
    waiting = asyncio.create_task(track.recv())
    await asyncio.sleep(0)
    assert not waiting.done()
    line.animate((np.zeros_like(RED), np.full_like(RED, 100)), per_second=100)
    assert (await waiting).to_ndarray(format="rgb24").mean() < 2
    assert (await track.recv()).to_ndarray(format="rgb24").mean() > 90
    track.stop()
    await line.aclose()


async def test_the_end_of_the_call_ends_them(line: VideoLine) -> None:
    camera = PicturesOut(RED, per_second=100)
    line.watch(camera)

    async def seen() -> int:
        return len([1 async for _ in line.pictures()])

    looking = asyncio.create_task(seen())
    await asyncio.sleep(0)
    await line.aclose()
    async with asyncio.timeout(LIMIT_S):
        await looking
    camera.stop()
