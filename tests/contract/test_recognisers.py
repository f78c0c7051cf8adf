"""What every recogniser must do; a new engine is one more line in ENGINES."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import numpy as np
import pytest

from bench.spoken import plain, wrong_words
from sessions_app.engine.core.errors import LanguageNotSupportedError, RecogniserUnavailableError
from sessions_app.engine.core.events import Hypothesis
from sessions_app.engine.core.frames import AudioFrame, Samples
from sessions_app.engine.stt.base import Recogniser, RecogniserStream
from sessions_app.engine.stt.engines.moonshine import MoonshineRecogniser
from sessions_app.engine.stt.engines.null import NullRecogniser
from sessions_app.engine.stt.engines.pocketsphinx import PocketSphinxRecogniser
from sessions_app.engine.stt.engines.pocketsphinx_thorough import ThoroughPocketSphinx
from sessions_app.engine.stt.engines.scripted import ScriptedRecogniser
from sessions_app.engine.stt.wrappers.denoised import Denoised
from tests.fixtures.processes import children_of
from tests.fixtures.speech import read_wav

SENTENCE = "good morning and welcome to the meeting"
ENGINES: dict[str, Callable[[], Recogniser]] = {
    "scripted": lambda: ScriptedRecogniser([SENTENCE]),
    "moonshine": MoonshineRecogniser,
    "pocketsphinx": PocketSphinxRecogniser,
    "thorough": ThoroughPocketSphinx,
    "denoised": lambda: Denoised(PocketSphinxRecogniser()),
    "null": NullRecogniser,
}
SPEAKING = ["scripted", "moonshine", "pocketsphinx", "thorough", "denoised"]


@pytest.fixture
async def recogniser(request: pytest.FixtureRequest) -> AsyncIterator[Recogniser]:
    engine = ENGINES[request.param]()
    await engine.start()
    await engine.start()
    assert await engine.ready()
    yield engine
    await engine.aclose()
    await engine.aclose()


@pytest.fixture
def speech(say: Callable[..., Path]) -> Samples:
    return read_wav(say(SENTENCE, lead_s=0.3, tail_s=0.3))


async def send(
    stream: RecogniserStream, samples: Samples, start_ms: float = 0.0, *, real_time: bool = False
) -> None:
    began = time.monotonic()
    for at in range(0, len(samples), 320):
        await stream.send(AudioFrame(samples[at : at + 320], 16_000, start_ms + at / 16))
        if real_time:
            await asyncio.sleep(max(0.0, began + at / 16_000 - time.monotonic()))


async def collect(stream: RecogniserStream, limit_s: float = 30.0) -> list[Hypothesis]:
    async def read() -> list[Hypothesis]:
        return [hypothesis async for hypothesis in stream.results()]

    return await asyncio.wait_for(read(), limit_s)


def finals(found: list[Hypothesis]) -> list[Hypothesis]:
    return [hypothesis for hypothesis in found if hypothesis.is_final]


@pytest.mark.parametrize("recogniser", SPEAKING, indirect=True)
async def test_interims_then_one_final_an_utterance(
    recogniser: Recogniser, speech: Samples
) -> None:
    stream = recogniser.open("en-US")
    results, found = stream.results(), []
    for number, start_ms in enumerate((1000.0, 9000.0), 1):
        await send(stream, speech, start_ms)
        if recogniser.capabilities.interims:
            async with asyncio.timeout(30):
                found.append(await anext(results))
        await stream.flush()
        async with asyncio.timeout(30):
            while len(finals(found)) < number:
                found.append(await anext(results))
    await stream.finish()
    assert [rest async for rest in results] == []
    await stream.aclose()
    said = finals(found)
    assert [plain(hypothesis.text) for hypothesis in said] == [SENTENCE, SENTENCE]
    assert found[0].is_final is not recogniser.capabilities.interims
    assert found[-1].is_final
    length = len(speech) / 16
    for hypothesis, start_ms in zip(said, (1000.0, 9000.0), strict=True):
        assert start_ms <= hypothesis.start_ms <= hypothesis.end_ms <= start_ms + length
        times = [(word.start_ms, word.end_ms) for word in hypothesis.words]
        assert times == sorted(times)
        assert all(hypothesis.start_ms <= s <= e <= hypothesis.end_ms + 1 for s, e in times)


TELLS_WHOLE = ["scripted", "moonshine"]


@pytest.mark.parametrize("recogniser", SPEAKING, indirect=True)
async def test_all_words_at_a_pause_are_the_final_of_an_utterance_that_ends_there(
    recogniser: Recogniser, speech: Samples, request: pytest.FixtureRequest
) -> None:
    stream = recogniser.open("en-US")
    await send(stream, speech, 1000.0)
    await stream.pause()
    await stream.flush()
    await stream.pause()  # of nothing
    await stream.finish()
    found = await collect(stream)
    await stream.aclose()
    [final] = finals(found)
    whole = [hypothesis for hypothesis in found if hypothesis.whole]
    tells = request.node.callspec.params["recogniser"] in TELLS_WHOLE
    assert [told.text for told in whole] == ([final.text] if tells else [])
    assert all(told.end_ms == pytest.approx(1000 + len(speech) / 16, abs=20) for told in whole)
    assert not [told for told in whole if told.is_final]


@pytest.mark.parametrize("recogniser", ENGINES, indirect=True)
async def test_finish_ends_the_results_without_any_audio(recogniser: Recogniser) -> None:
    stream = recogniser.open("en-US")
    await stream.finish()
    assert await collect(stream) == []
    await stream.aclose()


@pytest.mark.parametrize("recogniser", SPEAKING, indirect=True)
async def test_finish_brings_out_the_last_words(recogniser: Recogniser, speech: Samples) -> None:
    stream = recogniser.open("en-US")
    await send(stream, speech)
    await stream.send(AudioFrame(speech[:0], 16_000, len(speech) / 16))
    await stream.finish()
    assert [plain(final.text) for final in finals(await collect(stream))] == [SENTENCE]
    await stream.aclose()


@pytest.mark.parametrize("recogniser", ENGINES, indirect=True)
async def test_a_stream_can_be_dropped_in_mid_speech(
    recogniser: Recogniser, speech: Samples
) -> None:
    stream = recogniser.open("en-US")
    await send(stream, speech[:16_000])
    await stream.aclose()
    await stream.aclose()
    assert await recogniser.ready()
    again = recogniser.open("en-US")
    await send(again, speech)
    await again.finish()
    await collect(again)
    await again.aclose()


@pytest.mark.parametrize("recogniser", SPEAKING[1:], indirect=True)
async def test_silence_has_no_words(recogniser: Recogniser) -> None:
    stream = recogniser.open("en-US")
    noise = np.random.default_rng(1).normal(0, 10, 32_000)
    await send(stream, noise.astype(np.int16))
    await stream.finish()
    assert all(not hypothesis.words for hypothesis in finals(await collect(stream)))
    await stream.aclose()


@pytest.mark.parametrize("recogniser", SPEAKING, indirect=True)
async def test_an_unknown_language_is_named(recogniser: Recogniser) -> None:
    with pytest.raises(LanguageNotSupportedError, match="fi-FI"):
        recogniser.open("fi-FI")


EMBEDDED: dict[str, Callable[[int], Recogniser]] = {
    "moonshine": MoonshineRecogniser,
    "pocketsphinx": lambda workers: PocketSphinxRecogniser(workers, redecode=False),
}
embedded = pytest.mark.parametrize("make", EMBEDDED.values(), ids=EMBEDDED)
Made = Callable[[int], Recogniser]


def workers_of(recogniser: Recogniser) -> list[int]:
    if isinstance(recogniser, MoonshineRecogniser):
        return [process.pid for process in recogniser.processes if process.pid is not None]
    assert isinstance(recogniser, PocketSphinxRecogniser)
    assert recogniser.fork_server_pid is not None
    return children_of(recogniser.fork_server_pid)


@embedded
async def test_a_killed_engine_is_a_retryable_error_and_the_next_stream_works(
    speech: Samples, make: Made
) -> None:
    recogniser = make(1)
    await recogniser.start()
    stream = recogniser.open("en-US")
    await send(stream, speech[:32_000])
    results = stream.results()
    await asyncio.wait_for(anext(results), 20)
    for worker in workers_of(recogniser):
        os.kill(worker, signal.SIGKILL)

    async def rest() -> None:
        async for _ in results:
            pass

    with pytest.raises(RecogniserUnavailableError) as caught:
        await asyncio.wait_for(rest(), 20)
    assert caught.value.retryable
    await stream.aclose()
    again = recogniser.open("en-US")
    await send(again, speech)
    await again.finish()
    assert plain(finals(await collect(again))[0].text) == SENTENCE
    await again.aclose()
    await recogniser.aclose()


@pytest.mark.recogniser
async def test_two_speak_at_once_in_real_time(speech: Samples) -> None:
    recogniser = MoonshineRecogniser(2)
    await recogniser.start()
    talk = np.concatenate([speech] * 3)

    async def caller() -> tuple[str, float]:
        stream = recogniser.open("en-US")
        await send(stream, talk, real_time=True)
        ended = time.monotonic()
        await stream.finish()
        (final,) = finals(await collect(stream))
        await stream.aclose()
        return final.text, time.monotonic() - ended

    for text, late_s in await asyncio.gather(caller(), caller()):
        assert plain(text).split().count("meeting") == 3
        assert late_s < 4
    await recogniser.aclose()


@pytest.mark.recogniser
@pytest.mark.parametrize(("name", "sentences"), [("moonshine", 20), ("pocketsphinx", 6)])
async def test_a_minute_of_speech_is_taken_whole(
    speech: Samples, name: str, sentences: int
) -> None:
    recogniser = EMBEDDED[name](2)
    await recogniser.start()
    stream = recogniser.open("en-US")
    for number in range(sentences):
        await send(stream, speech, number * 3000.0)
        await stream.flush()
    await stream.finish()
    said = finals(await collect(stream, 90))
    assert [plain(hypothesis.text) for hypothesis in said].count(SENTENCE) >= sentences - 1
    assert len(said) == sentences
    await stream.aclose()
    await recogniser.aclose()


@pytest.mark.recogniser
async def test_names_that_are_told_are_heard(say: Callable[..., Path]) -> None:
    recogniser = PocketSphinxRecogniser(workers=1, redecode=False, words={"tamolin": ""})
    await recogniser.start()
    spoken = read_wav(say("the name of the product is tamolin", lead_s=0.3, tail_s=0.3))
    heard = {}
    for phrases in (["Snarfel", "Tamolin"], []):
        stream = recogniser.open("en-US", phrases)
        await send(stream, spoken)
        await stream.finish()
        (final,) = finals(await collect(stream))
        heard[len(phrases)] = final.text
        await stream.aclose()
    assert heard == {
        2: "the name of the product is Tamolin",
        0: "the name of the product is tamolin",
    }
    await recogniser.aclose()


@pytest.mark.recogniser
@embedded
async def test_a_talk_without_a_pause_is_cut_between_words(
    say: Callable[..., Path], make: Made
) -> None:
    sentences = ["the weather is very nice today", "please call me back on monday"]
    pieces = [trimmed(read_wav(say(sentence))) for sentence in sentences]
    recogniser = make(1)
    await recogniser.start()
    stream = recogniser.open("en-US")
    talk = np.concatenate(pieces * 5)
    step = 6 * 16_000 + 1_600
    for at in range(0, len(talk), step):
        await send(stream, talk[at : at + step], at / 16)
        await stream.flush(cut=at + step < len(talk))
    await stream.finish()
    said = finals(await collect(stream))
    heard = " ".join(final.text for final in said)
    spoken = " ".join(sentences * 5)
    assert wrong_words(spoken, heard) <= 0.1 * len(spoken.split()), heard
    ends = [final.end_ms for final in said]
    assert all(final.start_ms >= end - 1 for final, end in zip(said[1:], ends, strict=False))
    await stream.aclose()
    await recogniser.aclose()


def trimmed(samples: Samples) -> Samples:
    loud = np.flatnonzero(np.abs(samples.astype(np.int32)) > 300)
    return samples[loud[0] : loud[-1] + 400]
