"""Places audio on the call clock by its timestamps."""

MAX_JUMP_MS = 60_000.0
"""A longer jump ahead in the timestamps is a new stream, not lost audio.

Lower moves audio after long pauses (DTX); higher keeps wrong times of restarted streams.
"""

BACKWARD_MS = 1_000.0
"""A larger step back is a new stream; a smaller one is a late packet, which is dropped.

Lower takes late packets for a new stream; higher drops the beginning of restarted streams.
"""

AHEAD_MS = 500.0
"""Timestamps further ahead of the call clock are wrong: audio cannot be spoken after it arrived.

Lower moves audio of clients with a fast clock; higher lets wrong timestamps place it in the future.
"""


class Timeline:
    """Converts a stream's timestamps to the call clock, in ms. `rate` is their clock rate in Hz.

    The first timestamp is at `start_ms`. A jump ahead becomes a gap, unless it is longer than the
    time that passed. A stream that restarts (another SSRC, a timestamp that jumps) continues at the
    present call clock, which is `now_ms` of `place`.
    """

    def __init__(self, rate: int, start_ms: float = 0.0) -> None:
        self._rate = rate
        self._origin: int | None = None
        self._origin_ms = start_ms
        self._end_ms = start_ms
        self._restarts = False

    def restart(self) -> None:
        """Notes that the next timestamp is another stream's, which begins at the present time."""
        self._restarts = True

    def pause(self, pause_ms: float) -> None:
        """Adds a pause of this length before the next timestamp, which does not show it."""
        self._origin_ms += pause_ms
        self._end_ms += pause_ms

    def expected_ms(self, timestamp: int) -> float | None:
        """Returns the call clock of a timestamp; None if its stream restarts there."""
        if self._origin is None or self._restarts:
            return None
        start_ms = self._origin_ms + 1000 * (timestamp - self._origin) / self._rate
        continues = -BACKWARD_MS < start_ms - self._end_ms < MAX_JUMP_MS
        return start_ms if continues else None

    def place(self, timestamp: int, samples: int, now_ms: float) -> float | None:
        """Returns when `samples` at `timestamp` start, in ms; None if they are too late."""
        if self._origin is None:
            self._origin = timestamp
        start_ms = self.expected_ms(timestamp)
        duration_ms = 1000 * samples / self._rate
        if start_ms is None or start_ms + duration_ms > now_ms + AHEAD_MS:
            start_ms = max(self._end_ms, now_ms - (0.0 if start_ms is None else duration_ms))
            self._restarts = False
            self._origin, self._origin_ms = timestamp, start_ms
        if start_ms < self._end_ms - duration_ms / 2:
            return None
        self._end_ms = start_ms + duration_ms
        return start_ms
