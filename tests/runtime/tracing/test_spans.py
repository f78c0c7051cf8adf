"""What a call's trace is made of, by the times that are stored of it."""

from datetime import UTC, datetime, timedelta

import pytest

from sessions_app.engine.core.agent_config import AgentConfig
from sessions_app.models import Call, Turn, Usage
from sessions_app.runtime.tracing.spans import PlannedSpan, clock_start, plan
from sessions_app.services.ended_calls import EndedCall

MADE = datetime(2026, 11, 30, 12, 0, 0, tzinfo=UTC)
ANSWERED = MADE + timedelta(seconds=2)


def a_call(**more: object) -> Call:
    config = AgentConfig(slug="desk", name="Desk of Mrs Krelvinsky", responder="chat")
    told: dict[str, object] = {
        "public_id": "abcDEF0123456789",
        "state": "ended",
        "end_reason": "caller_hung_up",
        "recogniser": "moonshine",
        "persona": config.as_json(),
        "worker": "a-host:4711:0a1b",
        "duration_ms": 10_000,
        "created_at": MADE,
        "answered_at": ANSWERED + timedelta(milliseconds=400),
        "ended_at": ANSWERED + timedelta(milliseconds=10_250),
    }
    return Call(**told | more)


def asked(**more: int) -> Turn:
    return Turn(index=1, speaker="caller", start_ms=1000, end_ms=2000, **more)


def answered(**more: object) -> Turn:
    told: dict[str, object] = {
        "speech_end_ms": 2000,
        "endpoint_ms": 2500,
        "final_ms": 2600,
        "first_token_ms": 2900,
        "first_audio_ms": 3100,
    }
    return Turn(index=2, speaker="agent", start_ms=3100, end_ms=5000, **told | more)


USED = [
    Usage(kind="answers", name="gpt", tokens_in=30, tokens_out=4),
    Usage(kind="speech", name="hibari", voice="anna", characters=12),
    Usage(kind="recognition", name="moonshine", audio_ms=1500),
]


def spans(found: EndedCall) -> dict[str, PlannedSpan]:
    return {one.place: one for one in plan(found).spans}


def times(found: dict[str, PlannedSpan]) -> dict[str, tuple[str, str, float, float]]:
    return {one.place: (one.name, one.parent, one.start_ms, one.end_ms) for one in found.values()}


def test_a_turn_and_its_answer_have_each_stage_once() -> None:
    found = spans(EndedCall(a_call(gaps=[[7000, 8000]]), [asked(), answered()], USED))
    assert times(found) == {
        "call": ("call", "", -2250.0, 10_000.0),
        "connect": ("connect", "call", -2250.0, 0.0),
        "gap 1": ("reconnect", "call", 7000, 8000),
        "turn 1": ("caller turn", "call", 1000, 2000),
        "turn 1 words": ("speech_to_text moonshine", "turn 1", 1000, 2600),
        "turn 2": ("invoke_agent desk", "call", 2000, 5000),
        "turn 2 end": ("endpointing", "turn 2", 2000, 2500),
        "turn 2 text": ("chat gpt", "turn 2", 2600, 2900),
        "turn 2 voice": ("text_to_speech hibari", "turn 2", 2900, 3100),
        "turn 2 sound": ("speaking", "turn 2", 3100, 5000),
    }
    assert found["turn 2 text"].attributes == {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt",
        "voicesite.responder": "chat",
    }
    assert found["turn 2"].attributes["voicesite.answer.response_ms"] == 1100
    of_call = found["call"].attributes
    assert (of_call["gen_ai.usage.input_tokens"], of_call["gen_ai.usage.output_tokens"]) == (30, 4)
    assert of_call["voicesite.call.process"] == "0a1b"
    assert not [one for one in found.values() if one.error]


def test_an_answer_that_was_prepared_early_took_no_negative_time() -> None:
    early = answered(endpoint_ms=3000, final_ms=2800, first_token_ms=2900, first_audio_ms=3050)
    found = spans(EndedCall(a_call(), [asked(), early], USED))
    assert times(found)["turn 2 text"][2:] == (2800, 2900)
    sooner = answered(endpoint_ms=3000, final_ms=2800, first_token_ms=2700, first_audio_ms=3050)
    found = spans(EndedCall(a_call(), [asked(), sooner], USED))
    assert times(found)["turn 2 text"][2:] == (2700, 2700)
    assert all(one.end_ms >= one.start_ms for one in found.values())


def test_what_is_typed_or_unprompted_has_no_recognition() -> None:
    typed = answered(speech_end_ms=None)
    greeting = Turn(index=1, speaker="agent", start_ms=100, end_ms=900)
    turns = [greeting, Turn(index=2, speaker="caller", start_ms=2400, end_ms=2400), typed]
    typed.index = 3
    found = spans(EndedCall(a_call(), turns, []))
    assert not [one for one in found.values() if one.name.startswith("speech_to_text")]
    assert found["turn 1"].attributes["voicesite.turn.unprompted"] is True
    assert times(found)["turn 3"] == ("invoke_agent desk", "call", 2500, 5000)
    assert "turn 3 end" not in found
    assert found["turn 3 text"].name == "answer"  # which model answered is not known


def test_a_call_without_an_agent_has_what_was_written_down() -> None:
    found = spans(EndedCall(a_call(persona={}), spoken=[(100, 900), (1200, 4000)]))
    assert times(found)["words 2"] == ("speech_to_text moonshine", "call", 1200, 4000)
    assert "gen_ai.agent.id" not in found["call"].attributes


@pytest.mark.parametrize(
    ("reason", "error"),
    [("internal_error", "internal_error"), ("never_connected", "never_connected"), ("idle", "")],
)
def test_a_call_that_a_fault_ended_has_failed(reason: str, error: str) -> None:
    (whole,) = plan(EndedCall(a_call(end_reason=reason, answered_at=None, duration_ms=None))).spans
    assert whole.error == error
    assert (whole.start_ms, whole.end_ms) == (0.0, 12_250.0)


def test_the_clock_began_at_the_earlier_guess_and_not_before_the_call() -> None:
    assert clock_start(a_call()) == ANSWERED + timedelta(milliseconds=250)
    late = a_call(ended_at=ANSWERED + timedelta(hours=1))  # the database was away
    assert clock_start(late) == ANSWERED + timedelta(milliseconds=400)
    assert clock_start(a_call(duration_ms=60_000)) == MADE
