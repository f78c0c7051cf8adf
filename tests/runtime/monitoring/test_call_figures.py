"""What calls do is counted once, under words of ours alone."""

from sessions_app.engine.core.errors import BusyError
from sessions_app.engine.core.events import (
    AgentFailed,
    CallEvent,
    Latency,
    RecognitionFailed,
    SegmentFinal,
    Speaker,
    StateChanged,
    TurnEnded,
)
from sessions_app.engine.core.states import CallState, EndReason
from sessions_app.engine.core.usage import CallUsage
from sessions_app.runtime.monitoring.call_figures import (
    MOST_CODES,
    OTHER,
    CallFigures,
    CallFigureSink,
)

SECRET = "the purple elephant"


def a_call(figures: CallFigures, *events: CallEvent, call_id: str = "abc") -> CallFigureSink:
    sink = CallFigureSink(figures, call_id, "stream", CallUsage(), lambda: 2_000.0)
    for event in (StateChanged(CallState.CONNECTING), *events):
        sink.emit(event)
    return sink


def test_a_call_is_counted_from_its_first_state_to_its_last() -> None:
    figures = CallFigures()
    sink = a_call(figures, StateChanged(CallState.ACTIVE))
    assert figures.states() == {("stream", "active"): 1}
    sink.emit(StateChanged(CallState.RECONNECTING))
    sink.used.asked("m", 10, 4)
    sink.used.spoke("default", "", 7)
    before = vars(figures.usage())
    sink.emit(StateChanged(CallState.ENDED, EndReason.CALLER_LEFT))
    assert vars(figures.usage()) == before
    assert (before["tokens_in"], before["tokens_out"], before["characters"]) == (10, 4, 7)
    assert not figures.states()
    figures.over("abc", EndReason.INTERNAL_ERROR)  # as the engine says of every call that is over
    assert +figures.ended == {"caller_left": 1}
    assert figures.started == figures.reconnecting == {"stream": 1}


def test_a_call_whose_end_failed_is_counted_as_that() -> None:
    figures = CallFigures()
    a_call(figures, StateChanged(CallState.ENDING, EndReason.IDLE))
    figures.over("abc", EndReason.INTERNAL_ERROR)
    assert (+figures.ended, figures.states()) == ({"internal_error": 1}, {})


def test_the_delay_of_finals_is_that_of_spoken_utterances() -> None:
    figures = CallFigures()
    spoken = SegmentFinal(1, Speaker.CALLER, SECRET, 0, 1_300.0)
    others = (
        SegmentFinal(2, Speaker.CALLER, SECRET, 0, 500.0, more=True),
        SegmentFinal(3, Speaker.CALLER, SECRET, 0, 0, typed=True),
        SegmentFinal(4, Speaker.CALLER, "1", 0, 0, key="1"),
        SegmentFinal(5, Speaker.AGENT, SECRET, 0, 0),
    )
    a_call(figures, spoken, *others)
    assert (sum(figures.final_delay.counts), figures.final_delay.total) == (1, 0.7)


def test_answers_are_counted_by_stage() -> None:
    figures = CallFigures()
    latency = Latency(1_000, 1_500, 1_400, 1_900, 2_500)  # the final came before the decision
    a_call(
        figures,
        TurnEnded(1, Speaker.CALLER, 0, 1_000),
        TurnEnded(2, Speaker.AGENT, 2_500, 4_000, latency=latency),
        TurnEnded(4, Speaker.AGENT, 0, 1, interrupted=True, latency=Latency(first_audio_ms=9)),
    )
    assert figures.answers == {"finished": 1, "interrupted": 1}
    assert (sum(figures.answer.counts), figures.answer.total) == (1, 1.5)
    took = {name: round(stage.total, 3) for name, stage in figures.stages.items()}
    assert took == {"endpoint": 0.1, "final": 0.4, "first_token": 0.4, "first_audio": 0.6}


def test_errors_are_counted_by_codes_of_ours() -> None:
    figures = CallFigures()
    a_call(
        figures,
        AgentFailed("responder_unavailable", SECRET),
        AgentFailed(SECRET, SECRET),
        RecognitionFailed(SECRET),
    )
    try:
        with figures.counted_errors():
            raise BusyError(SECRET)
    except BusyError:
        pass
    told = {"responder_unavailable", "recognition_failed", "busy", OTHER}
    assert +figures.errors == dict.fromkeys(told, 1)
    for number in range(MOST_CODES):
        figures.failed("x" * (number + 1))
    for number in range(MOST_CODES):
        figures.failed("y" * (number % 40 + 1))
    assert len(figures.errors) == MOST_CODES
    assert figures.errors.total() == 4 + 2 * MOST_CODES
