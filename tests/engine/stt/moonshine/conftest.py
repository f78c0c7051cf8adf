"""The model, loaded once for all of these tests."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sessions_app.engine.stt.moonshine.files import Files, checked
from sessions_app.engine.stt.moonshine.model import Floats, Model
from tests.fixtures.speech import read_wav

Said = Callable[[str], Floats]


@pytest.fixture(scope="session")
def files() -> Files:
    return checked()


@pytest.fixture(scope="session")
def model(files: Files) -> Model:
    return Model(files)


@pytest.fixture(scope="session")
def said(say: Callable[..., Path]) -> Said:
    """Makes speech with a little silence around it, as the gate passes it on."""

    def make(sentence: str) -> Floats:
        samples = read_wav(say(sentence, lead_s=0.3, tail_s=0.3))
        return (samples / 32768).astype(np.float32)

    return make
