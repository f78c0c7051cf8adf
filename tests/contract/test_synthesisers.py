"""What every voice must do."""

import asyncio
import os
import signal
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from contextlib import asynccontextmanager

import numpy as np
import pytest

from sessions_app.engine.core.errors import (
    SynthesiserError,
    SynthesiserUnavailableError,
    UnspeakableError,
)
from sessions_app.engine.tts.base import SpeechChunk, Synthesiser, check_voice
from sessions_app.engine.tts.engines.embedded import EmbeddedSynthesiser
from sessions_app.engine.tts.engines.espeak import EspeakSynthesiser
from sessions_app.engine.tts.engines.fallback import FallbackSynthesiser
from sessions_app.engine.tts.engines.scripted import ScriptedSynthesiser

TEXT = "The train leaves at ten fifteen."
LONG = " ".join([TEXT] * 200)

VOICES: list[Callable[[], Synthesiser]] = [
    EspeakSynthesiser,
    EmbeddedSynthesiser,
    lambda: ScriptedSynthesiser(pace=0.01),
    lambda: FallbackSynthesiser(ScriptedSynthesiser(fail_after_ms=0), EspeakSynthesiser()),
]
each = pytest.mark.parametrize("make", VOICES, ids=["espeak", "embedded", "scripted", "fallback"])


def own_threads() -> set[threading.Thread]:
    """Returns the threads that are none of asyncio's helpers, which it keeps."""
    return {one for one in threading.enumerate() if not one.name.startswith("asyncio_")}


@asynccontextmanager
async def started(make: Callable[[], Synthesiser]) -> AsyncIterator[Synthesiser]:
    threads = own_threads()
    voice = make()
    await voice.start()
    await voice.warm()
    try:
        yield voice
    finally:
        await voice.aclose()
        await voice.aclose()
        assert asyncio.all_tasks() == {asyncio.current_task()}
        assert own_threads() <= threads  # one of an earlier test may end meanwhile


async def spoken(engine: Synthesiser, text: str = TEXT, **how: object) -> list[SpeechChunk]:
    return [chunk async for chunk in engine.stream(text, **how)]  # type: ignore[arg-type]


def length_ms(chunks: list[SpeechChunk]) -> float:
    return sum(1000 * len(c.samples) / c.sample_rate for c in chunks)


@each
async def test_a_text_becomes_sound_of_a_likely_length(make: Callable[[], Synthesiser]) -> None:
    async with started(make) as voice:
        assert await voice.ready()
        chunks = await spoken(voice)
    assert 1000 < length_ms(chunks) < 4000
    assert max(np.abs(c.samples).max() for c in chunks if len(c.samples)) > 2000
    assert {c.samples.dtype for c in chunks} == {np.dtype(np.int16)}


@each
async def test_words_lie_in_the_text_and_in_the_sound(make: Callable[[], Synthesiser]) -> None:
    async with started(make) as voice:
        chunks = await spoken(voice)
        if not voice.gives_word_times:
            return
    words = [word for chunk in chunks for word in chunk.words]
    assert [TEXT[w.start : w.end].strip(".") for w in words] == TEXT.strip(".").split()
    times = [at for w in words for at in (w.start_ms, w.end_ms)]
    assert times == sorted(times)
    assert times[-1] <= length_ms(chunks) + 1


@each
async def test_letters_beyond_ascii_keep_their_places(make: Callable[[], Synthesiser]) -> None:
    text = "Größe über façade, naïve 你好 end"
    async with started(make) as voice:
        chunks = await spoken(voice, text)
        if not voice.gives_word_times:
            return
    words = [text[w.start : w.end] for chunk in chunks for w in chunk.words]
    assert words[0] == "Größe"
    assert words[-1] == "end"


@each
async def test_closed_early_it_stops_and_the_next_text_is_right(
    make: Callable[[], Synthesiser],
) -> None:
    async with started(make) as voice:
        stream = voice.stream(LONG)
        await anext(stream)
        await stream.aclose()
        async with asyncio.timeout(3):
            assert 1000 < length_ms(await spoken(voice)) < 4000


@each
async def test_two_texts_at_once_are_both_right(make: Callable[[], Synthesiser]) -> None:
    async with started(make) as voice:
        alone = length_ms(await spoken(voice))
        both = await asyncio.gather(spoken(voice), spoken(voice, "Yes."))
    assert length_ms(both[0]) == pytest.approx(alone, rel=0.1)
    assert length_ms(both[1]) < alone


@each
@pytest.mark.parametrize("text", ["", " ", "..."])
async def test_nothing_to_say_is_no_error(make: Callable[[], Synthesiser], text: str) -> None:
    async with started(make) as voice:
        assert length_ms(await spoken(voice, text)) < 1500


@each
async def test_speed_is_a_factor(make: Callable[[], Synthesiser]) -> None:
    async with started(make) as voice:
        usual = length_ms(await spoken(voice))
        quick = length_ms(await spoken(voice, speed=1.6))
    assert quick < 0.8 * usual


async def test_espeak_names_a_voice_that_is_unknown() -> None:
    async with started(EspeakSynthesiser) as voice:
        assert {"en-us", "de"} <= {v.name for v in await voice.voices()}
        with pytest.raises(SynthesiserError, match="klingon9"):
            await spoken(voice, voice="klingon9")
        assert length_ms(await spoken(voice, voice="en-gb+f3")) > 1000


@pytest.mark.parametrize(
    "name",
    [
        "en-us+nonsense",
        "en-us+../../x",
        "en-us+",
        "en-us+f3+m1",
        "klingon9+f3",
        "../en",
        "x" * 1_000_000,
        "\ud83d",
    ],
)
async def test_espeak_knows_its_voices_and_variants(name: str) -> None:
    async with started(EspeakSynthesiser) as voice:
        assert {"f3", "m7"} <= set(await voice.variants())
        for good in ("", "en-us", "en-gb+f3", "de+Annie"):
            await check_voice(voice, good)
        with pytest.raises(SynthesiserError) as told:
            await check_voice(voice, name)
        assert told.value.code == "unknown_voice"
        assert len(told.value.message) < 300
        told.value.message.encode()
        if len(name) < 100:
            assert {" af", " Annie"} & set(told.value.message.replace(":", ",").split(","))
        # and the process takes nobody's word for it
        with pytest.raises(SynthesiserError):
            await spoken(voice, voice=name)
        assert length_ms(await spoken(voice)) > 1000


async def test_a_voice_that_knows_none_takes_any_of_a_likely_length() -> None:
    voice = ScriptedSynthesiser()
    await check_voice(voice, "any+name")
    with pytest.raises(SynthesiserError, match="100 characters"):
        await check_voice(voice, "x" * 101)


async def test_a_voice_that_is_no_more_is_followed_by_the_usual_one() -> None:
    espeak = EspeakSynthesiser()
    async with started(lambda: FallbackSynthesiser(espeak, espeak)) as voice:
        assert length_ms(await spoken(voice, voice="en-us+nonsense")) > 1000


async def test_long_texts_are_spoken_whole_in_parts() -> None:
    async with started(EspeakSynthesiser) as voice:
        digits = " ".join("1234567890" * 60)
        chunks = await spoken(voice, digits)
        words = [w for chunk in chunks for w in chunk.words]
        assert [digits[w.start : w.end] for w in words] == digits.split()
        starts = [w.start_ms for w in words]
        assert starts == sorted(starts)
        assert starts[-1] < length_ms(chunks)


async def test_a_long_text_keeps_no_other_waiting() -> None:
    async with started(EspeakSynthesiser) as voice:
        stream = voice.stream(LONG)
        await anext(stream)
        speaking = asyncio.create_task(_rest(stream))
        for _ in range(3):
            await spoken(voice)
            assert not speaking.done()
        speaking.cancel()
        await asyncio.gather(speaking, return_exceptions=True)
        await stream.aclose()


async def _rest(stream: AsyncGenerator[SpeechChunk, None]) -> None:
    async for _ in stream:
        pass


async def test_half_a_pair_harms_nobody() -> None:
    async with started(EspeakSynthesiser) as voice:
        assert isinstance(voice, EspeakSynthesiser)
        pid = voice.process.pid
        told = await asyncio.gather(
            spoken(voice), spoken(voice, "half \ud83d"), spoken(voice), return_exceptions=True
        )
        assert isinstance(told[1], UnspeakableError)
        assert isinstance(told[0], list)
        assert isinstance(told[2], list)
        assert voice.process.pid == pid


async def test_espeak_is_started_anew_when_it_dies() -> None:
    async with started(EspeakSynthesiser) as voice:
        assert isinstance(voice, EspeakSynthesiser)
        stream = voice.stream(LONG)
        await anext(stream)
        assert voice.process.pid is not None
        os.kill(voice.process.pid, signal.SIGKILL)
        with pytest.raises(SynthesiserUnavailableError, match="died"):
            async for _ in stream:
                pass
        assert length_ms(await spoken(voice)) > 1000


async def test_espeak_ends_with_its_owner() -> None:
    voice = EspeakSynthesiser()
    await voice.start()
    process = voice.process._process
    assert process is not None
    assert voice.process._writer is not None
    voice.process._writer.close()
    assert await asyncio.to_thread(process.wait, 5) == 0
    await voice.aclose()
