"""The ticks that all of a process's work shares."""

import asyncio
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions_app.engine.rtc.loop.tick import (
    GAP_SHARE,
    MAX_WAIT_S,
    MIN_GAP_S,
    PERIOD_S,
    TICK_S,
    Ticks,
    quiet_phase,
)


def test_ticks_are_multiples_that_longer_ones_share() -> None:
    next_tick = Ticks().next
    assert next_tick(12.3456) == pytest.approx(12.35)
    assert next_tick(12.3456, 2) == pytest.approx(12.36)
    assert next_tick(12.3556, 2) == next_tick(12.3556) == pytest.approx(12.36)
    assert next_tick(next_tick(7.0)) > 7.01 - 1e-9


@given(phase_s=st.floats(0, PERIOD_S), now_s=st.floats(1, 1e6), every=st.sampled_from([1, 2]))
def test_shifted_ticks_are_as_regular(phase_s: float, now_s: float, every: int) -> None:
    ticks = Ticks()
    ticks.phase_s = phase_s
    due_s = ticks.next(now_s, every)
    assert now_s - 1e-9 <= due_s <= now_s + every * TICK_S + 1e-9
    assert (due_s - phase_s) / (every * TICK_S) == pytest.approx(
        round((due_s - phase_s) / (every * TICK_S)), abs=1e-4
    )


def heard(
    phases_ms: list[float], periods: int = 15, began_s: float = 77.0
) -> list[tuple[int, float]]:
    return [
        (sender, began_s + n * PERIOD_S + phase / 1000)
        for n in range(periods)
        for sender, phase in enumerate(phases_ms)
    ]


@pytest.mark.parametrize(
    ("phases_ms", "expected_ms"),
    [
        ([3.0], 7.0),
        ([3.0, 5.0, 6.0], 10.0),
        ([1.0, 12.0], 4.3),
        ([18.0, 19.0, 1.0], 5.0),
        ([0.0, 5.0, 9.0, 14.0], 15.8),
        ([0.0, 3.0, 6.0, 9.0, 12.0, 15.0], 16.5),
    ],
)
def test_the_longest_gap_is_found(phases_ms: list[float], expected_ms: float) -> None:
    found = quiet_phase(heard(phases_ms), phases_ms[0] / 1000)
    assert found is not None
    assert 1000 * found == pytest.approx(expected_ms, abs=0.01)


def test_where_it_is_crowded_there_is_none() -> None:
    assert quiet_phase(heard([0.0, 3.0, 6.0, 9.0, 12.0, 15.0, 17.5])) is None
    assert quiet_phase([]) is None


def test_what_comes_now_and_then_takes_no_room() -> None:
    now_and_then = [(0, 77.011), (1, 77.093)]
    assert quiet_phase(now_and_then) is None
    came = heard([3.0, 5.0])
    assert quiet_phase([*came, *now_and_then], 0.004) == quiet_phase(came, 0.004)


@given(st.lists(st.floats(0, 19.99), min_size=1, max_size=10))
def test_nothing_regular_comes_close_to_it(phases_ms: list[float]) -> None:
    found = quiet_phase(heard(phases_ms), phases_ms[0] / 1000)
    if found is not None:
        apart = [abs(found - phase / 1000) for phase in phases_ms]
        nearest = min(min(a, PERIOD_S - a) for a in apart)
        assert nearest >= min(GAP_SHARE * MIN_GAP_S, MAX_WAIT_S) - 1e-4


async def test_a_sleeper_is_told_how_late_its_tick_was() -> None:
    loop = asyncio.get_running_loop()
    began_s = loop.time()
    sleeping = asyncio.create_task(Ticks().sleep(0.03))
    await asyncio.sleep(0)
    time.sleep(0.2)  # noqa: ASYNC251 - whatever holds the loop up
    assert await sleeping >= 0.2 - 0.03 - 2 * TICK_S
    assert loop.time() - began_s >= 0.2
    gone = asyncio.create_task(Ticks().sleep(60.0))
    await asyncio.sleep(0)
    gone.cancel()
    await asyncio.gather(gone, return_exceptions=True)
    assert gone.cancelled()


def test_a_flood_leaves_no_room_and_takes_no_time() -> None:
    flood = [(0, 77.0 + n * PERIOD_S / 997) for n in range(20_000)]
    assert quiet_phase([*heard([3.0]), *flood]) is None


def test_a_phase_that_is_still_quiet_is_kept() -> None:
    assert quiet_phase(heard([3.0, 5.0]), 0.015) == 0.015
    assert quiet_phase(heard([3.0, 5.0]), 0.0051) == pytest.approx(0.009)
