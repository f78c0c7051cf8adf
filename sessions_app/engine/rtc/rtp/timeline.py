"""Places media by its timestamps on the call clock."""

MAX_JUMP_MS = 60_000.0
"""A longer jump in the timestamps is a new stream, not lost audio."""

BACKWARD_MS = 1_000.0
"""A step back by more is a new stream; by less, a late packet."""

AHEAD_MS = 500.0
"""Timestamps so far ahead of the clock are not believed: nothing is spoken after it came."""


class Timeline:
    """Turns a stream's timestamps into milliseconds of the call clock.

    The first timestamp is `start_ms`. Jumps ahead are gaps and stay gaps, as far as there was
    time for them. A stream that starts over (another SSRC, a timestamp that leaps) goes on where
    the clock is then: `now_ms` of `place` is the call clock by arrival time.
    """

    def __init__(self, rate: int, start_ms: float = 0.0) -> None:
        self._rate = rate
        self._origin: int | None = None
        self._origin_ms = start_ms
        self._end_ms = start_ms
        self._again = False

    def restart(self) -> None:
        """Says that the next timestamp belongs to another stream: it goes on where the clock is."""
        self._again = True

    def pause(self, pause_ms: float) -> None:
        """Says that the timestamps left so much time out, before the next one."""
        self._origin_ms += pause_ms
        self._end_ms += pause_ms

    def expected_ms(self, timestamp: int) -> float | None:
        """Returns where a timestamp lies by itself; None for that of a stream which starts over."""
        if self._origin is None or self._again:
            return None
        start_ms = self._origin_ms + 1000 * (timestamp - self._origin) / self._rate
        goes_on = -BACKWARD_MS < start_ms - self._end_ms < MAX_JUMP_MS
        return start_ms if goes_on else None

    def place(self, timestamp: int, samples: int, now_ms: float) -> float | None:
        """Returns where `samples` at `timestamp` start, in ms; None when it came too late."""
        if self._origin is None:
            self._origin = timestamp
        start_ms = self.expected_ms(timestamp)
        duration_ms = 1000 * samples / self._rate
        if start_ms is None or start_ms + duration_ms > now_ms + AHEAD_MS:
            start_ms = max(self._end_ms, now_ms - (0.0 if start_ms is None else duration_ms))
            self._again = False
            self._origin, self._origin_ms = timestamp, start_ms
        if start_ms < self._end_ms - duration_ms / 2:
            return None
        self._end_ms = start_ms + duration_ms
        return start_ms
