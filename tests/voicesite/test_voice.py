from decimal import Decimal
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


@pytest.mark.parametrize(("there", "chosen"), [(True, "moonshine"), (False, "pocketsphinx")])
def test_without_the_wheel_calls_are_heard_by_the_fallback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: bool, chosen: str
) -> None:
    monkeypatch.setattr(settings, "moonshine_is_installed", lambda: there)
    monkeypatch.setenv("VOICE_RECOGNISER", "embedded")
    assert settings.voice(tmp_path, "UTC")["RECOGNISERS"]["default"] == {"SAME_AS": chosen}


def test_moonshine_is_left_out_where_it_is_not_wanted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "moonshine_is_installed", lambda: True)
    monkeypatch.delenv("VOICE_SECOND_PASS", raising=False)
    monkeypatch.setenv("VOICE_MOONSHINE", "0")
    monkeypatch.setenv("VOICE_RECOGNISER", "embedded")
    made = settings.voice(tmp_path, "UTC")
    assert set(made["RECOGNISERS"]) == {"pocketsphinx", "thorough", "default"}
    assert made["RECOGNISERS"]["default"] == {"SAME_AS": "pocketsphinx"}
    assert made["SECOND_PASS"] == ["thorough"]
    monkeypatch.setenv("VOICE_RECOGNISER", "moonshine")
    with pytest.raises(ImproperlyConfigured, match="contradict"):
        settings.voice(tmp_path, "UTC")


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


MODEL_VARIABLES = ("SUMMARY_MODEL", "SUMMARY_URL", "SUMMARY_API_KEY", "CHAT_MODEL", "CHAT_URL")


@pytest.mark.parametrize(
    ("given", "default", "options"),
    [
        ({}, "extractive", None),
        ({"CHAT_MODEL": "c", "CHAT_URL": "http://c/v1"}, "extractive", ("c", "http://c/v1")),
        ({"SUMMARY_MODEL": "s", "CHAT_URL": "http://c/v1"}, "model", ("s", "http://c/v1")),
        ({"SUMMARY_MODEL": "s", "SUMMARY_URL": "http://s/v1"}, "model", ("s", "http://s/v1")),
    ],
)
def test_a_model_summarises_where_it_is_named(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    given: dict[str, str],
    default: str,
    options: tuple[str, str] | None,
) -> None:
    for name in MODEL_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    made = settings.voice(tmp_path, "UTC")["SUMMARISERS"]
    assert made["default"] == {"SAME_AS": default}
    found = made.get("model", {}).get("OPTIONS")
    assert (found and (found["model"], found["base_url"])) == options


def test_prices_of_models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODEL_PRICES", "gpt-5-mini=0.25/2, org/x=1=0/0")
    prices = settings.voice(tmp_path, "UTC")["MODEL_PRICES"]
    assert prices == {"gpt-5-mini": (Decimal("0.25"), Decimal(2)), "org/x=1": (0, 0)}


@pytest.mark.parametrize("name", ["STT_PRICES", "VOICE_PRICES"])
def test_prices_of_engines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, "google=0.016, default=0")
    assert settings.voice(tmp_path, "UTC")[name] == {"google": Decimal("0.016"), "default": 0}
    monkeypatch.setenv(name, "google=1/2")
    with pytest.raises(ImproperlyConfigured, match=name):
        settings.voice(tmp_path, "UTC")


def test_the_currency_of_prices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not settings.voice(tmp_path, "UTC")["CURRENCY"]
    monkeypatch.setenv("PRICES_CURRENCY", "eur")
    assert settings.voice(tmp_path, "UTC")["CURRENCY"] == "EUR"
    monkeypatch.setenv("PRICES_CURRENCY", "quid")
    with pytest.raises(ImproperlyConfigured, match="PRICES_CURRENCY"):
        settings.voice(tmp_path, "UTC")


@pytest.mark.parametrize("value", ["m", "m=1", "m=a/b", "=1/2", "m=-1/2", "m=1/2/3", "m=nan/1"])
def test_prices_that_are_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    monkeypatch.setenv("MODEL_PRICES", value)
    with pytest.raises(ImproperlyConfigured, match="MODEL_PRICES"):
        settings.voice(tmp_path, "UTC")
