"""Token buckets, and what a minute's limits let through."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions_app.engine.core.rates import (
    CHARACTERS_EACH,
    Allowance,
    MessageKind,
    MessageLimits,
    TooManyError,
    weight,
)

GAPS = st.lists(st.floats(0, 30), min_size=1, max_size=200)


@given(GAPS, st.integers(1, 100), st.floats(1, 120))
def test_no_stretch_of_time_lets_more_through_than_burst_and_refill(
    gaps: list[float], limit: int, window_s: float
) -> None:
    allowance = Allowance(limit, window_s)
    now_s, taken = 1_000.0, list[float]()
    for gap in gaps:
        now_s += gap
        if not allowance.take(now_s):
            taken.append(now_s)
    for index, first_s in enumerate(taken):
        for count, last_s in enumerate(taken[index:], start=1):
            assert count <= limit + (last_s - first_s) * limit / window_s + 0.001


@given(GAPS, st.integers(1, 100), st.floats(0.1, 300))
def test_who_waits_as_long_as_told_is_let_through(
    gaps: list[float], limit: int, amount: float
) -> None:
    allowance = Allowance(limit)
    now_s = 50.0
    for gap in gaps:
        now_s += gap
        if wait_s := allowance.take(now_s, amount):
            now_s += wait_s
            assert allowance.take(now_s, amount) == 0.0


def test_who_is_refused_uses_nothing_up() -> None:
    allowance = Allowance(2, 10.0)
    assert [allowance.take(0.0) for _ in range(5)] == [0.0, 0.0, 5.0, 5.0, 5.0]
    assert allowance.take(5.0) == 0.0


def test_a_clock_that_stands_still_or_steps_back_gives_nothing() -> None:
    allowance = Allowance(1, 10.0)
    assert allowance.take(100.0) == 0.0
    assert allowance.take(90.0) == 10.0


def test_more_than_the_limit_counts_as_the_limit_or_could_never_be() -> None:
    allowance = Allowance(3)
    assert allowance.take(0.0, 100.0) == 0.0
    assert allowance.take(0.0, 100.0) == 60.0


def test_no_limit_is_no_limit() -> None:
    assert not any(Allowance(0).take(0.0) for _ in range(100_000))


def test_a_refusal_says_what_and_how_long() -> None:
    meter = MessageLimits(texts_per_call=2).of_call()
    meter.count(MessageKind.TEXTS, 0.0)
    meter.count(MessageKind.TEXTS, 0.0)
    meter.count(MessageKind.REQUESTS, 0.0)
    with pytest.raises(TooManyError, match="more than 2 texts a minute") as caught:
        meter.count(MessageKind.TEXTS, 0.0)
    assert (caught.value.code, caught.value.retry_after_s) == ("too_many_messages", 30)


def test_a_long_message_counts_as_several() -> None:
    assert weight("x" * 100) == weight(b"x") == 1
    assert weight("x" * (64 * 1024)) == 1 + 64 * 1024 / CHARACTERS_EACH
