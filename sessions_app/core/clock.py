"""The call clock: milliseconds since the call's first media."""


class CallClock:
    """Keeps a call's time by the media that arrived, not by wall time.

    While media flows, the clock is where the newest audio ends. When it stops (a stopped
    track, a lost network), the clock goes on with the time since that audio arrived, so
    that a call's length includes its silence. All times are arguments: `now_s` is any
    monotonic clock in seconds.
    """

    def __init__(self) -> None:
        self._media_ms = 0.0
        self._arrived_s: float | None = None
        self.ahead_ms = 0.0
        """How far the newest audio was ahead of real time when it came."""

    @property
    def started(self) -> bool:
        return self._arrived_s is not None

    @property
    def media_ms(self) -> float:
        """Where the newest audio ends, on the call clock."""
        return self._media_ms

    def heard(self, end_ms: float, now_s: float, ahead_ms: float = 0.0) -> None:
        """Notes that audio ending at `end_ms` arrived at `now_s`, `ahead_ms` before its time."""
        if self._arrived_s is None or end_ms >= self._media_ms:
            self._media_ms = end_ms
            self._arrived_s = now_s
            self.ahead_ms = ahead_ms

    def now_ms(self, now_s: float) -> float:
        """Returns the call clock at `now_s`; 0.0 before the first media."""
        if self._arrived_s is None:
            return 0.0
        return self._media_ms + 1000 * max(0.0, now_s - self._arrived_s)
