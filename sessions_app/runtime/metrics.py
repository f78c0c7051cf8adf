"""How well the event loop keeps time: a late loop is heard as choppy audio."""

import asyncio
import itertools
from collections import deque

from sessions_app.engine.core.histograms import Histogram
from sessions_app.engine.rtc.loop.tick import Ticks

PROBE_S = 0.1
"""Between two measurements."""

KEPT = 600
"""Measurements that are kept: one minute."""

LATELY = 100
"""Measurements that decide whether the loop is late: the last ten seconds.

Lower refuses calls sooner, also after short stalls.
"""

LATE_SHARE = 0.9
"""The share of them that must be in time. Higher refuses calls after short stalls."""


LAG_S = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
"""Bounds of the histogram of all lags, in s. More cost a time series each."""


class LoopLag:
    """Measures how late the event loop wakes from a short sleep; keeps the last minute.

    It sleeps until one of `ticks`, when most work is done and the loop wakes anyway. Above
    `limit_ms` the loop is `late`; 0 for never.
    """

    def __init__(self, ticks: Ticks, limit_ms: float = 0.0) -> None:
        self._ticks = ticks
        self._limit_ms = limit_ms
        self._lags_ms: deque[float] = deque(maxlen=KEPT)
        self.histogram = Histogram(LAG_S)
        """All lags since the process started, in s."""

        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Starts measuring on the running loop; may be called twice."""
        if self._task is None:
            self._task = asyncio.create_task(self._measure())

    async def aclose(self) -> None:
        """Stops measuring."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
            self._task = None

    def percentile_ms(self, share: float, probes: int = KEPT) -> float:
        """Returns the lag in ms that `share` (0..1) of the last `probes` stay under."""
        newest = itertools.islice(reversed(self._lags_ms), probes)
        lags = sorted(newest)
        return lags[round(share * (len(lags) - 1))] if lags else 0.0

    def late(self) -> bool:
        """Returns whether the loop has been late for some seconds, that is, overloaded."""
        return 0 < self._limit_ms < self.percentile_ms(LATE_SHARE, LATELY)

    async def _measure(self) -> None:
        while True:
            lag_s = max(0.0, await self._ticks.sleep(PROBE_S))
            self._lags_ms.append(1000 * lag_s)
            self.histogram.add(lag_s)
