"""Which recogniser is named: the one that writes."""

from typing import Any

import pytest

from sessions_app.runtime import engine, media_processes, recogniser_use
from sessions_app.runtime.recogniser_use import RecogniserInUse

ENTRIES = {
    "moonshine": {"BACKEND": "sessions_app.engine.stt.engines.moonshine.MoonshineRecogniser"},
    "own": {"BACKEND": "acme.speech.AcmeRecogniser"},
    "default": {"SAME_AS": "moonshine"},
}


@pytest.fixture
def out(settings: Any, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What is out in this process, to be changed by a test."""
    settings.VOICE = {**settings.VOICE, "ROLE": "all", "RECOGNISERS": ENTRIES}
    found: dict[str, str] = {}
    monkeypatch.setattr(engine, "fallbacks_in_use", lambda: found)
    return found


def test_it_is_that_of_the_settings_while_that_runs(out: dict[str, str]) -> None:
    out["vosk"] = "pocketsphinx"
    assert recogniser_use.in_use() == RecogniserInUse("moonshine")
    assert recogniser_use.in_use("own") == RecogniserInUse("AcmeRecogniser")
    assert recogniser_use.in_use("gone") == RecogniserInUse("gone")


def test_else_it_is_what_stands_in(out: dict[str, str]) -> None:
    out["moonshine"] = "pocketsphinx"
    assert recogniser_use.in_use() == RecogniserInUse("pocketsphinx", "moonshine")


def test_a_web_process_asks_its_media_processes(
    out: dict[str, str], settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Elsewhere:
        def fallbacks_in_use(self) -> dict[str, str]:
            return {"moonshine": "pocketsphinx"}

    settings.VOICE = {**settings.VOICE, "ROLE": "web"}
    monkeypatch.setattr(media_processes, "current", Elsewhere)
    assert out == {}
    assert recogniser_use.in_use() == RecogniserInUse("pocketsphinx", "moonshine")
