"""Engines with real models, where the machine has them.

`TEST_WHISPER_MODEL` names the folder of a Whisper model of many languages (`manage.py fetch_model
whisper-base`). What speaks is eSpeak NG, which the product brings along.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from importlib.util import find_spec

import numpy as np
import pytest

from sessions_app.core.audio import SPEECH_RATE, AudioFrame, Samples
from sessions_app.core.events import Hypothesis
from sessions_app.media.resample import Resampler
from sessions_app.speech.recognisers.base import Recogniser
from sessions_app.speech.recognisers.whisper import WhisperRecogniser
from sessions_app.speech.synthesisers.espeak import EspeakSynthesiser
from tests.fixtures.speech import mostly

WHISPER = os.environ.get("TEST_WHISPER_MODEL", "")
GERMAN = "Die Lieferung kommt am Freitag, und ich rufe aus Hamburg an."
pytestmark = pytest.mark.recogniser


@pytest.fixture
async def whisper() -> AsyncIterator[Recogniser]:
    if not WHISPER or find_spec("faster_whisper") is None:
        pytest.skip("needs TEST_WHISPER_MODEL and faster-whisper")
    made = WhisperRecogniser(WHISPER, threads=1)
    yield made
    await made.aclose()


async def spoken(text: str, voice: str) -> Samples:
    """Returns what eSpeak NG says, at 16 kHz, with a rim of silence."""
    synthesiser = EspeakSynthesiser(voice=voice)
    await synthesiser.start()
    chunks = [chunk async for chunk in synthesiser.stream(text)]
    await synthesiser.aclose()
    resampler = Resampler(chunks[0].sample_rate, 1)
    pieces = [resampler.process(chunk.samples.reshape(1, -1)) for chunk in chunks]
    rim = np.zeros(SPEECH_RATE // 4, np.int16)
    return np.concatenate([rim, *pieces, rim])


async def heard(recogniser: Recogniser, samples: Samples, language: str) -> Hypothesis:
    """Returns the final of one utterance that begins at 1 s on the call clock."""
    stream = recogniser.open(language, ["Hamburg"])
    await stream.send(AudioFrame(samples, SPEECH_RATE, 1000.0))
    await stream.finish()
    async with asyncio.timeout(60):
        (final,) = [said async for said in stream.results()]
    await stream.aclose()
    return final


async def test_german_is_heard_with_times_and_marks(whisper: Recogniser) -> None:
    samples = await spoken(GERMAN, "de")
    final = await heard(whisper, samples, "de-DE")
    assert mostly(final.text, GERMAN)
    assert final.text.endswith(".")
    assert final.confidence is not None
    times = [at for word in final.words for at in (word.start_ms, word.end_ms)]
    assert times == sorted(times)
    assert times[0] >= 1000.0
    assert times[-1] <= 1000.0 + 1000 * len(samples) / SPEECH_RATE


async def test_noise_has_no_words(whisper: Recogniser) -> None:
    random = np.random.default_rng(3)
    clicks = np.where(random.random(3 * SPEECH_RATE) < 2e-4, 26_000, 0)
    hum = 6_000 * np.sin(2 * np.pi * 140 * np.arange(3 * SPEECH_RATE) / SPEECH_RATE)
    for noise in (clicks, hum):
        assert (await heard(whisper, noise.astype(np.int16), "en-US")).text == ""
