"""Engines with real models of other languages (`tests/fixtures/foreign.py`)."""

import asyncio
from collections.abc import AsyncIterator
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from sessions_app.engine.core.events import Hypothesis
from sessions_app.engine.core.frames import SPEECH_RATE, AudioFrame, Samples
from sessions_app.engine.stt.base import Recogniser
from sessions_app.engine.stt.engines.sherpa import SherpaRecogniser
from sessions_app.engine.stt.engines.vosk import VoskRecogniser
from sessions_app.engine.stt.engines.whisper import WhisperRecogniser
from tests.fixtures.foreign import real_model, spoken
from tests.fixtures.random_sherpa import random_transducer
from tests.fixtures.speech import mostly

GERMAN = "Guten Morgen, die Lieferung kommt am Freitag."
KOREAN = "안녕하세요. 오늘 날씨가 좋습니다."
pytestmark = pytest.mark.recogniser


@pytest.fixture
async def whisper() -> AsyncIterator[Recogniser]:
    made = WhisperRecogniser(real_model("WHISPER"))
    yield made
    await made.aclose()


@pytest.fixture
async def korean() -> AsyncIterator[Recogniser]:
    made = VoskRecogniser(real_model("VOSK_KO"), language="ko-KR")
    yield made
    await made.aclose()


async def heard(recogniser: Recogniser, samples: Samples, language: str) -> list[Hypothesis]:
    """Returns what comes of one utterance that begins at 1 s on the call clock.

    An engine that has interims is given the time for one.
    """
    stream = recogniser.open(language, ["Hamburg"])
    results, found = stream.results(), []
    await stream.send(AudioFrame(samples, SPEECH_RATE, 1000.0))
    async with asyncio.timeout(60):
        if recogniser.capabilities.interims:
            found.append(await anext(results))
        await stream.finish()
        found += [said async for said in results]
    await stream.aclose()
    return found


def assert_times(final: Hypothesis, samples: Samples) -> None:
    times = [at for word in final.words for at in (word.start_ms, word.end_ms)]
    assert times == sorted(times)
    assert times[0] >= 1000.0
    assert times[-1] <= 1000.0 + 1000 * len(samples) / SPEECH_RATE


async def test_german_is_heard_with_times_and_marks(whisper: Recogniser) -> None:
    samples = await spoken(GERMAN, "de")
    (final,) = await heard(whisper, samples, "de-DE")
    assert mostly(final.text, GERMAN)
    assert final.text.endswith(".")
    assert final.confidence is not None
    assert_times(final, samples)


async def test_noise_has_no_words(whisper: Recogniser) -> None:
    random = np.random.default_rng(3)
    clicks = np.where(random.random(3 * SPEECH_RATE) < 2e-4, 26_000, 0)
    hum = 6_000 * np.sin(2 * np.pi * 140 * np.arange(3 * SPEECH_RATE) / SPEECH_RATE)
    for noise in (clicks, hum):
        (final,) = await heard(whisper, noise.astype(np.int16), "en-US")
        assert final.text == ""


@pytest.fixture
async def nonsense(tmp_path: Path) -> AsyncIterator[Recogniser]:
    if find_spec("sherpa_onnx") is None:
        pytest.skip("needs sherpa-onnx")
    made = SherpaRecogniser(str(random_transducer(tmp_path / "model")))
    yield made
    await made.aclose()


async def test_sherpa_decodes_several_at_once_as_each_alone(nonsense: Recogniser) -> None:
    random = np.random.default_rng(1)
    sounds = [random.normal(0, 3_000, 2 * SPEECH_RATE).astype(np.int16) for _ in range(4)]
    alone = [(await heard(nonsense, sound, "en-US"))[-1] for sound in sounds]
    together = await asyncio.gather(*(heard(nonsense, sound, "en-US") for sound in sounds))
    assert [found[-1] for found in together] == alone
    assert len({final.text for final in alone}) == len(sounds)
    for final, sound in zip(alone, sounds, strict=True):
        assert " ".join(word.text for word in final.words) == final.text
        assert_times(final, sound)


async def test_vosk_hears_korean_while_it_is_spoken(korean: Recogniser) -> None:
    samples = await spoken(KOREAN, "ko")
    *interims, final = await heard(korean, samples, "ko-KR")
    assert interims
    assert "니다" in final.text.replace(" ", "")  # of eSpeak NG it does not understand more
    assert_times(final, samples)
