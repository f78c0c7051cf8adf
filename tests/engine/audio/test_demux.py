"""Containers taken apart while they are still being recorded, in processes of their own."""

import asyncio
import io
import os
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from fractions import Fraction
from typing import Any

import av
import numpy as np
import pytest

from sessions_app.engine.audio.demux import Demuxers, DemuxStream
from sessions_app.engine.audio.demux_worker import Timestamps
from sessions_app.engine.core.errors import MediaError
from sessions_app.engine.core.frames import SPEECH_RATE, Samples
from tests.engine.audio.containers import FRAME, KINDS, RATE, packets, recorded, tone, tracks


@pytest.fixture
async def demuxers() -> AsyncIterator[Demuxers]:
    made = Demuxers()
    yield made
    await asyncio.sleep(0)  # streams that were closed are gone then
    server = made.pid
    made.close()
    assert server is None or not await asyncio.to_thread(os.path.exists, f"/proc/{server}")


async def heard(stream: DemuxStream) -> Samples:
    parts = [np.zeros(0, np.int16)]
    async with asyncio.timeout(20):
        parts += [decoded.samples async for decoded in stream.audio() if decoded is not None]
    return np.concatenate(parts)


@pytest.mark.parametrize("kind", KINDS)
async def test_what_browsers_record_is_heard_whole(demuxers: Demuxers, kind: str) -> None:
    stream = await demuxers.open(kind.partition(" ")[0])
    data = recorded(kind, tone(2.0))
    for start in range(0, len(data), 1000):
        stream.feed(data[start : start + 1000])
        await stream.wait_for_space()
    stream.finish()
    samples = await heard(stream)
    stream.close()
    assert abs(len(samples) - 2 * SPEECH_RATE) < 0.05 * SPEECH_RATE
    assert np.abs(samples[SPEECH_RATE // 2 : SPEECH_RATE]).max() > 6_000


@pytest.mark.parametrize("offset_s", [0, 7])
@pytest.mark.parametrize("kind", KINDS)
async def test_nothing_is_lost_to_the_sample(demuxers: Demuxers, kind: str, offset_s: int) -> None:
    """A client that comes back begins a new recording, whose times may go on or start again."""
    for length_s in (0.5, 0.3):
        data = recorded(kind, tone(length_s), lambda start: start + offset_s * RATE)
        stream = await demuxers.open(kind.partition(" ")[0])
        for start in range(0, len(data), 700):
            stream.feed(data[start : start + 700])
        stream.finish()
        samples = await heard(stream)
        stream.close()
        wanted = packets(data)
        assert len(wanted) >= length_s * SPEECH_RATE
        assert np.array_equal(samples, wanted)


async def test_mp3_is_taken(demuxers: Demuxers) -> None:
    data = tracks("mp4", ["libmp3lame"])
    stream = await demuxers.open("mp4")
    stream.feed(data)
    stream.finish()
    assert len(await heard(stream)) > 1_000
    stream.close()


@pytest.mark.parametrize("kind", KINDS)
async def test_it_is_heard_while_it_is_recorded(demuxers: Demuxers, kind: str) -> None:
    stream = await demuxers.open(kind.partition(" ")[0])
    data = recorded(kind, tone(2.0))
    stream.feed(data[: len(data) // 2])
    async with asyncio.timeout(20), aclosing(stream.audio()) as audio:
        first = await anext(audio)
    stream.close()
    assert first is not None
    assert len(first.samples)


@pytest.mark.parametrize("name", ["webm", "mp4", "ogg"])
async def test_what_is_no_container_is_told(demuxers: Demuxers, name: str) -> None:
    stream = await demuxers.open(name)
    stream.feed(b"#EXTM3U\nfile:///etc/passwd\n" * 400)
    stream.finish()
    with pytest.raises(MediaError, match="could not be decoded"):
        await heard(stream)
    stream.close()


@pytest.mark.parametrize(
    ("name", "data", "why"),
    [
        ("webm", lambda: tracks("matroska", ["pcm_s16le"] * 9), "more than 8 tracks"),
        ("webm", lambda: tracks("matroska", ["pcm_s16le"] * 40), "more than 8 tracks"),
        ("webm", lambda: tracks("matroska", ["pcm_s16le"], rate=4_000), "4000 Hz: send 8000 to"),
        ("webm", lambda: tracks("matroska", ["pcm_s16le"], rate=384_000), "to 192000"),
        (
            "webm",
            lambda: tracks("matroska", ["pcm_s16le"], layout="hexadecagonal"),
            "16 channels: send 1 to 8",
        ),
        ("webm", lambda: tracks("matroska", ["pcm_s32le"]), "pcm_s32le: send Opus"),
    ],
)
async def test_what_is_not_accepted_says_what_is(
    demuxers: Demuxers, name: str, data: Callable[[], bytes], why: str
) -> None:
    stream = await demuxers.open(name)
    stream.feed(data())
    with pytest.raises(MediaError, match=why):
        await heard(stream)  # before the input ends: nothing was decoded
    stream.close()


async def test_a_video_track_is_never_decoded(demuxers: Demuxers) -> None:
    stream = await demuxers.open("webm")
    stream.feed(with_absurd_video())
    stream.finish()
    assert len(await heard(stream)) > 0.9 * SPEECH_RATE
    stream.close()


def with_absurd_video() -> bytes:
    """Returns a second of sound beside a picture of 65 535 x 255 that no decoder could read."""
    file = io.BytesIO()
    with av.open(file, "w", format="matroska") as container:
        video: Any = container.add_stream("mjpeg", rate=25)
        video.width, video.height, video.pix_fmt = 320, 240, "yuvj420p"
        audio: Any = container.add_stream("libopus", rate=RATE, layout="mono")
        picture = av.Packet(b"no picture")
        picture.stream, picture.pts, picture.dts = video, 0, 0
        picture.time_base = Fraction(1, 1000)
        container.mux(picture)
        for start in range(0, RATE, FRAME):
            frame = av.AudioFrame.from_ndarray(np.zeros((1, FRAME), np.int16), "s16", "mono")
            frame.sample_rate, frame.pts = RATE, start
            for packet in audio.encode(frame):
                container.mux(packet)
    # Matroska's elements PixelWidth and PixelHeight, of two and one bytes
    made = file.getvalue()
    width, height = b"\xb0\x82\x01\x40", b"\xba\x81\xf0"
    assert made.count(width) == made.count(height) == 1
    return made.replace(width, b"\xb0\x82\xff\xff").replace(height, b"\xba\x81\xff")


async def test_pauses_are_told_and_overlaps_are_not(demuxers: Demuxers) -> None:
    def time_of(start: int) -> int:
        return start if start < RATE // 2 else start + 3 * RATE

    stream = await demuxers.open("webm")
    stream.feed(recorded("webm", tone(1.0), time_of))
    stream.finish()
    gaps = [decoded.gap_ms async for decoded in stream.audio() if decoded and decoded.gap_ms]
    stream.close()
    assert gaps == [pytest.approx(3_000, abs=30)]


@pytest.mark.parametrize(
    ("starts", "gaps"),
    [
        ([0.0, 0.02, 0.04], []),
        ([0.0, 4.0], [3.98]),
        ([0.0, 0.0, 0.0, 0.06], []),
        ([0.0, *[0.5] * 50, 1.5], [0.48]),
        ([10.0, 10.02, 9.0, 10.06], []),
        ([100.0, 0.0, 0.02, 1.04], [1.0]),
        ([0.0, None, float("nan"), float("inf"), 0.1], []),
        ([0.0, 1e300], [3_600.0]),
        ([-1e300, 0.0], [3_600.0]),
    ],
)
def test_only_what_was_not_recorded_is_a_gap(starts: list[float | None], gaps: list[float]) -> None:
    times = Timestamps()
    found = [times.gap_s(start, 0.02) for start in starts]
    assert [gap for gap in found if gap] == pytest.approx(gaps)


async def test_it_says_when_all_was_heard(demuxers: Demuxers) -> None:
    stream = await demuxers.open("ogg")
    stream.feed(recorded("ogg", tone(1.0)))
    async with asyncio.timeout(20), aclosing(stream.audio()) as audio:
        async for decoded in audio:
            if decoded is None:
                break
            assert stream.has_backlog
        assert not stream.has_backlog
        stream.feed(b"more")
        assert stream.has_backlog
    assert not stream.has_backlog
    stream.close()


async def test_an_unknown_container_is_told(demuxers: Demuxers) -> None:
    with pytest.raises(MediaError, match="webm, mp4, ogg"):
        await demuxers.open("avi")


async def test_a_decoder_that_dies_is_told_and_others_go_on(demuxers: Demuxers) -> None:
    first = await demuxers.open("webm")
    server = demuxers.pid
    assert server is not None
    os.kill(server, signal.SIGKILL)
    await asyncio.to_thread(os.waitid, os.P_PID, server, os.WEXITED | os.WNOWAIT)
    second = await demuxers.open("ogg")
    second.feed(recorded("ogg", tone(0.5)))
    second.finish()
    assert len(await heard(second)) > 0.4 * SPEECH_RATE
    first.close()
    second.close()
