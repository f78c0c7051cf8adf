"""Plain words for every state, and for whichever recogniser is on."""

from typing import Any

import pytest

from sessions_app.engine.core.states import CallState, EndReason
from sessions_app.views import wording


def test_every_state_and_reason_has_words() -> None:
    assert set(wording.STATES) == set(CallState)
    assert set(wording.END_REASONS) == set(EndReason)


@pytest.mark.parametrize(
    ("backend", "name", "is_trial"),
    [
        (
            "sessions_app.engine.stt.engines.pocketsphinx.PocketSphinxRecogniser",
            "PocketSphinx",
            True,
        ),
        ("acme.speech.AcmeRecogniser", "AcmeRecogniser", False),
    ],
)
def test_the_recogniser_is_named(settings: Any, backend: str, name: str, is_trial: bool) -> None:
    settings.VOICE = {**settings.VOICE, "RECOGNISERS": {"default": {"BACKEND": backend}}}
    assert wording.recogniser_note("default") == wording.RecogniserNote(name, is_trial)


def test_a_recogniser_that_is_gone_keeps_its_key() -> None:
    assert wording.recogniser_note("gone").name == "gone"


@pytest.mark.parametrize(
    ("tag", "expected"),
    [("en-US", "English (US)"), ("en-GB", "British English"), ("de", "German"), ("x-own", "x-own")],
)
def test_languages_have_names(tag: str, expected: str) -> None:
    assert wording.language(tag) == expected
