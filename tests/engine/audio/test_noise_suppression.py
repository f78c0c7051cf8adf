from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sessions_app.engine.audio.noise_suppression import Suppressor
from sessions_app.engine.core.frames import Samples
from tests.engine.audio.signals import likeness
from tests.fixtures.speech import read_wav


@pytest.fixture
def speech(say: Callable[..., Path]) -> Samples:
    return read_wav(say("good morning and welcome to the meeting", "the weather is very nice"))


def suppressed(suppressor: Suppressor, samples: Samples, size: int) -> Samples:
    parts = [suppressor.process(samples[at : at + size]) for at in range(0, len(samples), size)]
    return np.concatenate([*parts, suppressor.flush()])


@pytest.mark.parametrize("size", [160, 320, 333, 1_600])
def test_speech_stays_whole_and_in_its_place(speech: Samples, size: int) -> None:
    suppressor = Suppressor()
    for _ in range(2):
        found = suppressed(suppressor, speech, size)
        assert found.dtype == np.int16
        assert len(found) == len(speech)
        assert likeness(found, speech) > 0.9
        assert likeness(found[32:], speech[:-32]) < likeness(found, speech)
        assert likeness(found[:-32], speech[32:]) < likeness(found, speech)


def test_a_hiss_is_taken_out(speech: Samples) -> None:
    hiss = np.random.default_rng(7).normal(0, 3_000, len(speech))
    noisy = np.clip(speech + hiss, -32_768, 32_767).astype(np.int16)
    found = suppressed(Suppressor(), noisy, 1_600)
    assert likeness(found, speech) > likeness(noisy, speech)
    assert np.std(found[:1_600]) < np.std(noisy[:1_600]) / 2


def test_nothing_gives_nothing() -> None:
    assert len(Suppressor().flush()) == 0
