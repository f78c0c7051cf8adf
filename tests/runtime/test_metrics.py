"""The loop's lag."""

import asyncio
import time

from sessions_app.engine.rtc.loop.tick import Ticks
from sessions_app.runtime.metrics import LATELY, LoopLag


def measured(lag: LoopLag, *lags_ms: float) -> LoopLag:
    lag._lags_ms.extend(lags_ms)
    return lag


def test_late_is_what_is_late_for_seconds() -> None:
    assert not LoopLag(Ticks(), 50.0).late()
    assert not measured(LoopLag(Ticks(), 50.0), *[5.0] * 95, *[400.0] * 5).late()
    assert measured(LoopLag(Ticks(), 50.0), *[5.0] * 80, *[60.0] * 20).late()
    assert not measured(LoopLag(Ticks(), 50.0), *[400.0] * 400, *[5.0] * LATELY).late()
    assert not measured(LoopLag(Ticks(), 0.0), *[400.0] * LATELY).late()


async def test_a_busy_loop_is_noticed() -> None:
    lag = LoopLag(Ticks())
    lag.start()
    for _ in range(3):
        await asyncio.sleep(0.12)
        time.sleep(0.2)  # noqa: ASYNC251 - what it is to notice
    await asyncio.sleep(0.12)
    await lag.aclose()
    assert lag.percentile_ms(1.0) > 40
    assert lag.percentile_ms(1.0) < 400
