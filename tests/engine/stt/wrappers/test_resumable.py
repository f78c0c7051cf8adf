"""Wrappers that make streams last: nothing said is lost, and nothing is said twice."""

import asyncio
import itertools
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np
import pytest

from sessions_app.engine.core.errors import RecogniserError, RecogniserUnavailableError
from sessions_app.engine.core.events import Hypothesis, Word
from sessions_app.engine.core.frames import AudioFrame
from sessions_app.engine.stt.base import Recogniser
from sessions_app.engine.stt.speech_gate import Flush
from sessions_app.engine.stt.wrappers.fallback import Fallback
from sessions_app.engine.stt.wrappers.replay_buffer import AudioReplayBuffer
from sessions_app.engine.stt.wrappers.retrying import Retrying, RetryingStream
from sessions_app.engine.stt.wrappers.rollover import Rollover, RolloverStream
from sessions_app.engine.stt.wrappers.stable_interims import StableInterims
from tests.fixtures.coded import Talk, assert_whole, finals_of, speak, talk
from tests.fixtures.coded_engine import CodedEngine, CodedStream
from tests.fixtures.ear import Ear

SPEED = 200.0
BURST = float("inf")
FATAL = RecogniserError("no such project")


def passing() -> RecogniserUnavailableError:
    return RecogniserUnavailableError("gone for now")


def dice(seed: int, *, longest_s: float = 12.0) -> Iterator[tuple[float, RecogniserError | None]]:
    rolled = random.Random(seed)
    while True:
        yield rolled.uniform(0.1, longest_s), rolled.choice([passing(), passing(), None])


def retrying(inner: Recogniser) -> Retrying:
    return Retrying(inner, first_s=0.001, longest_s=0.01, mute_s=4.0)


async def heard(recogniser: Recogniser, said: Talk, speed: float = SPEED) -> list[Hypothesis]:
    """Returns the finals of a whole talk."""
    stream = recogniser.open("en-US")
    speaking = asyncio.create_task(speak(stream, said, speed=speed))
    try:
        return await finals_of(stream)
    finally:
        speaking.cancel()
        await asyncio.gather(speaking, return_exceptions=True)
        await stream.aclose()


@pytest.mark.parametrize("sentence", [4, 60, None], ids=["pauses", "rare", "none"])
async def test_streams_follow_each_other_before_the_limit(sentence: int | None) -> None:
    engine = CodedEngine(limit_s=12.2)
    said = talk(120.0, sentence)
    assert_whole(said, await heard(Rollover(engine), said))
    assert len(engine.streams) >= 10
    assert all(stream.closed for stream in engine.streams)


@pytest.mark.parametrize(
    ("sentence", "continuous"),
    [(4, True), (60, True), (None, True), (4, False)],
    ids=["pauses", "rare", "none", "gated"],
)
async def test_what_waited_for_a_stream_is_more_than_one_may_hear(
    sentence: int | None, continuous: bool
) -> None:
    engine = CodedEngine(continuous=continuous, limit_s=12.2, failing=iter([(5.0, passing())]))
    said = talk(60.0, sentence)
    wrapped = Retrying(Rollover(engine), first_s=0.5)
    assert_whole(said, await heard(wrapped, said, speed=BURST))
    assert 6 <= len(engine.streams) <= 13


@pytest.mark.parametrize("continuous", [True, False], ids=["continuous", "gated"])
async def test_noise_without_a_word_is_not_asked_for_ever(continuous: bool) -> None:
    engine = CodedEngine(continuous=continuous, limit_s=12.2)
    stream = Rollover(engine).open("en-US")
    reading = asyncio.create_task(finals_of(stream))
    await stream.begin(0.0)
    for number in range(1_200):
        await stream.send(AudioFrame(np.zeros(1_600, np.int16), 16_000, 100.0 * number))
        await asyncio.sleep(0)
    await stream.finish()
    assert await reading == []
    await stream.aclose()
    assert 10 <= len(engine.streams) <= 25


@pytest.mark.parametrize("continuous", [True, False], ids=["continuous", "gated"])
@pytest.mark.parametrize("seed", range(5))
async def test_failures_are_outlived(seed: int, continuous: bool) -> None:
    engine = CodedEngine(continuous=continuous, failing=dice(seed), limit_s=12.2)
    said = talk(60.0, 5)
    assert_whole(said, await heard(retrying(Rollover(engine)), said, speed=50.0))


@pytest.mark.parametrize("sentence", [8, None], ids=["pauses", "none"])
@pytest.mark.parametrize("seed", range(4))
async def test_ten_minutes_of_streams_that_break_or_fall_silent(
    seed: int, sentence: int | None
) -> None:
    engine = CodedEngine(failing=dice(seed, longest_s=300.0), limit_s=290.0)
    wrapped = Retrying(Rollover(engine), first_s=0.001, longest_s=0.01, mute_s=100.0)
    said = talk(600.0, sentence)
    assert_whole(said, await heard(wrapped, said, speed=400.0))


async def test_an_ended_stream_that_says_nothing_more_is_left() -> None:
    engine = CodedEngine(failing=iter([(8.0, None)]), limit_s=12.2)
    said = talk(20.0, 4)
    assert_whole(said, await heard(Rollover(engine, drain_s=0.05), said, speed=50.0))
    assert len(engine.streams) > 1


async def test_what_cannot_be_mended_is_told_at_once() -> None:
    engine = CodedEngine(failing=iter([(1.0, FATAL)]))
    with pytest.raises(RecogniserError, match="no such project"):
        await heard(retrying(engine), talk(5.0, 4))
    assert len(engine.streams) == 1


async def test_an_engine_that_never_comes_back_is_given_up() -> None:
    engine = CodedEngine(failing=((0.2, passing()) for _ in itertools.count()))
    wrapped = Retrying(engine, first_s=0.001, longest_s=0.002, tries=3, give_up_s=0.0)
    with pytest.raises(RecogniserUnavailableError):
        await heard(wrapped, talk(20.0, 4))
    assert len(engine.streams) == 4


@pytest.mark.parametrize("continuous", [True, False], ids=["like", "gated"])
async def test_another_engine_goes_on_where_the_first_failed(continuous: bool) -> None:
    first = CodedEngine("first", failing=iter([(6.0, FATAL)]))
    second = CodedEngine("second", continuous=continuous)
    both = Fallback(first, second, again_s=3600.0)
    await both.start()
    said = talk(11.0, 4)
    assert_whole(said, await heard(both, said, speed=50.0))
    assert both.first_is_out
    assert len(first.streams) == 1
    assert_whole(said, await heard(both, said))
    assert len(first.streams) == 1  # new calls know that it is out
    await both.aclose()
    assert (first.closed, second.closed) == (1, 1)


async def test_the_first_engine_is_taken_again_when_it_is_back() -> None:
    first = CodedEngine("first", failing=iter([(3.0, FATAL), (1.0, FATAL)]))
    second = CodedEngine("second", continuous=False)
    both = Fallback(first, second, again_s=0.05)
    said = talk(11.5, 4)
    assert_whole(said, await heard(both, said, speed=20.0))
    assert len(first.streams) == 3
    assert not both.first_is_out


async def test_an_engine_that_cannot_start_is_stood_in_for() -> None:
    first = CodedEngine("first")
    first.refuses = FATAL
    both = Fallback(first, CodedEngine("second"))
    await both.start()
    said = talk(5.0, 4)
    assert_whole(said, await heard(both, said))
    assert await both.ready()


async def test_both_engines_out_is_told() -> None:
    first, second = CodedEngine("first"), CodedEngine("second")
    first.refuses = second.refuses = FATAL
    with pytest.raises(RecogniserError, match="no such project"):
        await heard(Fallback(first, second), talk(5.0, 4))


@pytest.mark.parametrize("wrap", [Rollover, retrying])
async def test_silence_is_not_kept(wrap: Callable[[Recogniser], Recogniser]) -> None:
    engine = CodedEngine()
    stream = wrap(engine).open("en-US")
    reading = asyncio.create_task(finals_of(stream))
    for number in range(3_000):
        await stream.send(AudioFrame(np.zeros(1_600, np.int16), 16_000, 100.0 * number))
    assert isinstance(stream, RolloverStream | RetryingStream)
    assert len(stream._replay._items) < 150
    await stream.finish()
    assert await reading == []
    await stream.aclose()


def test_audio_carried_over_a_cut_is_told_again() -> None:
    replay = AudioReplayBuffer(by_flush=True)
    frames = [AudioFrame(np.full(1_600, at, np.int16), 16_000, 100.0 * at) for at in range(12)]
    for frame in frames[:10]:
        replay.add(frame)
    replay.add(Flush(cut=True))
    replay.add(frames[10])
    word = Word("hundred", 100.0, 650.0)
    replay.take_final(Hypothesis("hundred", True, 100.0, 650.0, (word,)))
    assert replay.carried == frames[6:10]
    assert replay.at(replay.first) is frames[10]
    replay.add(Flush())
    replay.take_final(Hypothesis("", True, 1_100.0, 1_100.0))
    assert replay.carried == []


@pytest.mark.parametrize("breaks", [True, False], ids=["dies", "lives"])
async def test_a_word_across_a_cut_outlives_its_engine(breaks: bool) -> None:
    """The engine keeps the rest of a cut utterance for itself, and dies with it."""
    engine = CarryingEngine(breaks=breaks)
    stream = retrying(engine).open("en-US")
    said = talk(2.0, None)  # a word each 350 ms: the cut goes through the third
    cut = 900 * 16
    finals = asyncio.create_task(finals_of(stream))
    for at in range(0, len(said.samples), 320):
        if at == cut:
            await stream.flush(cut=True)
            await engine.cut.wait()
        await stream.send(AudioFrame(said.samples[at : at + 320], 16_000, at / 16))
    await stream.flush()
    await stream.finish()
    assert_whole(said, await finals)
    assert len(engine.streams) == 1 + breaks
    await stream.aclose()


class CarryingEngine(CodedEngine):
    """Says of a cut utterance what is sure, and hears the rest as the next one's begin."""

    def __init__(self, *, breaks: bool) -> None:
        super().__init__(continuous=False)
        self.breaks = breaks
        self.cut = asyncio.Event()

    def open(self, language: str, phrases: Sequence[str] = ()) -> "CarryingStream":
        self.streams.append(stream := CarryingStream(self))
        return stream


class CarryingStream(CodedStream):
    def __init__(self, engine: CarryingEngine) -> None:
        super().__init__(engine, 1e9, None)
        self._carrying = engine
        self._pieces: list[AudioFrame] = []

    async def send(self, frame: AudioFrame) -> None:
        self._pieces.append(frame)
        await super().send(frame)

    async def flush(self, *, cut: bool = False) -> None:
        pieces, self._pieces = self._pieces, []
        if not cut:
            await super().flush()
            return
        heard = self._hypothesis(self._ear.take(all_of_it=True), True)
        sure = heard.words[:-1]
        self._ear, self._base_ms, self._told = Ear(), None, 0
        said = " ".join(word.text for word in sure)
        end_ms = sure[-1].end_ms
        self._results.put_nowait(Hypothesis(said, True, 0.0, end_ms, sure))
        if self._carrying.breaks:
            self._results.put_nowait(passing())
        else:
            for piece in pieces:
                if piece.start_ms >= end_ms:
                    await self.send(piece)
        self._carrying.cut.set()


class Locked(CodedEngine):
    """Opens no stream, as a remote engine does whose key is missing."""

    def open(self, language: str, phrases: Sequence[str] = ()) -> CodedStream:
        raise FATAL


async def test_an_engine_that_opens_no_stream_is_stood_in_for() -> None:
    first, second = Locked("first"), CodedEngine("second")
    both = Fallback(first, second, again_s=3600.0)
    said = talk(5.0, 4)
    assert_whole(said, await heard(both, said))
    assert both.first_is_out
    assert len(second.streams) == 1


def test_what_serves_says_what_it_can_through_every_wrapper() -> None:
    first, second = CodedEngine(), CodedEngine()
    first.capabilities = replace(first.capabilities, scores_pauses=True)
    fallback = Fallback(retrying(Rollover(first)), second)
    wrapped = StableInterims(fallback)
    assert wrapped.serving.scores_pauses
    fallback.failed()
    assert not wrapped.serving.scores_pauses
    fallback.works()
    assert wrapped.serving.scores_pauses
