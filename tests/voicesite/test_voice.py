from pathlib import Path

import pytest

from voicesite import voice as settings

WHISPER, MOONSHINE = {"WHISPER_MODEL": "a folder"}, {"installed": "yes"}


def test_a_turn_model_makes_a_rule(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "smart-turn" not in settings.voice(tmp_path, "UTC")["ENDPOINTERS"]
    monkeypatch.setenv("SMART_TURN_MODEL", "a folder")
    rule = settings.voice(tmp_path, "UTC")["ENDPOINTERS"]["smart-turn"]
    assert rule["OPTIONS"] == {"model": "a folder", "workers": 1}


@pytest.mark.parametrize(
    ("there", "order"),
    [
        (WHISPER | MOONSHINE, ["whisper", "moonshine", "thorough"]),
        (MOONSHINE, ["moonshine", "thorough"]),
        (WHISPER, ["whisper", "thorough"]),
        ({}, ["thorough"]),
        (WHISPER | {"VOICE_SECOND_PASS": "thorough,whisper"}, ["thorough", "whisper"]),
        (WHISPER | MOONSHINE | {"VOICE_SECOND_PASS": ""}, []),
    ],
)
def test_recordings_are_heard_by_the_best_that_is_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: dict[str, str], order: list[str]
) -> None:
    monkeypatch.setattr(settings, "moonshine_is_installed", lambda: "installed" in there)
    monkeypatch.delenv("VOICE_SECOND_PASS", raising=False)
    for name, value in there.items():
        monkeypatch.setenv(name, value)
    made = settings.voice(tmp_path, "UTC")
    assert made["SECOND_PASS"] == order
    assert set(order) <= set(made["RECOGNISERS"])
