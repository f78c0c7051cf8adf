"""A client's audio over a socket, against real time."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest

from sessions_app.engine.audio.demux import Demuxers
from sessions_app.engine.audio.opus import OPUS_RATE, OpusEncoder
from sessions_app.engine.core.clock import CallClock
from sessions_app.engine.core.commands import AudioIn
from sessions_app.engine.core.frames import SPEECH_RATE, AudioFrame
from sessions_app.engine.websocket import transport as module
from sessions_app.engine.websocket.arrivals import Arrivals
from sessions_app.engine.websocket.sources import PcmSource, opener
from sessions_app.engine.websocket.transport import AHEAD_MS, END_SILENCE_MS, WebSocketTransport
from tests.engine.audio.containers import KINDS, RATE, packets, recorded, tone
from tests.engine.rtc.quiet import until_silent

PCM = AudioIn("pcm16")
SECOND = bytes(2 * SPEECH_RATE)


class Line:
    """A call's clock and what was heard on it; `ahead_ms` is how far it ever was ahead."""

    def __init__(self, demuxers: Demuxers) -> None:
        self.clock = CallClock()
        self.frames: list[AudioFrame] = []
        self.ahead_ms = -1e9
        self._began_s: float | None = None
        self._held_ms = 0.0
        self._demuxers = demuxers

    @asynccontextmanager
    async def over(self, audio: AudioIn, held_ms: float = 0.0) -> AsyncIterator[WebSocketTransport]:
        source = await opener(self._demuxers)(audio)
        transport = WebSocketTransport(self.clock, source, backlog_ms=held_ms)
        if self._began_s is None:
            self._began_s, self._held_ms = time.monotonic(), held_ms
        reading = asyncio.create_task(transport.frames().consume(self._hear))
        transport.start()
        await asyncio.sleep(0)  # who reads is there before anything comes
        try:
            yield transport
        finally:
            await transport.aclose()
            await reading

    def _hear(self, frame: AudioFrame) -> None:
        assert self._began_s is not None
        if self.frames:
            assert frame.start_ms >= self.frames[-1].end_ms - 1e-6
        self.frames.append(frame)
        now = time.monotonic()
        wall_ms = self._held_ms + 1000 * (now - self._began_s)
        self.ahead_ms = max(self.ahead_ms, self.clock.now_ms(now) - wall_ms)

    @property
    def heard(self) -> np.ndarray:
        return np.concatenate([frame.samples for frame in self.frames])

    @property
    def gaps_ms(self) -> list[float]:
        pairs = zip(self.frames, self.frames[1:], strict=False)
        gaps = [after.start_ms - before.end_ms for before, after in pairs]
        return [gap for gap in gaps if gap > 1]


@pytest.fixture
async def line() -> AsyncIterator[Line]:
    demuxers = Demuxers()
    # the fork server loads for a second, which is none of the clients' time
    warm = await demuxers.open("ogg")
    warm.feed(recorded("ogg", tone(0.1)))
    warm.finish()
    async for _ in warm.audio():
        pass
    warm.close()
    yield Line(demuxers)
    demuxers.close()


@pytest.fixture
def held_time(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """The transport's time, at `now_s`: it stands still while a decoder works."""
    held = SimpleNamespace(now_s=time.monotonic())
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: held.now_s))
    return held


def jumping(start: int) -> int:
    """Each tenth of a second is a minute after the one before."""
    return start + start // (RATE // 10) * 60 * RATE


def opus(length_s: float) -> list[bytes]:
    encoder = OpusEncoder(OPUS_RATE)
    frames = np.zeros((round(50 * length_s), OPUS_RATE // 50), np.int16)
    made = [encoder.encode(frame) for frame in frames]
    encoder.close()
    return made


@pytest.mark.parametrize("kind", KINDS)
async def test_timestamps_that_jump_do_not_carry_the_clock_away(line: Line, kind: str) -> None:
    data = recorded(kind, tone(1.0), jumping)
    async with line.over(AudioIn(kind.partition(" ")[0])) as transport:
        for start in range(0, len(data), 2_000):
            transport.feed(data[start : start + 2_000])
            await transport.wait_for_room()
    assert len(line.heard) > 0.8 * SPEECH_RATE
    assert line.ahead_ms <= AHEAD_MS


@pytest.mark.parametrize("kind", ["webm", "ogg"])
async def test_a_burst_of_a_container_is_heard_whole_and_in_its_time(line: Line, kind: str) -> None:
    data = recorded(kind, tone(3.5))
    began_s = time.monotonic()
    async with line.over(AudioIn(kind)) as transport:
        transport.feed(data)
        await transport.wait_for_room()
    # the last packets wait in the parser for what follows them
    assert len(line.heard) >= 3.2 * SPEECH_RATE
    assert time.monotonic() - began_s > 1.0
    assert line.ahead_ms <= AHEAD_MS


async def test_a_burst_of_pcm_is_heard_whole_and_in_its_time(line: Line) -> None:
    async with line.over(PCM) as transport:
        transport.feed(4 * SECOND)
        assert len(line.heard) <= (AHEAD_MS / 1000 + 0.1) * SPEECH_RATE
        await transport.wait_for_room()
        assert len(line.heard) == 4 * SPEECH_RATE
    assert line.ahead_ms <= AHEAD_MS
    assert not line.gaps_ms


async def test_a_burst_of_opus_is_heard_whole_and_in_its_time(line: Line) -> None:
    async with line.over(AudioIn("opus")) as transport:
        for packet in opus(3.0):
            transport.feed(packet)
        await transport.wait_for_room()
        assert len(line.heard) == 3 * SPEECH_RATE
    assert line.ahead_ms <= AHEAD_MS


async def test_ends_of_speech_without_speech_do_not_carry_the_clock_away(line: Line) -> None:
    async with line.over(PCM) as transport:
        transport.feed(SECOND)
        for _ in range(50):
            transport.pause()
        transport.feed(SECOND)
        for _ in range(50):
            transport.feed(bytes(2))
            transport.pause()
        assert line.ahead_ms <= AHEAD_MS


async def test_what_waited_its_time_is_heard_when_the_client_moves_on(line: Line) -> None:
    for _ in range(2):
        async with line.over(PCM) as transport:
            transport.feed(3 * SECOND)
    assert len(line.heard) == 6 * SPEECH_RATE
    assert not line.gaps_ms


async def test_what_a_client_kept_comes_at_once(line: Line) -> None:
    held_ms = 5_000.0
    began_s = time.monotonic()
    async with line.over(AudioIn("webm"), held_ms) as transport:
        transport.feed(recorded("webm", tone(5.0)))
        await transport.wait_for_room()
    assert len(line.heard) > 4.9 * SPEECH_RATE
    assert line.frames[0].start_ms == pytest.approx(0, abs=1)
    assert time.monotonic() - began_s < 2
    assert line.ahead_ms <= AHEAD_MS


async def test_a_pause_of_the_recorder_stays_one(line: Line) -> None:
    def paused(start: int) -> int:
        return start if start < RATE // 2 else start + 2 * RATE

    async with line.over(AudioIn("webm"), 3_000.0) as transport:
        transport.feed(recorded("webm", tone(1.0), paused))
        await transport.wait_for_room()
    assert line.gaps_ms == [pytest.approx(2_000, abs=30)]


SENT = {
    "pcm16": lambda: [SECOND[:3_200]] * 10,
    "opus": lambda: [b"".join(pair) for pair in zip(opus(1.0), strict=True)],
    "webm": lambda: sliced(recorded("webm", tone(1.0)), 10),
}


def sliced(data: bytes, count: int) -> list[bytes]:
    size = -(-len(data) // count)
    return [data[at : at + size] for at in range(0, len(data), size)]


@pytest.mark.parametrize("kind", SENT)
async def test_a_client_that_stops_sending_is_silent_and_goes_on_at_its_time(
    line: Line, kind: str
) -> None:
    """A recorder that is paused knows nothing of the pause: its times go on where they were."""
    messages = SENT[kind]()
    every_s = 1.0 / len(messages)
    async with line.over(AudioIn(kind)) as transport:

        async def send(some: list[bytes]) -> None:
            due_s = time.monotonic()
            for message in some:
                due_s += every_s
                transport.feed(message)
                assert transport.silent_until_ms(time.monotonic()) is None
                await asyncio.sleep(max(0.0, due_s - time.monotonic()))

        await send(messages[: len(messages) // 2])
        stopped_s = time.monotonic()
        silent_ms = await until_silent(transport)
        assert time.monotonic() - stopped_s < 1.0
        await until_silent(transport, silent_ms + 500)
        paused_ms = 1000 * (time.monotonic() - stopped_s)
        await send(messages[len(messages) // 2 :])
        await until_silent(transport)
    (gap_ms,) = line.gaps_ms
    # a message comes when its sound is over: the pause ended where the first one after it began
    assert gap_ms == pytest.approx(paused_ms - 1000 * every_s, abs=100)
    assert len(line.heard) >= 0.85 * SPEECH_RATE


@pytest.mark.parametrize("rests", [False, True], ids=["at the start", "after a rest"])
async def test_a_recorders_first_slice_ends_when_it_came(
    line: Line, held_time: SimpleNamespace, rests: bool
) -> None:
    """Else all that follows would be late by the slice, and the next pause shorter by as much."""
    data = recorded("webm", tone(2.0))
    began_s = held_time.now_s
    line.clock.begin(began_s)
    async with line.over(AudioIn("webm")) as transport:
        for number, due_s in enumerate((1.0, 3.2 if rests else 2.0)):
            held_time.now_s = began_s + due_s
            transport.feed(sliced(data, 2)[number])
            while transport._source.has_backlog:
                await transport.wait_for_room()
            if rests and not number:
                transport.pause()
    first, last = line.frames[0], line.frames[-1]
    assert first.start_ms == pytest.approx(0, abs=200)
    assert last.end_ms == pytest.approx(3_200 if rests else 2_000, abs=250)


async def test_who_comes_back_after_a_pause_is_read_on_at_once(line: Line) -> None:
    """How late audio comes tells how long a pause was: who is held up is later still."""
    piece, began_s, waited_s = SECOND[: len(SECOND) // 10], time.monotonic(), 0.0
    async with line.over(PCM) as transport:
        for number in range(14):
            spoken_s = 0.1 * (number + 1) + (0.8 if number >= 4 else 0.0)
            await asyncio.sleep(max(0.0, began_s + spoken_s - time.monotonic()))
            transport.feed(piece)
            asked_s = time.monotonic()
            await transport.wait_for_room()
            waited_s = max(waited_s, time.monotonic() - asked_s)
    assert waited_s < 0.05
    gaps = [b.start_ms - a.end_ms for a, b in pairwise(line.frames) if b.start_ms > a.end_ms + 1]
    assert gaps == [pytest.approx(800, abs=150)]


@pytest.mark.parametrize("kind", KINDS)
async def test_no_sample_is_lost_at_the_start_or_after_a_resume(line: Line, kind: str) -> None:
    wanted = []
    for length_s in (0.4, 0.3):
        # the last packets of a container that goes on wait in the parser: its start matters here
        data = recorded(kind, tone(length_s))
        before = len(line.frames)
        async with line.over(AudioIn(kind.partition(" ")[0])) as transport:
            transport.feed(data)
            await transport.wait_for_room()
        heard = np.concatenate([frame.samples for frame in line.frames[before:]])
        assert len(heard) > 0.6 * length_s * SPEECH_RATE
        wanted.append((heard, packets(data)))
    for heard, whole in wanted:
        assert np.array_equal(heard, whole[: len(heard)])


async def test_a_decoder_that_dies_lets_nobody_wait(line: Line) -> None:
    told: list[str] = []
    async with line.over(AudioIn("webm")) as transport:
        transport.on_broken = lambda error: told.append(error.message)
        transport.feed(b"no container" * 100)
        await transport.wait_for_room()
        async with asyncio.timeout(5):
            while not told:
                transport.feed(b"no container" * 100)
                await asyncio.sleep(0.01)
            transport.feed(b"more")
            await transport.wait_for_room()


async def test_to_say_again_and_again_that_no_more_comes_makes_no_more_silence() -> None:
    transport = WebSocketTransport(CallClock(), PcmSource(AudioIn("pcm16")))
    frames: list[AudioFrame] = []
    for _ in range(10):
        transport.pause()  # nothing came yet
    transport.feed(bytes(3_200))
    for _ in range(1_000):
        transport.pause()
    transport.close_input()
    await transport.frames().consume(frames.append)
    assert sum(frame.duration_ms for frame in frames) == 100 + END_SILENCE_MS
    await transport.aclose()


class Slices:
    """A recorder's slices on a clock of their own, decoded, in packets of 20 ms."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now_s = 0.0
        clock = SimpleNamespace(monotonic=lambda: self.now_s)
        monkeypatch.setattr("sessions_app.engine.websocket.transport.time", clock)
        self.transport = WebSocketTransport(CallClock(), PcmSource(AudioIn("pcm16")))
        self.transport._arrivals = Arrivals(0.0, gathers=True)
        self.transport._clock.begin(0.0)

    def give(self, at_s: float, length_s: float) -> None:
        self.now_s = at_s
        for _ in range(round(50 * length_s)):
            self.transport.feed(b"\x07\x00" * 320)
        self.now_s += 0.3
        self.transport.silent_until_ms(self.now_s)

    async def heard(self) -> list[AudioFrame]:
        self.transport.close_input()
        frames: list[AudioFrame] = []
        await self.transport.frames().consume(frames.append)
        await self.transport.aclose()
        return frames


async def test_the_rest_of_a_slice_follows_the_words_before_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A recorder that was paused 0.8 s into a slice, says so, and goes on 3 s later."""
    slices = Slices(monkeypatch)
    for at_s in (1.0, 2.0, 3.0):
        slices.give(at_s, 1.0)
    slices.now_s = 3.8
    slices.transport.pause()
    # and so its words end
    assert slices.transport.silent_until_ms(3.8) == pytest.approx(3_800.0, abs=10)
    slices.give(7.0, 1.0)
    frames = await slices.heard()
    assert all(frame.samples.any() for frame in frames)
    ((end_ms, goes_on_ms),) = [
        (a.end_ms, b.start_ms) for a, b in pairwise(frames) if b.start_ms > a.end_ms + 1
    ]
    assert end_ms == pytest.approx(3_800.0, abs=10)
    assert goes_on_ms == pytest.approx(6_800.0, abs=10)


@pytest.mark.parametrize("slice_s", [0.1, 0.2])
async def test_who_keeps_next_to_nothing_has_its_words_at_once(
    monkeypatch: pytest.MonkeyPatch, slice_s: float
) -> None:
    slices = Slices(monkeypatch)
    for number in range(1, 11):
        slices.give(number * slice_s, slice_s)
    slices.now_s = 10 * slice_s + 0.35
    slices.transport.pause()
    silent_ms = sum(f.duration_ms for f in await slices.heard() if not f.samples.any())
    assert silent_ms == END_SILENCE_MS


async def test_a_message_of_seconds_is_heard_in_pieces() -> None:
    """Else an utterance would begin and end where messages do, and several in one be joined."""
    transport = WebSocketTransport(CallClock(), PcmSource(AudioIn("pcm16")))
    sent = (np.arange(4 * SPEECH_RATE) % 20_000).astype(np.int16)
    transport.feed(sent.tobytes())
    transport.close_input()
    frames: list[AudioFrame] = []
    await transport.frames().consume(frames.append)
    await transport.aclose()
    assert np.array_equal(np.concatenate([frame.samples for frame in frames]), sent)
    assert max(frame.duration_ms for frame in frames) <= 100
    assert all(b.start_ms == pytest.approx(a.end_ms) for a, b in pairwise(frames))
