"""What every server that is measured shares: a null recogniser, and how well the loop keeps time.

No more than the standard library, as the peers' environments import it too.
"""

import asyncio
import time
from typing import Any

LATE_S = 0.020
"""A frame is late when it is so far behind the call's best frame."""

RATE = 16_000
PROBE_S = 0.050


class Sink:
    """Null recogniser: counts 16 kHz samples, and the chunks that came late."""

    def __init__(self) -> None:
        self.samples = self.chunks = self.late = 0
        self._best_s = float("inf")
        sinks.append(self)

    def feed(self, samples: int) -> None:
        """Takes the next audio, which has just come."""
        due_s = time.perf_counter() - self.samples / RATE
        self.samples += samples
        self.chunks += 1
        if due_s < self._best_s:
            self._best_s = due_s
        elif due_s - self._best_s > LATE_S:
            self.late += 1


sinks: list[Sink] = []
_lags_s: list[float] = []


async def watch_loop() -> None:
    """Notes how late short sleeps wake, for ever."""
    while True:
        begun = time.perf_counter()
        await asyncio.sleep(PROBE_S)
        _lags_s.append(time.perf_counter() - begun - PROBE_S)


def stats() -> dict[str, Any]:
    """Returns counts since the start, and the loop's lag since the last time this was asked."""
    lags, _lags_s[:] = sorted(_lags_s), []
    return {
        "samples": sum(sink.samples for sink in sinks),
        "chunks": sum(sink.chunks for sink in sinks),
        "late": sum(sink.late for sink in sinks),
        "lag_p50_ms": 1000 * lags[int(0.5 * (len(lags) - 1))] if lags else 0.0,
        "lag_p99_ms": 1000 * lags[int(0.99 * (len(lags) - 1))] if lags else 0.0,
        "lag_max_ms": 1000 * lags[-1] if lags else 0.0,
    }
