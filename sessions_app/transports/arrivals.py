"""Places audio that carries no time of its own on the call clock, by how and when it arrives."""

LATE_MS = 1_000.0
"""Audio that ends so long before it arrived is late, or the client said nothing for a while."""

PATIENCE_MS = 2_000.0
CAUGHT_UP_MS = 500.0
"""What is late because of the network catches up by so much within PATIENCE_MS; else it stays."""


class Arrivals:
    """One stream of audio over an ordered, lossless wire such as TCP.

    Audio follows what came before without a gap: after a stall of the network it all arrives
    at once, and belongs where it was spoken. Only when a stream stays late did the client
    send nothing for that long; then it goes on at the present. All times are in ms of the
    call clock as `now_ms` tells it.
    """

    def __init__(self, after_ms: float | None = None) -> None:
        """`after_ms` is where the call's audio of before ends."""
        self.end_ms = after_ms
        self._rested = True
        self._late: tuple[float, float] | None = None

    def begin(self, start_ms: float) -> None:
        """Notes that what comes next was spoken from `start_ms` on, however late it comes."""
        self.end_ms, self._rested = start_ms, False

    @property
    def resting(self) -> bool:
        """Whether nothing came since the client stopped sending, or ever."""
        return self._rested

    def rest(self) -> None:
        """Notes that the client stopped sending: what comes next begins when it comes."""
        self._rested = True

    def skip(self, gap_ms: float, now_ms: float) -> None:
        """Leaves the gap that the client says there is, as far as there was time for it.

        Nothing can have been spoken after now, whatever a container's timestamps say.
        """
        if self.end_ms is not None and not self._rested:
            self.end_ms += max(0.0, min(gap_ms, now_ms - self.end_ms))

    def place(self, duration_ms: float, now_ms: float) -> float:
        """Returns where the next `duration_ms` of audio start."""
        if self._rested or self.end_ms is None:
            self._rested = False
            start = self._present(duration_ms, now_ms)
        else:
            start = self.end_ms
            if self._stays_late(now_ms, start + duration_ms):
                start = self._present(duration_ms, now_ms)
        self.end_ms = start + duration_ms
        return start

    def _present(self, duration_ms: float, now_ms: float) -> float:
        self._late = None
        return max(self.end_ms or 0.0, now_ms - duration_ms)

    def _stays_late(self, now_ms: float, end_ms: float) -> bool:
        lag = now_ms - end_ms
        if lag <= LATE_MS:
            self._late = None
            return False
        if self._late is None:
            self._late = (now_ms, lag)
        since_ms, first_lag = self._late
        if now_ms - since_ms < PATIENCE_MS:
            return False
        self._late = (now_ms, lag)
        return first_lag - lag < CAUGHT_UP_MS
