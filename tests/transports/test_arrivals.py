"""Where audio without times of its own lies."""

from hypothesis import given
from hypothesis import strategies as st

from sessions_app.transports.arrivals import Arrivals

CHUNK = 100.0


def test_the_first_audio_ends_when_it_came() -> None:
    assert Arrivals().place(CHUNK, 5_000.0) == 4_900.0
    assert Arrivals().place(CHUNK, 0.0) == 0.0


def test_a_stall_of_the_network_leaves_no_gap() -> None:
    arrivals = Arrivals()
    arrivals.place(CHUNK, 100.0)
    burst = [arrivals.place(CHUNK, 6_100.0 + n) for n in range(60)]
    assert burst == [100.0 + 100 * n for n in range(60)]
    assert arrivals.place(CHUNK, 6_200.0) == 6_100.0


def test_a_client_that_said_nothing_for_a_while_goes_on_at_the_present() -> None:
    arrivals = Arrivals()
    arrivals.place(CHUNK, 100.0)
    placed = [arrivals.place(CHUNK, 10_000.0 + CHUNK * n) for n in range(40)]
    late = [10_000.0 + CHUNK * n - (start + CHUNK) for n, start in enumerate(placed)]
    assert late[0] > 9_000.0
    assert late[-1] == 0.0


def test_after_a_rest_it_begins_anew() -> None:
    arrivals = Arrivals()
    arrivals.place(CHUNK, 100.0)
    arrivals.rest()
    assert arrivals.place(CHUNK, 8_000.0) == 7_900.0
    assert arrivals.place(CHUNK, 8_100.0) == 8_000.0


def test_what_a_client_kept_lies_where_it_was_spoken() -> None:
    arrivals = Arrivals()
    arrivals.begin(1_000.0)
    burst = [arrivals.place(CHUNK, 9_000.0 + n) for n in range(80)]
    assert burst == [1_000.0 + CHUNK * n for n in range(80)]
    assert arrivals.place(CHUNK, 9_100.0) == 9_000.0


@given(st.lists(st.tuples(st.floats(1, 500), st.floats(0, 20_000), st.booleans()), max_size=60))
def test_nothing_overlaps_and_nothing_lies_in_the_future(
    steps: list[tuple[float, float, bool]],
) -> None:
    arrivals, now, end = Arrivals(), 0.0, 0.0
    for duration, pause, rest in steps:
        now += max(duration, pause)
        if rest:
            arrivals.rest()
        start = arrivals.place(duration, now)
        assert start >= end - 1e-6
        assert start + duration <= max(now, duration) + 1e-6
        end = start + duration
