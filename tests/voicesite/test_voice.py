from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

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


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("VOICE_VIDEO_SIZE", "0x0"),
        ("VOICE_VIDEO_SIZE", "1x480"),
        ("VOICE_VIDEO_SIZE", "large"),
        ("VOICE_VIDEO_PER_SECOND", "0"),
        ("VOICE_MAX_CALL_S", "0"),
        ("VOICE_TURN_TTL_S", "0"),
    ],
)
def test_what_no_call_can_have_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, value: str
) -> None:
    monkeypatch.setenv("VOICE_VIDEO", "1")
    monkeypatch.setenv(name, value)
    with pytest.raises(ImproperlyConfigured, match=name):
        settings.voice(tmp_path, "UTC")
