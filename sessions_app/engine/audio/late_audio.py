"""Audio that comes after a while in which none came: was it late, or was nobody speaking?

A stalled network delivers what was spoken meanwhile, faster than it was spoken; a client that
sent nothing goes on at the pace of speech. The first packet of both looks the same, so what
comes is held for a moment, until it shows. All pure; times are in ms of the call clock.
"""

from collections import deque
from dataclasses import dataclass, replace

ABSENT_MS = 200.0
"""Silence this long past the due time may mean that the client stopped sending."""

LATE_MS = 500.0
"""Audio that ends this long before it arrives is late, or its timestamps left a pause out."""

QUIET_MS = 500.0
"""After this long without audio the client counts as silent; a VAD waits as long for an end."""

OVERDUE_MS = 400.0
"""The same, counted from when the next burst of a client that sends in bursts was due."""

NEAR_MS = 250.0
"""Held audio has caught up when it ends this close to the clock."""

FASTER_MS = 150.0
"""This much more audio than real time brings was delayed, and is not being spoken now."""

SLOWER_MS = 50.0
"""This much less than real time brings: the network is only beginning to deliver."""

ROUNDING_MS = 0.1

BEHIND_MS = 1_000.0
PATIENCE_MS = 2_000.0
CAUGHT_UP_MS = 500.0
"""What stays BEHIND_MS late and makes up less than this in PATIENCE_MS will not catch up."""


@dataclass(frozen=True, slots=True)
class Burst:
    """Audio that arrived at once after a pause; a recorder may have begun it before the pause."""

    ms: float = 0.0
    slice_ms: float = 0.0
    """How long the recorder's slices are; 0.0: not known."""

    kept_ms: float | None = None
    """How much of it is from before the pause; None: only its sound can tell."""


class Resumption:
    """Finds how long a pause was of which the stream's own times know nothing.

    `from_ms` is where the first audio would lie had there been none. What comes is held for
    `hold_ms`, unless it catches up sooner, to `near_ms`; for `longest_ms` while less comes than is
    spoken. `first` is what is known of the burst that begins now.
    """

    def __init__(
        self,
        from_ms: float,
        now_ms: float,
        *,
        hold_ms: float,
        longest_ms: float = 0.0,
        near_ms: float = NEAR_MS,
        first: Burst | None = None,
    ) -> None:
        self._from_ms = from_ms
        self._since_ms = now_ms
        self._hold_ms = hold_ms
        self._longest_ms = longest_ms
        self._near_ms = near_ms
        self._came_ms = now_ms
        self._end_ms = self._early_end_ms = from_ms
        self.first = first or Burst(kept_ms=0.0)
        """The burst that opened this resumption."""

        self._first_ms: float | None = None
        self._most_ms = 0.0
        self.latest_ms = float("inf")
        """The longest that the pause can have been: nothing is spoken after it came."""

    def came(self, start_ms: float, duration_ms: float, now_ms: float) -> None:
        """Takes the next audio, placed as if there had been no pause."""
        self._came_ms, self._end_ms = now_ms, start_ms + duration_ms
        if now_ms - self._since_ms <= self.first.ms / 2:
            self.first = replace(self.first, ms=self.first.ms + duration_ms)
        self.latest_ms = max(0.0, min(self.latest_ms, now_ms - self._end_ms))
        self._most_ms = max(self._most_ms, duration_ms)
        if self._first_ms is None:
            self._first_ms = duration_ms
        if now_ms - self._since_ms < self._hold_ms / 2:
            self._early_end_ms = self._end_ms

    def pause_ms(self, now_ms: float) -> float | None:
        """Returns how long the pause was, 0.0 where audio was only late; None: not known yet."""
        if self.latest_ms <= self._near_ms:
            return 0.0
        held_ms = now_ms - self._since_ms
        if held_ms < self._hold_ms - ROUNDING_MS:
            return None
        # the first of it was spoken before it came, and says nothing of the pace
        came_ms = self._end_ms - self._from_ms - (self._first_ms or 0.0)
        lately_ms = self._end_ms - self._early_end_ms
        goes_on = lately_ms >= held_ms - self._hold_ms / 2
        if goes_on and came_ms > held_ms + FASTER_MS + self._most_ms:
            if now_ms - self._came_ms >= self._hold_ms / 2:
                return self.latest_ms  # that was all: what was late ends at the present
            return None if held_ms < self._longest_ms else 0.0
        if came_ms < held_ms - SLOWER_MS - self._most_ms and held_ms < self._longest_ms:
            return None
        return self.latest_ms


class FirstAudio:
    """Places an opening burst that arrives in pieces: its end is now.

    Placed by its first piece, a recorder's slice would lie a second late and shift all that
    follows, and audio that was spoken during a stall would be placed in the future. `kept_ms` of it
    are from before the client said that it stops sending.
    """

    TOGETHER_MS, LONGEST_MS = 40.0, 200.0
    """Pieces this close belong together; a burst is waited for no longer than this."""

    FAST, FAST_LONGEST_MS, MOST_MS = 2.0, 2_000.0, 60_000.0
    """A burst that arrives this many times faster than speech is waited for longer, unless it holds
    more than MOST_MS already."""

    def __init__(self, now_ms: float, kept_ms: float = 0.0) -> None:
        self.first = Burst(kept_ms=kept_ms)
        self._since_ms = self._came_ms = now_ms
        self._brought_ms = 0.0
        self.latest_ms = float("inf")

    def came(self, start_ms: float, duration_ms: float, now_ms: float) -> None:
        """Takes the next piece, placed as if nothing had been before it."""
        self._came_ms = now_ms
        self._brought_ms += duration_ms
        self.latest_ms = max(0.0, min(self.latest_ms, now_ms - start_ms - duration_ms))

    def pause_ms(self, now_ms: float) -> float | None:
        """Returns how much later it lies; None while more of it may come."""
        taken_ms = now_ms - self._since_ms
        fast = self.FAST * taken_ms < self._brought_ms < self.MOST_MS
        longest_ms = self.FAST_LONGEST_MS if fast else self.LONGEST_MS
        comes = now_ms - self._came_ms < self.TOGETHER_MS and taken_ms < longest_ms
        return None if comes and self.latest_ms > 0 else self.latest_ms


class Lateness:
    """Tells a stream that stays late from one that a stalled network will soon have delivered."""

    def __init__(self) -> None:
        self._since: tuple[float, float] | None = None

    def stays(self, end_ms: float, now_ms: float) -> bool:
        """Given where new audio ends, returns whether the stream is to be placed at now again."""
        lag_ms = now_ms - end_ms
        if lag_ms <= BEHIND_MS:
            self._since = None
            return False
        if self._since is None:
            self._since = (now_ms, lag_ms)
        since_ms, first_ms = self._since
        if now_ms - since_ms < PATIENCE_MS:
            return False
        self._since = (now_ms, lag_ms)
        return first_ms - lag_ms < CAUGHT_UP_MS

    def forget(self) -> None:
        """Begins anew."""
        self._since = None


class Rhythm:
    """How much audio a client sends at a time: a recorder's slices may be a second apart.

    With `in_pieces` a slice is not one message, but what comes at once.
    """

    TOGETHER_MS = 3.0
    MOST_AT_FIRST_MS = 1_500.0
    BURSTS = 4
    SHORT = 0.85
    """A burst with less than this share of a slice is partial."""

    def __init__(self, *, in_pieces: bool = False) -> None:
        self._in_pieces = in_pieces
        self._longest_ms = 0.0
        self._usual: deque[float] = deque(maxlen=self.BURSTS)
        self._slices: deque[float] = deque(maxlen=self.BURSTS)
        self._began_ms: float | None = None
        self._last_ms = 0.0
        self._brought_ms = 0.0

    def came(self, duration_ms: float, now_ms: float) -> None:
        """Takes the next audio as it comes."""
        if self._began_ms is None:
            self._began_ms = now_ms
        interval_ms = now_ms - self._began_ms
        if now_ms - self._last_ms > self.TOGETHER_MS and interval_ms >= self._brought_ms / 2:
            regular = abs(interval_ms - self._brought_ms) <= self._brought_ms / 2
            if self._brought_ms:
                self._usual.append(self._brought_ms if regular else 0.0)
                if regular:
                    self._slices.append(min(interval_ms, self._brought_ms))
            self._began_ms, self._brought_ms = now_ms, 0.0
        self._last_ms = now_ms
        self._brought_ms += duration_ms
        self._longest_ms = max(self._longest_ms, duration_ms)

    @property
    def slice_ms(self) -> float:
        """How long a recorder's slices are; 0.0 where that does not show yet."""
        return min(self._slices, default=0.0)

    @property
    def flushed(self) -> bool:
        """Whether the last burst was a partial slice: the recorder was flushed."""
        slices = self._brought_ms / self.slice_ms if self.slice_ms else 1.0
        return abs(slices - max(1, round(slices))) > 1 - self.SHORT

    @property
    def usual_ms(self) -> float:
        """The usual interval between bursts; until it is known, the length of the first burst."""
        if not any(self._usual):
            first_ms = self._brought_ms if self._in_pieces else self._longest_ms
            return min(first_ms, self.MOST_AT_FIRST_MS)
        return max(self._usual)
