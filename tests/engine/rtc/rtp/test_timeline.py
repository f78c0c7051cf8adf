import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions_app.engine.rtc.rtp.timeline import Timeline

RATE = 48_000
FRAME = 960


def test_the_first_timestamp_is_the_start() -> None:
    assert Timeline(RATE).place(123_456, FRAME, 0.0) == 0.0
    assert Timeline(RATE, 5_000.0).place(123_456, FRAME, 5_000.0) == 5_000.0


def test_lost_audio_is_a_gap() -> None:
    timeline = Timeline(RATE)
    timeline.place(1000, FRAME, 0.0)
    assert timeline.place(1000 + 5 * FRAME, FRAME, 100.0) == 100.0


def test_audio_that_comes_too_late_is_left_out() -> None:
    timeline = Timeline(RATE)
    timeline.place(0, FRAME, 0.0)
    timeline.place(5 * FRAME, FRAME, 100.0)
    assert timeline.place(2 * FRAME, FRAME, 110.0) is None
    assert timeline.place(6 * FRAME, FRAME, 120.0) == 120.0


@pytest.mark.parametrize("timestamp", [10, 900_000_000])
def test_a_stream_that_starts_over_goes_on_at_the_clock(timestamp: int) -> None:
    timeline = Timeline(RATE)
    timeline.place(400_000_000, FRAME, 0.0)
    assert timeline.place(timestamp, FRAME, 750.0) == 750.0
    assert timeline.place(timestamp + FRAME, FRAME, 770.0) == 770.0


@given(st.lists(st.integers(min_value=1, max_value=50), max_size=60))
def test_placed_audio_never_overlaps(steps: list[int]) -> None:
    timeline, at, end = Timeline(RATE), 0, 0.0
    for step in steps:
        at += step * FRAME
        start = timeline.place(at, FRAME, end)
        assert start is not None
        assert start >= end - 1e-6
        end = start + 20.0
