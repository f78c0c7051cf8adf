"""The embedded recogniser in the wrappers that the product puts around it: what may not be lost."""

import asyncio
import os
import shutil
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench.spoken import plain
from sessions_app.engine.core.errors import BusyError
from sessions_app.engine.core.events import Hypothesis
from sessions_app.engine.core.frames import Samples
from sessions_app.engine.stt.base import Recogniser, RecogniserStream
from sessions_app.engine.stt.engines.moonshine import MoonshineRecogniser
from sessions_app.engine.stt.engines.pocketsphinx import PocketSphinxRecogniser
from sessions_app.engine.stt.engines.scripted import ScriptedRecogniser
from sessions_app.engine.stt.moonshine.files import SHA256, folder
from sessions_app.engine.stt.worker import process
from sessions_app.engine.stt.wrappers.base import Wrapper
from sessions_app.engine.stt.wrappers.fallback import Fallback
from sessions_app.engine.stt.wrappers.retrying import Retrying
from sessions_app.runtime.recognisers import Recognisers
from tests.contract.test_recognisers import collect, finals, send
from tests.fixtures.speech import RATE, mostly, read_wav

SENTENCE = "Good morning and welcome to the meeting."
SHORT = (
    "Please call me back.",
    "The doctor will see you.",
    "Good morning, everybody.",
    "It is raining again.",
    "See you on Tuesday.",
)


@pytest.fixture
def say_it(say: Callable[..., Path]) -> Callable[[str], Samples]:
    return lambda text: read_wav(say(text, lead_s=0.3, tail_s=0.3))


@pytest.fixture
async def stack() -> AsyncIterator[Fallback]:
    """The entry `moonshine` as VOICE has it."""
    recognisers = Recognisers()
    recognisers.load("moonshine")
    async with aclosing(recognisers):
        made = recognisers.get("moonshine")
        assert isinstance(made, Fallback)
        await made.start()
        yield made


def engine_of(recogniser: Recogniser) -> MoonshineRecogniser:
    while isinstance(recogniser, Wrapper):
        recogniser = recogniser.inner
    assert isinstance(recogniser, MoonshineRecogniser)
    return recogniser


def kill(*pids: int | None) -> None:
    for pid in pids:
        assert pid is not None
        os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize("dies", ["the worker", "the fork server", "both", "all"])
async def test_who_dies_in_mid_utterance_costs_no_word(
    stack: Fallback, say_it: Callable[[str], Samples], dies: str
) -> None:
    engine, speech = engine_of(stack), say_it(SENTENCE)
    assert engine.fork_server is not None
    stream = stack.open("en-US")
    results = stream.results()
    await send(stream, speech[:24_000])
    async with asyncio.timeout(20):
        assert not (await anext(results)).is_final
    (busy,) = [process for process in engine.processes if process.streams]
    server, workers = engine.fork_server.pid, [process.pid for process in engine.processes]
    kill(
        *{"the worker": [busy.pid], "the fork server": [server], "both": [busy.pid, server]}.get(
            dies, [server, *workers]
        )
    )
    await send(stream, speech[24_000:], 1500.0)
    await stream.flush()
    await send(stream, speech, 5000.0)
    await stream.finish()
    said = finals(await collect(stream))
    assert [final.text for final in said] == [SENTENCE, SENTENCE]
    assert said[1].start_ms >= 5000
    assert isinstance(stack.other, PocketSphinxRecogniser | Retrying)
    assert not stack.first_is_out
    await stream.aclose()


LONG = (
    "There was a woman with three children, a man with a violin, and a dog that was nobody's.",
    "We shared what we had, which was some bread, an apple and half a bar of chocolate.",
    "I asked him whether he would come back tomorrow when the trains were running again.",
)


async def test_long_speech_is_cut_at_a_sentence_and_not_where_time_is_up(
    stack: Fallback, say_it: Callable[[str], Samples]
) -> None:
    said = [say_it(text)[: -RATE // 5] for text in LONG]
    speech = np.concatenate(said)
    middle = len(said[0]) + len(said[1]) + len(said[2]) // 2
    stream = stack.open("en-US")
    await send(stream, speech[:middle])
    await stream.flush(cut=True)
    await send(stream, speech[middle:], 1000 * middle / RATE)
    await stream.flush()
    await stream.finish()
    first, last = finals(await collect(stream))
    assert mostly(first.text, " ".join(LONG[:2]))
    assert first.text.endswith("chocolate.")
    assert mostly(last.text, LONG[2])
    assert last.text.startswith("I asked")
    await stream.aclose()


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    where = folder()
    assert where is not None
    for name in SHA256:
        shutil.copy(where / name, tmp_path)
    return tmp_path


def damage(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda weights: damage(weights / "tokenizer.bin"), "tokenizer.bin is damaged"),
        (lambda weights: (weights / "encoder_model.ort").unlink(), "encoder_model.ort is missing"),
        (shutil.rmtree, "encoder_model.ort is missing"),
    ],
)
async def test_a_model_that_is_not_whole_is_told_in_one_line_and_another_stands_in(
    weights: Path, caplog: pytest.LogCaptureFixture, spoil: Callable[[Path], Any], told: str
) -> None:
    spoil(weights)
    engine = MoonshineRecogniser(2, str(weights))
    stack = Fallback(Retrying(engine), ScriptedRecogniser([SENTENCE]))
    async with aclosing(stack):
        await stack.start()
        assert await stack.ready()
        (line,) = [record.getMessage() for record in caplog.records]
        assert "'moonshine' is out, and 'scripted' stands in" in line
        assert told in line
        assert "pip install --force-reinstall --no-deps moonshine-voice==" in line
        assert engine.fork_server is not None
        assert engine.fork_server.pid is None  # nothing is left of it, and health asks for no other


async def test_pocketsphinx_hears_until_the_model_is_whole_again(
    weights: Path, say_it: Callable[[str], Samples]
) -> None:
    name = "decoder_model_merged.ort"
    damage(weights / name)
    engine = MoonshineRecogniser(1, str(weights))
    stack = Fallback(Retrying(engine), PocketSphinxRecogniser(1, redecode=False))
    async with aclosing(stack):
        await stack.start()
        stream = stack.open("en-US")
        results, speech = stream.results(), say_it(SENTENCE)

        async def heard(start_ms: float) -> str:
            await send(stream, speech, start_ms)
            await stream.flush()
            async with asyncio.timeout(30):
                while not (told := await anext(results)).is_final:
                    pass
            return told.text

        assert plain(await heard(0.0)) == plain(SENTENCE)
        where = folder()
        assert where is not None
        shutil.copy(where / name, weights / name)
        stack.works()  # its time has come to be tried again: at the end of the next utterance
        texts = [await heard(5000.0 * number) for number in (1, 2)]
        assert texts[-1] == SENTENCE
        await stream.aclose()


async def all_at_once(
    recogniser: Recogniser, say_it: Callable[[str], Samples], streams: int, each: int
) -> list[int]:
    """Queues `each` utterances a stream; returns which stream each final was of, in their order.

    Whatever a stream was told is what was said in it, in order.
    """
    speech = [say_it(text) for text in SHORT]
    order: list[int] = []

    async def talk(number: int) -> tuple[RecogniserStream, list[str]]:
        stream = recogniser.open("en-US")
        for at in range(each):
            await send(stream, speech[(number + at) % len(SHORT)], 4000.0 * at)
            await stream.flush()
        await stream.finish()
        return stream, [SHORT[(number + at) % len(SHORT)] for at in range(each)]

    async def listen(number: int, stream: RecogniserStream) -> list[str]:
        said = []
        async for told in stream.results():
            if told.is_final:
                said.append(told.text)
                order.append(number)
        await stream.aclose()
        return said

    talks = [await talk(number) for number in range(streams)]
    heard = await asyncio.gather(*(listen(at, stream) for at, (stream, _) in enumerate(talks)))
    assert heard == [expected for _, expected in talks]
    return order


@pytest.mark.recogniser
async def test_two_hundred_utterances_at_once_come_out_whole_and_in_order(
    stack: Fallback, say_it: Callable[[str], Samples]
) -> None:
    assert len(await all_at_once(stack, say_it, streams=40, each=5)) == 200


@pytest.fixture
async def one_worker() -> AsyncIterator[MoonshineRecogniser]:
    async with aclosing(MoonshineRecogniser(1)) as made:
        await made.start()
        yield made


@pytest.mark.recogniser
async def test_the_streams_of_a_worker_are_served_in_turn(
    one_worker: MoonshineRecogniser, say_it: Callable[[str], Samples]
) -> None:
    order = await all_at_once(one_worker, say_it, streams=20, each=4)
    counts = np.zeros(20, int)
    for number in order:
        counts[number] += 1
        assert counts.max() - counts.min() <= 2  # nobody is a second utterance ahead of anybody


@pytest.mark.recogniser
async def test_a_call_is_refused_while_its_workers_have_no_time_left(
    one_worker: MoonshineRecogniser,
    say_it: Callable[[str], Samples],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    recogniser, speech = one_worker, say_it(SENTENCE)
    assert not refuses(recogniser)

    async def talk() -> None:
        stream = recogniser.open("en-US")
        results = stream.results()
        for at in range(1000):
            await send(stream, speech, 4000.0 * at)
            await stream.flush()
            while not (await anext(results)).is_final:
                pass
            if refuses(recogniser):
                break
        await stream.aclose()

    async with asyncio.timeout(30):
        await asyncio.gather(*(talk() for _ in range(4)))
    assert refuses(recogniser)
    monkeypatch.setattr(process, "LOAD_HOLDS_S", 0.0)  # it has said nothing for a while
    assert not refuses(recogniser)


TALKERS, MOST_EACH = 16, 20


@pytest.mark.recogniser
async def test_more_talkers_than_a_worker_holds_cost_interims_and_then_a_refusal_but_no_final(
    one_worker: MoonshineRecogniser, say_it: Callable[[str], Samples]
) -> None:
    recogniser, speech = one_worker, [say_it(text) for text in SHORT]
    refused = asyncio.Event()

    async def talk(most: int) -> tuple[float, list[str]]:
        """Speaks ten times as fast as people do; returns the interims a final, and the finals."""
        stream = recogniser.open("en-US")
        hearing = asyncio.create_task(all_of(stream))
        number = 0
        while number < most and not (number and refused.is_set()):
            samples = speech[number % len(SHORT)]
            for first in range(0, len(samples), 4_800):
                await send(stream, samples[first : first + 4_800], 4000.0 * number + first / 16)
                await asyncio.sleep(0.03)  # the pace of speech
            if refuses(recogniser):
                refused.set()
            await stream.flush()
            number += 1
        await stream.finish()
        told = await hearing
        await stream.aclose()
        final = [one.text for one in finals(told)]
        assert final == [SHORT[at % len(SHORT)] for at in range(number)]
        return (len(told) - number) / number, final

    async with asyncio.timeout(100):
        alone, _ = await talk(2)
        assert not refused.is_set()
        heard = await asyncio.gather(*(talk(MOST_EACH) for _ in range(TALKERS)))
    assert refused.is_set()
    assert sum(interims for interims, _ in heard) < TALKERS * alone


async def all_of(stream: RecogniserStream) -> list[Hypothesis]:
    return [told async for told in stream.results()]


def refuses(stack: Recogniser) -> bool:
    try:
        stack.reserve().release()
    except BusyError:
        return True
    return False
