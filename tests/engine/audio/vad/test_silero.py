import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sessions_app.engine.audio.vad import silero_model
from sessions_app.engine.audio.vad.silero import SileroStream, SileroVad
from sessions_app.engine.audio.vad.silero_model import CONTEXT, STATE, WINDOW, State
from sessions_app.engine.core.events import SpeechEnded, SpeechPaused, SpeechResumed, SpeechStarted
from sessions_app.engine.core.frames import AudioFrame, Samples
from tests.fixtures.speech import read_wav

Told = list[SpeechStarted | SpeechEnded]


@pytest.fixture
async def vad() -> AsyncIterator[SileroVad]:
    vad = SileroVad()
    await vad.start()
    await vad.start()
    yield vad
    await vad.aclose()
    assert not [t for t in threading.enumerate() if t.name == "voice-vad"]


async def judge(vad: SileroVad, samples: Samples, *, drain: bool = True) -> Told:
    told: Told = []
    stream = vad.open(told.append)
    for at in range(0, len(samples), 320):
        stream.feed(AudioFrame(samples[at : at + 320], 16_000, at / 16))
        if at % 32_000 == 0:
            await asyncio.sleep(0)
    if drain:
        await asyncio.wait_for(stream.drain(), 30)
        assert stream.seen_ms >= 1000 * len(samples) / 16_000
    stream.close()
    return told


def times(told: Told) -> list[float]:
    return [event.at_ms for event in told]


async def test_two_sentences_are_two_spans(vad: SileroVad, say: Callable[..., Path]) -> None:
    samples = read_wav(say("good morning", "how are you today", lead_s=1.0, tail_s=1.0))
    told = await judge(vad, samples)
    assert [type(event) for event in told] == [SpeechStarted, SpeechEnded] * 2
    assert times(told) == sorted(times(told))
    # the voice itself starts with a fifth of a second of silence
    assert times(told)[0] == pytest.approx(1200, abs=250)
    assert times(told)[-1] == pytest.approx(len(samples) / 16 - 1000, abs=300)


async def test_many_at_once_are_judged_as_one_alone(
    vad: SileroVad, say: Callable[..., Path]
) -> None:
    samples = read_wav(say("good morning", lead_s=0.7, tail_s=0.8))
    alone = times(await judge(vad, samples))
    together = await asyncio.gather(*(judge(vad, samples) for _ in range(8)))
    assert [times(told) for told in together] == [alone] * 8


async def test_silence_and_noise_are_no_speech(vad: SileroVad) -> None:
    assert await judge(vad, np.zeros(160_000, np.int16)) == []
    noise = np.random.default_rng(1).normal(0, 500, 160_000).astype(np.int16)
    assert await judge(vad, noise) == []


async def test_a_call_begins_as_if_after_silence(
    vad: SileroVad, say: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Silence is not judged: the network's memory must not be empty when the first word comes."""
    word = read_wav(say("hello"))
    word = word[np.argmax(np.abs(word) > 200) :][: 4 * WINDOW]
    windows = np.concatenate([np.zeros(64 * WINDOW, np.int16), word])
    windows = windows.astype(np.float32) / 32_768
    lined = np.concatenate([np.zeros(CONTEXT, np.float32), windows])
    starts = range(0, len(windows), WINDOW)
    model = silero_model.load()
    encoded = model.encode(np.stack([lined[at : at + CONTEXT + WINDOW] for at in starts]))
    state = State(np.zeros((1, STATE), np.float32), np.zeros((1, STATE), np.float32))
    expected = []
    for one in encoded:
        told, state = model.step(one[None], state)
        expected.append(float(told[0]))
    found: list[float] = []
    judged = SileroStream.judge

    def judge(stream: SileroStream, window: Any, chance: float, rms: float) -> None:
        found.append(chance)
        judged(stream, window, chance, rms)

    monkeypatch.setattr(SileroStream, "judge", judge)
    stream = vad.open(lambda _: None)
    stream.feed(AudioFrame(word, 16_000, 0.0))
    await asyncio.wait_for(stream.drain(), 30)
    stream.close()
    assert found[:4] == pytest.approx(expected[64:], abs=0.01)


async def test_speech_that_is_cut_off_ends_where_the_audio_ends(
    vad: SileroVad, say: Callable[..., Path]
) -> None:
    samples = read_wav(say("good morning and welcome"))[:16_000]
    told = await judge(vad, samples)
    assert isinstance(told[-1], SpeechEnded)
    assert told[-1].at_ms == pytest.approx(1000, abs=40)


async def test_a_closed_stream_tells_nothing(vad: SileroVad, say: Callable[..., Path]) -> None:
    told = await judge(vad, read_wav(say("good morning", lead_s=0.5)), drain=False)
    heard = len(told)
    await judge(vad, np.zeros(16_000, np.int16))
    assert len(told) == heard


async def test_a_pause_is_told_while_speech_may_still_go_on(
    vad: SileroVad, say: Callable[..., Path]
) -> None:
    first, second = (read_wav(say(text)) for text in ("good morning", "how are you today"))
    samples = np.concatenate([first[:-1600], np.zeros(2400, np.int16), second, first[-1:]])
    spoken: Told = []
    pauses: list[SpeechPaused | SpeechResumed] = []
    stream = vad.open(spoken.append)
    stream.watch(pauses.append)
    for at in range(0, len(samples), 320):
        stream.feed(AudioFrame(samples[at : at + 320], 16_000, at / 16))
    await asyncio.wait_for(stream.drain(), 30)
    stream.close()
    assert [type(event) for event in spoken] == [SpeechStarted, SpeechEnded]
    assert [type(event) for event in pauses[:2]] == [SpeechPaused, SpeechResumed]
    assert pauses[0].at_ms == pytest.approx(len(first) / 16 - 200, abs=150)
    assert 200 < pauses[1].at_ms - pauses[0].at_ms < 512
