"""The spectrogram that a turn model looks at."""

import numpy as np
import pytest

from sessions_app.engine.core.frames import SPEECH_RATE, Samples
from sessions_app.engine.turns.turn_models.log_mel import BANDS, FRAMES, LENGTH, log_mel

AT_S = np.arange(3 * SPEECH_RATE) / SPEECH_RATE
SOUND: Samples = (
    np.random.default_rng(7).normal(0, 300, len(AT_S))
    + 8000 * np.sin(2 * np.pi * (200 + 300 * AT_S) * AT_S)
).astype(np.int16)
"""A tone that rises from 200 to 2000 Hz, in noise."""


def test_it_is_that_of_whisper() -> None:
    """The figures are those of transformers' WhisperFeatureExtractor, with do_normalize."""
    made = log_mel(SOUND)
    assert made.shape == (BANDS, FRAMES)
    assert made.dtype == np.float32
    places = [(0, 0), (5, 520), (10, 600), (20, 650), (30, 700), (79, 799), (55, 799)]
    wanted = [-0.2153, 0.8024, 0.3753, 0.629, 0.4768, 0.5846, 0.6733]
    assert [made[place] for place in places] == pytest.approx(wanted, abs=2e-4)
    assert made.mean() == pytest.approx(0.10673, abs=1e-4)


def test_the_last_seconds_count() -> None:
    long = np.concatenate([SOUND[::-1], np.zeros(LENGTH - len(SOUND), np.int16), SOUND])
    assert np.array_equal(log_mel(long), log_mel(SOUND))


@pytest.mark.parametrize("length", [0, 1, 159, LENGTH, LENGTH + 1])
def test_any_length_will_do(length: int) -> None:
    made = log_mel(np.zeros(length, np.int16))
    assert np.isfinite(made).all()
    assert made.shape == (BANDS, FRAMES)
