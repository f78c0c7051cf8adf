"""Places audio on the call clock that arrives after a gap: was it delayed, or not sent at all?

After a network stall the audio of the gap arrives faster than real time; after a pause in which the
client sent nothing, new audio arrives at the pace of speech. The first packet looks the same in
both cases, so audio is held for a moment until the rate shows which it is. All pure; times are in
ms on the call clock.
"""

from collections import deque
from dataclasses import dataclass, replace

ABSENT_MS = 200.0
"""No audio for this long past the due time: the client may have stopped sending. Lower holds audio
after every burst of jitter; higher lets a pause go unnoticed."""

LATE_MS = 500.0
"""Audio that ends this long before it arrives is late, or its timestamps leave a pause out."""

QUIET_MS = 500.0
"""No audio for this long counts as silence; a VAD needs as much to end speech. Lower ends speech in
a network stall; higher makes ends late."""

OVERDUE_MS = 400.0
"""The same for clients that send in bursts, counted from when the next burst was due."""

NEAR_MS = 250.0
"""Held audio that ends this close to now has caught up, so it was only late."""

FASTER_MS = 150.0
"""This much more audio than real time has passed means that it was delayed."""

SLOWER_MS = 50.0
"""This much less than real time means that the network is only beginning to deliver."""

ROUNDING_MS = 0.1
"""Tolerance for rounding when the holding time is over."""

BEHIND_MS = 1_000.0
PATIENCE_MS = 2_000.0
CAUGHT_UP_MS = 500.0
"""A stream that is BEHIND_MS late and makes up less than CAUGHT_UP_MS within PATIENCE_MS is placed
at now again. More patience spares streams that recover slowly."""


@dataclass(frozen=True, slots=True)
class Burst:
    """`ms` of audio that arrived at once after a pause; its beginning may be from before it."""

    ms: float = 0.0
    slice_ms: float = 0.0
    """The interval at which the client's recorder delivers; 0.0 where it is not known."""

    kept_ms: float | None = None
    """How much of it is from before the pause; None where only the audio itself can tell."""


class Resumption:
    """Measures a pause that the stream's own timestamps do not show.

    `from_ms` is where the first audio would lie without a pause. Audio is held for `hold_ms`, or
    less where it catches up (ends within `near_ms` of now), and up to `longest_ms` while it
    arrives slower than real time. `first` is what is known of the burst that begins now.
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
        self._arrival_ms = now_ms
        self._end_ms = self._early_end_ms = from_ms
        self.first = first or Burst(kept_ms=0.0)
        """The burst that opened this resumption."""

        self._first_ms: float | None = None
        self._most_ms = 0.0
        self.max_pause_ms = float("inf")
        """An upper bound of the pause: no audio was spoken after it arrived."""

    def add(self, start_ms: float, duration_ms: float, now_ms: float) -> None:
        """Adds the next audio, at the place it would have without a pause."""
        self._arrival_ms, self._end_ms = now_ms, start_ms + duration_ms
        if now_ms - self._since_ms <= self.first.ms / 2:
            self.first = replace(self.first, ms=self.first.ms + duration_ms)
        self.max_pause_ms = max(0.0, min(self.max_pause_ms, now_ms - self._end_ms))
        self._most_ms = max(self._most_ms, duration_ms)
        if self._first_ms is None:
            self._first_ms = duration_ms
        if now_ms - self._since_ms < self._hold_ms / 2:
            self._early_end_ms = self._end_ms

    def pause_ms(self, now_ms: float) -> float | None:
        """Returns the length of the pause; 0.0 for late audio; None while that is not known."""
        if self.max_pause_ms <= self._near_ms:
            return 0.0
        held_ms = now_ms - self._since_ms
        if held_ms < self._hold_ms - ROUNDING_MS:
            return None
        # the first piece was recorded before it arrived, and says nothing about the rate
        arrived_ms = self._end_ms - self._from_ms - (self._first_ms or 0.0)
        lately_ms = self._end_ms - self._early_end_ms
        goes_on = lately_ms >= held_ms - self._hold_ms / 2
        if goes_on and arrived_ms > held_ms + FASTER_MS + self._most_ms:
            if now_ms - self._arrival_ms >= self._hold_ms / 2:
                return self.max_pause_ms  # all late audio has arrived, and ends now
            return None if held_ms < self._longest_ms else 0.0
        if arrived_ms < held_ms - SLOWER_MS - self._most_ms and held_ms < self._longest_ms:
            return None
        return self.max_pause_ms


class FirstAudio:
    """Places the first burst of a stream, which may arrive in pieces, so that it ends now.

    Placed by its first piece, a recorder's slice would lie a second late and shift all later
    audio, and audio from a stall would lie in the future. `kept_ms` of the burst are from before
    the client announced that it stops sending.
    """

    TOGETHER_MS, LONGEST_MS = 40.0, 200.0
    """Pieces at most TOGETHER_MS apart are one burst, which is awaited LONGEST_MS at most."""

    FAST, FAST_LONGEST_MS, MOST_MS = 2.0, 2_000.0, 60_000.0
    """A burst that arrives over FAST times faster than real time is awaited FAST_LONGEST_MS, unless
    it has MOST_MS of audio already."""

    def __init__(self, now_ms: float, kept_ms: float = 0.0) -> None:
        self.first = Burst(kept_ms=kept_ms)
        self._since_ms = self._arrival_ms = now_ms
        self._burst_ms = 0.0
        self.max_pause_ms = float("inf")

    def add(self, start_ms: float, duration_ms: float, now_ms: float) -> None:
        """Takes the next piece, at the place it would have if the stream began now."""
        self._arrival_ms = now_ms
        self._burst_ms += duration_ms
        self.max_pause_ms = max(0.0, min(self.max_pause_ms, now_ms - start_ms - duration_ms))

    def pause_ms(self, now_ms: float) -> float | None:
        """Returns by how much the burst moves later; None while more of it may arrive."""
        waited_ms = now_ms - self._since_ms
        fast = self.FAST * waited_ms < self._burst_ms < self.MOST_MS
        longest_ms = self.FAST_LONGEST_MS if fast else self.LONGEST_MS
        arriving = now_ms - self._arrival_ms < self.TOGETHER_MS and waited_ms < longest_ms
        return None if arriving and self.max_pause_ms > 0 else self.max_pause_ms


class Lateness:
    """Finds streams that stay late, as against those that catch up after a network stall."""

    def __init__(self) -> None:
        self._since: tuple[float, float] | None = None

    def is_lasting(self, end_ms: float, now_ms: float) -> bool:
        """Returns whether the stream stays late, so that it should be placed at `now_ms` again.

        To be called with each new audio, which ends at `end_ms`; both are on the call clock.
        """
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
        """Starts again, as if no audio had come."""
        self._since = None


class Rhythm:
    """How much audio a client sends at a time: a recorder's slices may be a second apart.

    With `in_pieces` a slice may be several messages that arrive together.
    """

    TOGETHER_MS = 3.0
    """Messages at most this far apart are one burst."""

    MOST_AT_FIRST_MS = 1_500.0
    """The longest usual interval that is assumed from the first burst alone."""

    BURSTS = 4
    """How many past bursts count. More adapts more slowly."""

    SHORT = 0.85
    """A burst with less than this share of a slice is partial."""

    def __init__(self, *, in_pieces: bool = False) -> None:
        self._in_pieces = in_pieces
        self._longest_ms = 0.0
        self._usual: deque[float] = deque(maxlen=self.BURSTS)
        self._slices: deque[float] = deque(maxlen=self.BURSTS)
        self._began_ms: float | None = None
        self._last_ms = 0.0
        self._burst_ms = 0.0

    def add(self, duration_ms: float, now_ms: float) -> None:
        """Takes the length of the next audio and when it arrived."""
        if self._began_ms is None:
            self._began_ms = now_ms
        interval_ms = now_ms - self._began_ms
        if now_ms - self._last_ms > self.TOGETHER_MS and interval_ms >= self._burst_ms / 2:
            regular = abs(interval_ms - self._burst_ms) <= self._burst_ms / 2
            if self._burst_ms:
                self._usual.append(self._burst_ms if regular else 0.0)
                if regular:
                    self._slices.append(min(interval_ms, self._burst_ms))
            self._began_ms, self._burst_ms = now_ms, 0.0
        self._last_ms = now_ms
        self._burst_ms += duration_ms
        self._longest_ms = max(self._longest_ms, duration_ms)

    @property
    def slice_ms(self) -> float:
        """The length of a recorder's slices; 0.0 where it is not known yet."""
        return min(self._slices, default=0.0)

    @property
    def flushed(self) -> bool:
        """Whether the last burst was a partial slice: the recorder was flushed."""
        slices = self._burst_ms / self.slice_ms if self.slice_ms else 1.0
        return abs(slices - max(1, round(slices))) > 1 - self.SHORT

    @property
    def usual_ms(self) -> float:
        """The usual interval between bursts; until it is known, the length of the first burst."""
        if not any(self._usual):
            first_ms = self._burst_ms if self._in_pieces else self._longest_ms
            return min(first_ms, self.MOST_AT_FIRST_MS)
        return max(self._usual)
