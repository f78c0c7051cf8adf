"""The call clock: milliseconds since the call began."""

DRIFT = 0.0005
"""How much slower than ours a client's clock may run, as a share; more counts as late arrival.

Larger lets the call clock fall behind real time where a network delays more and more; smaller
counts a slow sound card as a late network.
"""


class CallClock:
    """A call's time: driven by its audio while audio arrives, by real time while none does.

    While media flows, the clock is where the newest audio ends. When it stops (a stopped track,
    a lost network), or before there is any, the clock follows real time, so that a call's length
    includes its silence. Late audio has the time at which it was spoken, and the clock never goes
    back for it. All times are arguments: `now_s` is any monotonic clock in seconds.
    """

    def __init__(self) -> None:
        self._media_ms = 0.0
        self._at_ms = 0.0
        self._at_s: float | None = None

    @property
    def started(self) -> bool:
        return self._at_s is not None

    @property
    def media_ms(self) -> float:
        """Where the newest audio ends, on the call clock."""
        return self._media_ms

    def begin(self, now_s: float) -> None:
        """Starts the clock of a call that has no audio yet; does nothing if it has started."""
        if self._at_s is None:
            self._at_s = now_s

    def heard(self, end_ms: float, now_s: float, ahead_ms: float = 0.0) -> None:
        """Notes that audio ending at `end_ms` arrived at `now_s`, `ahead_ms` before its time."""
        at_ms = end_ms - ahead_ms
        if self._at_s is not None:
            drift_ms = DRIFT * 1000 * max(0.0, now_s - self._at_s)
            at_ms = max(at_ms, self.wall_ms(now_s) - drift_ms)
        self._at_ms, self._at_s = at_ms, now_s
        self._media_ms = max(self._media_ms, end_ms)

    def now_ms(self, now_s: float) -> float:
        """Returns the call clock at `now_s`; 0.0 before it started.

        While audio is ahead of real time, the clock is where that audio ends.
        """
        return max(self._media_ms, self.wall_ms(now_s))

    def wall_ms(self, now_s: float) -> float:
        """Returns the call clock as real time drives it, however far ahead audio is."""
        if self._at_s is None:
            return 0.0
        return self._at_ms + 1000 * max(0.0, now_s - self._at_s)
