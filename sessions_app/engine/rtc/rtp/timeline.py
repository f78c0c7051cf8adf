"""Places audio on the call clock by its timestamps."""

MAX_JUMP_MS = 60_000.0
"""A longer jump in the timestamps is a new stream, not lost audio."""

BACKWARD_MS = 1_000.0
"""A larger step back is a new stream; a smaller one is a late packet."""

AHEAD_MS = 500.0
"""Timestamps further ahead of the clock are wrong: audio is not spoken after it arrived.

Less moves audio of clients with a fast clock; more lets wrong timestamps put it in the future.
"""


class Timeline:
    """Turns a stream's timestamps into milliseconds of the call clock.

    The first timestamp is at `start_ms`. A jump ahead stays a gap, unless it is longer than the
    time that passed. A stream that starts over (another SSRC, a timestamp that leaps) goes on at
    the call clock's time, which is `now_ms` of `place`.
    """

    def __init__(self, rate: int, start_ms: float = 0.0) -> None:
        self._rate = rate
        self._origin: int | None = None
        self._origin_ms = start_ms
        self._end_ms = start_ms
        self._starts_over = False

    def restart(self) -> None:
        """Says that the next timestamp is another stream's, which goes on at the clock's time."""
        self._starts_over = True

    def pause(self, pause_ms: float) -> None:
        """Says that the timestamps leave out a pause of this length before the next one."""
        self._origin_ms += pause_ms
        self._end_ms += pause_ms

    def expected_ms(self, timestamp: int) -> float | None:
        """Returns a timestamp's place by itself; None for one of a stream that starts over."""
        if self._origin is None or self._starts_over:
            return None
        start_ms = self._origin_ms + 1000 * (timestamp - self._origin) / self._rate
        goes_on = -BACKWARD_MS < start_ms - self._end_ms < MAX_JUMP_MS
        return start_ms if goes_on else None

    def place(self, timestamp: int, samples: int, now_ms: float) -> float | None:
        """Returns where `samples` at `timestamp` start, in ms; None if they are too late."""
        if self._origin is None:
            self._origin = timestamp
        start_ms = self.expected_ms(timestamp)
        duration_ms = 1000 * samples / self._rate
        if start_ms is None or start_ms + duration_ms > now_ms + AHEAD_MS:
            start_ms = max(self._end_ms, now_ms - (0.0 if start_ms is None else duration_ms))
            self._starts_over = False
            self._origin, self._origin_ms = timestamp, start_ms
        if start_ms < self._end_ms - duration_ms / 2:
            return None
        self._end_ms = start_ms + duration_ms
        return start_ms
