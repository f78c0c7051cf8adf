from sessions_app.core.clock import CallClock


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
    assert clock.now_ms(5.5) == 600.0
