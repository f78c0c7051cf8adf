"""Places media by its timestamps on the call clock."""

MAX_JUMP_MS = 60_000.0
"""A longer jump in the timestamps is a new stream, not lost audio."""

BACKWARD_MS = 1_000.0
"""A step back by more is a new stream; by less, a late packet."""


class Timeline:
    """Turns a stream's timestamps into milliseconds of the call clock.

    The first timestamp is `start_ms`. Jumps ahead are gaps and stay gaps. A stream that
    starts over (another SSRC, a timestamp that leaps) goes on where the clock is then:
    `now_ms` of `place` is the call clock by arrival time.
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

    def place(self, timestamp: int, samples: int, now_ms: float) -> float | None:
        """Returns where `samples` at `timestamp` start, in ms; None when it came too late."""
        if self._origin is None:
            self._origin = timestamp
        start = self._origin_ms + 1000 * (timestamp - self._origin) / self._rate
        if self._again or not -BACKWARD_MS < start - self._end_ms < MAX_JUMP_MS:
            self._again = False
            start = max(self._end_ms, now_ms)
            self._origin, self._origin_ms = timestamp, start
        duration = 1000 * samples / self._rate
        if start < self._end_ms - duration / 2:
            return None
        self._end_ms = start + duration
        return start
