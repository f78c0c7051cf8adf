"""`manage.py recognisers` says what runs here."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from sessions_app.engine.core.errors import LanguageNotSupportedError
from sessions_app.engine.stt.engines.scripted import ScriptedRecogniser, ScriptedStream

pytestmark = pytest.mark.django_db  # what operators have set is read


def told(**options: Any) -> str:
    out = StringIO()
    call_command("recognisers", stdout=out, **options)
    return out.getvalue()


class Finnish(ScriptedRecogniser):
    """Hears no English."""

    capabilities = replace(ScriptedRecogniser.capabilities, languages=frozenset({"fi", "fi-FI"}))

    def open(self, language: str, phrases: Sequence[str] = ()) -> ScriptedStream:
        if not self.knows(language):
            raise LanguageNotSupportedError(language)
        return ScriptedStream(["yksi"])


def test_an_engine_of_another_language_is_tried_in_that(settings: Any) -> None:
    entry = {"BACKEND": f"{__name__}.Finnish"}
    settings.VOICE = {**settings.VOICE, "RECOGNISERS": {"default": entry}}
    out = told()
    assert "heard: yksi" in out
    assert "It was told English words and hears fi: try it with --file." in out


def test_the_embedded_one_is_tried(say: Callable[..., Path]) -> None:
    out = told(file=say("please open the second window", lead_s=0.3, tail_s=0.3))
    assert "default: the same as moonshine" in out
    assert "MoonshineRecogniser in Retrying in Fallback" in out
    assert "heard: Please open the second window." in out
    assert "PocketSphinxRecogniser in Retrying" in out
    assert "heard: please open the second window" in out
    assert "times as fast" in out


def test_what_cannot_run_says_why(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GOOGLE_APPLICATION_CREDENTIALS", raising=False)
    monkeypatch.setenv("NO_GCE_CHECK", "true")
    monkeypatch.setenv("HOME", "/nonexistent")
    engines = "sessions_app.engine.stt.engines"
    settings.VOICE = {
        **settings.VOICE,
        "RECOGNISERS": {
            "google": {"BACKEND": f"{engines}.google.GoogleRecogniser"},
            "gone": {"BACKEND": "no.such.Engine"},
            "one": {"SAME_AS": "two"},
            "two": {"SAME_AS": "one"},
            "script": {"BACKEND": f"{engines}.scripted.ScriptedRecogniser"},
        },
    }
    out = StringIO()
    with pytest.raises(CommandError, match="google, gone, one, two"):
        call_command("recognisers", stdout=out)
    assert "GOOGLE_APPLICATION_CREDENTIALS" in out.getvalue()
    assert "no.such.Engine" in out.getvalue()
    assert "heard: this is what was said" in out.getvalue()


def test_a_file_that_is_no_sound_is_named(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("no sound")
    with pytest.raises(CommandError, match=r"notes\.txt cannot be read"):
        told(file=path)
