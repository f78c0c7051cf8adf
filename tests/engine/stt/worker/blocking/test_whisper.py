import json
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from sessions_app.engine.core.errors import LanguageNotSupportedError, RecogniserError
from sessions_app.engine.stt.engines.whisper import WhisperRecogniser
from sessions_app.engine.stt.worker.blocking.base import ModelError
from sessions_app.engine.stt.worker.blocking.whisper import (
    WhisperEngine,
    languages_of,
    windowed,
)
from tests.fixtures.models import install_engines, model_folder


@pytest.mark.parametrize(
    ("spoken", "window"),
    [(0, 1000), (115, 1000), (800, 1000), (801, 1002), (1500, 1700), (2900, 3000), (3000, 3000)],
)
def test_short_speech_is_decoded_in_a_short_window(spoken: int, window: int) -> None:
    features = np.zeros((80, 3000), np.float32)
    features[:, :spoken] = -0.4
    features[7, : spoken // 2] = 0.0  # what is quiet within the speech is no filling
    kept = windowed(features)
    assert kept.shape == (80, window)
    assert np.array_equal(kept[:, :spoken], features[:, :spoken])


def test_a_model_of_english_alone_hears_no_german(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install_engines(monkeypatch)
    folder = model_folder(tmp_path, "whisper")
    assert WhisperRecogniser(str(folder)).knows("de-DE")
    assert not WhisperRecogniser(str(folder)).knows("yue-HK")
    (folder / "vocabulary.txt").write_text("\n".join("x" * 51_864))
    english = WhisperRecogniser(str(folder))
    assert english.knows("en-GB")
    with pytest.raises(LanguageNotSupportedError):
        english.open("de-DE")


def test_a_vocabulary_in_json_is_counted(tmp_path: Path) -> None:
    (tmp_path / "vocabulary.json").write_text(json.dumps(["a\n"] * 51_866))
    assert "yue" in languages_of(tmp_path)


def test_a_damaged_vocabulary_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install_engines(monkeypatch)
    folder = model_folder(tmp_path, "whisper")
    (folder / "vocabulary.txt").rename(folder / "vocabulary.json")
    with pytest.raises(ModelError, match="fetch the model again"):
        languages_of(folder)
    with pytest.raises(RecogniserError, match="fetch the model again"):
        WhisperRecogniser(str(folder))


def test_damaged_weights_are_told_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def load(_model: str, **_options: object) -> None:
        raise RuntimeError("Variable 'encoder/conv2/weight' has an invalid payload size")

    monkeypatch.setitem(sys.modules, "faster_whisper", SimpleNamespace(WhisperModel=load))
    with pytest.raises(ModelError, match=r"invalid payload size\)\..*fetch_model"):
        WhisperEngine(str(model_folder(tmp_path, "whisper")))
