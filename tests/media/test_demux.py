"""Containers taken apart while they are still being recorded, in processes of their own."""

import asyncio
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from sessions_app.core.audio import SPEECH_RATE, Samples
from sessions_app.core.errors import MediaError
from sessions_app.media.demux import Demuxers, DemuxStream
from tests.media.containers import KINDS, recorded, tone


@pytest.fixture
def demuxers() -> Iterator[Demuxers]:
    made = Demuxers()
    yield made
    mother = made.pid
    made.close()
    assert mother is None or not Path(f"/proc/{mother}").exists()


async def heard(stream: DemuxStream) -> Samples:
    parts = [np.zeros(0, np.int16)]
    async with asyncio.timeout(20):
        parts += [samples async for samples in stream.audio()]
    return np.concatenate(parts)


@pytest.mark.parametrize("kind", KINDS)
async def test_what_browsers_record_is_heard_whole(demuxers: Demuxers, kind: str) -> None:
    stream = await demuxers.open(kind.partition(" ")[0])
    data = recorded(kind, tone(2.0))
    for start in range(0, len(data), 1000):
        stream.feed(data[start : start + 1000])
        await stream.room()
    stream.finish()
    samples = await heard(stream)
    stream.close()
    assert abs(len(samples) - 2 * SPEECH_RATE) < 0.05 * SPEECH_RATE
    assert np.abs(samples[SPEECH_RATE // 2 : SPEECH_RATE]).max() > 6_000


@pytest.mark.parametrize("kind", KINDS)
async def test_it_is_heard_while_it_is_recorded(demuxers: Demuxers, kind: str) -> None:
    stream = await demuxers.open(kind.partition(" ")[0])
    data = recorded(kind, tone(2.0))
    stream.feed(data[: len(data) // 2])
    async with asyncio.timeout(20):
        first = await anext(aiter(stream.audio()))
    stream.close()
    assert len(first)


@pytest.mark.parametrize("name", ["webm", "mp4", "ogg"])
async def test_what_is_no_container_is_told(demuxers: Demuxers, name: str) -> None:
    stream = await demuxers.open(name)
    stream.feed(b"#EXTM3U\nfile:///etc/passwd\n" * 400)
    stream.finish()
    with pytest.raises(MediaError, match="could not be decoded"):
        await heard(stream)
    stream.close()


async def test_an_unknown_container_is_told(demuxers: Demuxers) -> None:
    with pytest.raises(MediaError, match="webm, mp4, ogg"):
        await demuxers.open("avi")


async def test_a_decoder_that_dies_is_told_and_others_go_on(demuxers: Demuxers) -> None:
    first = await demuxers.open("webm")
    mother = demuxers.pid
    assert mother is not None
    os.kill(mother, signal.SIGKILL)
    await asyncio.to_thread(os.waitid, os.P_PID, mother, os.WEXITED | os.WNOWAIT)
    second = await demuxers.open("ogg")
    second.feed(recorded("ogg", tone(0.5)))
    second.finish()
    assert len(await heard(second)) > 0.4 * SPEECH_RATE
    first.close()
    second.close()
