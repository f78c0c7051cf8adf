"""Dotted paths of operators' settings, whatever version they were written for."""

import pytest

from sessions_app.engine.core.moved import current_path


@pytest.mark.parametrize(
    ("named", "now"),
    [
        (
            "sessions_app.speech.vad.silero.SileroVad",
            "sessions_app.engine.speech.vad.silero.SileroVad",
        ),
        ("sessions_app.agent.tools.end_call", "sessions_app.engine.agent.tools.end_call"),
        ("sessions_app.engine.speech.vad.silero.SileroVad",) * 2,
        ("sessions_app.services.calls.start",) * 2,
        ("company.sessions_app.speech.Recogniser",) * 2,
        ("speech.Recogniser",) * 2,
        ("",) * 2,
    ],
)
def test_earlier_places_are_found_where_they_are_now(named: str, now: str) -> None:
    assert current_path(named) == now
