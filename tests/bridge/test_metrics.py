"""The loop's lag."""

import asyncio
import time

import pytest

from sessions_app.bridge.metrics import LATELY, LoopLag


def measured(lag: LoopLag, *lags_ms: float) -> LoopLag:
    lag._lags_ms.extend(lags_ms)
    return lag


def test_late_is_what_is_late_for_seconds() -> None:
    assert not LoopLag(50.0).late()
    assert not measured(LoopLag(50.0), *[5.0] * 480, *[400.0] * 20).late()
    assert measured(LoopLag(50.0), *[5.0] * 400, *[60.0] * 100).late()
    assert not measured(LoopLag(50.0), *[400.0] * 1000, *[5.0] * LATELY).late()
    assert not measured(LoopLag(0.0), *[400.0] * LATELY).late()


async def test_a_busy_loop_is_noticed() -> None:
    lag = LoopLag()
    lag.start()
    for _ in range(3):
        await asyncio.sleep(0.03)
        time.sleep(0.1)  # noqa: ASYNC251 - what it is to notice
    await asyncio.sleep(0.03)
    await lag.aclose()
    assert lag.percentile_ms(1.0) == pytest.approx(100, abs=60)
    assert lag.percentile_ms(0.0) < 20
