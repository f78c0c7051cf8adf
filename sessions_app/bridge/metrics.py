"""How well the event loop keeps time: a late loop is heard as choppy audio."""

import asyncio
import time
from collections import deque

PROBE_S = 0.02
KEPT = 3000  # one minute of probes


class LoopLag:
    """Measures how late the loop wakes from a short sleep; keeps the last minute."""

    def __init__(self) -> None:
        self._lags_ms: deque[float] = deque(maxlen=KEPT)
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

    def percentile_ms(self, share: float) -> float:
        """Returns the lag in ms that `share` (0..1) of the last minute's probes stay under."""
        lags = sorted(self._lags_ms)
        return lags[round(share * (len(lags) - 1))] if lags else 0.0

    async def _measure(self) -> None:
        while True:
            due = time.perf_counter() + PROBE_S
            await asyncio.sleep(PROBE_S)
            self._lags_ms.append(max(0.0, 1000 * (time.perf_counter() - due)))
