"""Dotted paths of operators' settings, whatever version they were written for."""

import pytest
from django.utils.module_loading import import_string

from sessions_app.engine.core.moved_paths import current_path

VAD = "sessions_app.engine.audio.vad.silero.SileroVad"
EARLIER = [
    "agent.barge_ins.confirmed.ConfirmedBargeIn",
    "agent.endpointers.attentive.AttentiveEndpointer",
    "agent.endpointers.smart_turn.SmartTurnEndpointer",
    "agent.responders.chat.ChatResponder",
    "agent.responders.scribe.ScribeResponder",
    "agent.responders.scripted.ScriptedResponder",
    "agent.tools.end_call",
    "speech.recognisers.google.GoogleRecogniser",
    "speech.recognisers.openai.OpenAIRecogniser",
    "speech.recognisers.pocketsphinx.PocketSphinxRecogniser",
    "speech.recognisers.wrappers.gated.Gated",
    "speech.recognisers.wrappers.steady.Steady",
    "speech.synthesisers.espeak.EspeakSynthesiser",
    "speech.vad.silero.SileroVad",
    "summaries.extractive.ExtractiveSummariser",
]
RENAMED = {"Steady": "StableInterims"}


@pytest.mark.parametrize("room", ["sessions_app.", "sessions_app.engine."])
@pytest.mark.parametrize("place", EARLIER)
def test_what_settings_name_by_an_earlier_place_is_found(room: str, place: str) -> None:
    found = import_string(current_path(room + place))
    before = place.rpartition(".")[2]
    assert found.__name__ == RENAMED.get(before, before)


@pytest.mark.parametrize(
    ("named", "now"),
    [
        ("sessions_app.speech.vad.silero.SileroVad", VAD),
        ("sessions_app.engine.speech.vad.silero.SileroVad", VAD),
        (VAD, VAD),
        ("sessions_app.agent.tools.end_call", "sessions_app.engine.agent.tools.end_call"),
        ("sessions_app.engine.agent.responders.chat.responder.ChatResponder",) * 2,
        ("sessions_app.services.calls.start",) * 2,
        ("company.sessions_app.speech.Recogniser",) * 2,
        ("speech.Recogniser",) * 2,
        ("",) * 2,
    ],
)
def test_paths_of_today_and_of_others_stay(named: str, now: str) -> None:
    assert current_path(named) == now
