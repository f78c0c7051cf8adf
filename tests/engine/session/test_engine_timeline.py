"""The time of what engines hear, and the call's."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions_app.engine.core.events import Hypothesis, Word
from sessions_app.engine.core.frames import AudioFrame
from sessions_app.engine.session.engine_timeline import MAX_STEPS, EngineTimeline


def frame(start_ms: float, length_ms: int = 20) -> AudioFrame:
    return AudioFrame(np.zeros(16 * length_ms, np.int16), 16_000, start_ms)


def test_until_something_comes_late_both_times_are_one() -> None:
    timeline, whole = EngineTimeline(), frame(12_340.0)
    assert timeline.to_engine_time(whole) is whole
    assert timeline.call_ms(5_000.0) == 5_000.0
    said = Hypothesis("a", True, 1.0, 2.0)
    assert timeline.to_call_clock(said) is said


def test_words_of_late_audio_stand_where_they_were_spoken() -> None:
    timeline = EngineTimeline()
    timeline.step_back(3_000.0, 1_000.0)  # silence from 1 to 3 s, then what was spoken from 1 s on
    assert timeline.to_engine_time(frame(1_000.0)).start_ms == 3_000.0
    said = Hypothesis(
        "one two three",
        True,
        900.0,
        3_400.0,
        (Word("one", 900.0, 980.0), Word("two", 2_950.0, 3_100.0), Word("three", 3_200.0, 3_400.0)),
    )
    placed = timeline.to_call_clock(said)
    times = [(word.start_ms, word.end_ms) for word in placed.words]
    assert times == [(900.0, 980.0), (1_000.0, 1_100.0), (1_200.0, 1_400.0)]
    assert (placed.start_ms, placed.end_ms) == (900.0, 1_400.0)


def test_a_word_that_broke_off_is_told_again_and_no_other() -> None:
    timeline = EngineTimeline()
    half = Word("wea", 850.0, 1_000.0)
    first = Hypothesis("the wea", True, 500.0, 1_000.0, (Word("the", 500.0, 800.0), half))
    assert timeline.to_call_clock(first) is first
    timeline.step_back(3_000.0, 400.0, 1_000.0)  # what was heard from 0.4 s on, and then the rest
    assert timeline.call_ms(950.0) == 950.0
    assert timeline.call_ms(2_000.0) == 1_000.0
    words = (
        Word("the", 3_100.0, 3_400.0),
        Word("weather", 3_450.0, 3_800.0),
        Word("is", 3_900.0, 4_000.0),
    )
    placed = timeline.to_call_clock(Hypothesis("the weather is", True, 3_000.0, 4_000.0, words))
    assert placed.text == "weather is"
    assert [(word.start_ms, word.end_ms) for word in placed.words] == [
        (850.0, 1_200.0),
        (1_300.0, 1_400.0),
    ]
    again = Hypothesis("the", True, 3_100.0, 3_400.0, words[:1])
    assert timeline.to_call_clock(again).text == ""


@pytest.mark.parametrize("is_final", [True, False])
def test_what_is_heard_before_the_step_is_of_what_follows_it(is_final: bool) -> None:
    """The VAD finds speech a little early, and what the engine gets begins before that."""
    timeline = EngineTimeline()
    told = (Word("the", 500.0, 700.0), Word("way", 700.0, 840.0))
    timeline.to_call_clock(Hypothesis("the way", True, 500.0, 840.0, told))
    timeline.step_back(3_000.0, 450.0, 1_000.0)
    assert [timeline.call_ms(at) for at in (1_200.0, 2_700.0, 2_950.0)] == [1_000.0, 450.0, 450.0]
    words = (Word("the", 2_710.0, 2_960.0), Word("window", 3_200.0, 3_700.0))
    again = Hypothesis("The window.", is_final, 2_710.0, 3_700.0, words, whole=not is_final)
    placed = timeline.to_call_clock(again)
    assert (placed.text, placed.start_ms, placed.end_ms) == ("window.", 650.0, 1_150.0)


def test_an_interim_is_not_what_was_told() -> None:
    timeline = EngineTimeline()
    timeline.step_back(3_000.0, 450.0, 1_000.0)
    words = (Word("the", 3_010.0, 3_200.0),)
    for is_final in (False, False, True):
        said = Hypothesis("the", is_final, 3_010.0, 3_200.0, words, whole=not is_final)
        assert timeline.to_call_clock(said).text == "the"


@given(st.lists(st.tuples(st.integers(1, 50), st.integers(0, 50)), max_size=2 * MAX_STEPS))
def test_there_and_back(steps: list[tuple[int, int]]) -> None:
    """Frames come, then silence stands in for some that come after all, again and again."""
    timeline, fed, heard_ms = EngineTimeline(), list[tuple[float, float]](), 0.0
    for frames, stood_in in steps:
        if stood_in:
            timeline.step_back(heard_ms + 20.0 * stood_in, heard_ms)
        for _ in range(frames):
            given_ms = timeline.to_engine_time(frame(heard_ms)).start_ms
            assert timeline.call_ms(given_ms) == pytest.approx(heard_ms)
            fed.append((given_ms, heard_ms))
            heard_ms += 20.0
    assert [at for at, _ in fed] == sorted(at for at, _ in fed)
    known = fed if sum(stood_in > 0 for _, stood_in in steps) < MAX_STEPS else fed[-1:]
    for at_ms, lies_ms in known:
        assert timeline.call_ms(at_ms) == pytest.approx(lies_ms)
