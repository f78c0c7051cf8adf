import pytest

from sessions_app.engine.core.clock import CallClock


def test_a_clock_without_media_stands_at_zero() -> None:
    clock = CallClock()
    assert not clock.started
    assert clock.now_ms(1000.0) == 0.0


def test_the_clock_is_where_the_newest_audio_ends() -> None:
    clock = CallClock()
    clock.heard(20.0, 5.0)
    clock.heard(40.0, 5.02)
    assert clock.media_ms == 40.0
    assert clock.now_ms(5.02) == 40.0


def test_the_clock_goes_on_while_no_media_comes() -> None:
    clock = CallClock()
    clock.heard(20.0, 5.0)
    assert clock.now_ms(7.0) == 2020.0


def test_late_audio_does_not_turn_the_clock_back() -> None:
    clock = CallClock()
    clock.heard(100.0, 5.0)
    clock.heard(60.0, 5.5)
    assert clock.now_ms(5.5) == pytest.approx(600.0, abs=1)
    assert clock.media_ms == 100.0
    clock.heard(580.0, 5.5)  # what a stalled network delivers
    clock.heard(620.0, 5.52)
    assert clock.now_ms(5.52) == pytest.approx(620.0, abs=1)


def test_a_call_without_audio_has_a_length() -> None:
    clock = CallClock()
    clock.begin(5.0)
    assert clock.started
    assert clock.now_ms(65.0) == 60_000.0
    clock.begin(70.0)
    assert clock.now_ms(65.0) == 60_000.0


def test_audio_that_is_ahead_of_its_time_makes_no_call_longer() -> None:
    clock = CallClock()
    clock.heard(2_000.0, 5.0, ahead_ms=2_000.0)
    assert clock.now_ms(5.0) == clock.now_ms(6.5) == 2_000.0
    assert clock.wall_ms(6.5) == 1_500.0
    assert clock.now_ms(8.0) == 3_000.0


@pytest.mark.parametrize("rate", [1.0001, 0.9999])
def test_a_client_whose_clock_is_not_ours_is_followed(rate: float) -> None:
    clock, arrived_s = CallClock(), 0.0
    for n in range(3 * 3_600):
        arrived_s = n + 1 + (n % 7) * 0.01
        clock.heard(1_000.0 * rate * (n + 1), arrived_s)
    assert clock.now_ms(arrived_s) == pytest.approx(clock.media_ms, abs=70)
