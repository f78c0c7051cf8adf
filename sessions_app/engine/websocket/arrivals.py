"""Places audio that carries no time of its own on the call clock, by how and when it arrives."""

from sessions_app.engine.audio.late_audio import (
    ABSENT_MS,
    LATE_MS,
    NEAR_MS,
    OVERDUE_MS,
    PATIENCE_MS,
    QUIET_MS,
    Burst,
    FirstAudio,
    Lateness,
    Resumption,
    Rhythm,
)

HOLD_MS = 400.0
LONGEST_HOLD_MS = 1_000.0
"""How long audio after a pause is held: TCP takes a few round trips to reach full speed."""

LEAST_REMAINDER_MS = 300.0
"""A shorter remainder of a recorder's slice is not waited for: it cannot hold a word.

Larger ends an utterance before its last word has come; smaller delays ends where nothing will come.
"""


class Arrivals:
    """One stream of audio over an ordered, lossless wire such as TCP.

    Audio is placed right after what came before, without a gap: after a stall of the network it all
    arrives at once, and belongs where it was spoken. Audio that arrives at the pace of speech after
    a pause is live; its place is `unsettled` until the pace is known, and `settle` returns it. A
    stream that stays late is placed at now again. All times are in ms on the call clock.
    """

    def __init__(self, after_ms: float | None = None, *, gathers: bool = False) -> None:
        """`after_ms` is where the call's audio of before ends.

        `gathers` for a container: what comes at once comes in pieces, and may be a slice of it.
        """
        self._gathers = gathers
        self.end_ms = after_ms
        self._paused = True
        self._kept = False
        self._came_ms: float | None = None
        self._behind_ms = 0.0
        self._lateness = Lateness()
        self._rhythm = Rhythm(in_pieces=gathers)
        self._resumption: Resumption | FirstAudio | None = None
        self._remainder_ms = 0.0
        self.first = Burst(kept_ms=0.0)
        """What came at once, as the first of what was settled last."""

    @property
    def gathering(self) -> bool:
        """Whether the pieces of what came first are still coming."""
        return isinstance(self._resumption, FirstAudio)

    def begin(self, start_ms: float, now_ms: float) -> None:
        """Notes that the next audio was spoken from `start_ms` on, however late it arrives."""
        self.end_ms, self._paused, self._kept = start_ms, False, True
        self._came_ms, self._behind_ms = now_ms, now_ms - start_ms

    @property
    def is_paused(self) -> bool:
        """Whether no audio has come since the client stopped sending, or ever."""
        return self._paused

    @property
    def unsettled(self) -> bool:
        """Whether the last audio may have been spoken later than it was placed."""
        return self._resumption is not None

    def note_pause(self, now_ms: float) -> None:
        """Notes that the client stopped sending: later audio is placed when it arrives.

        This does not hold for the rest of a recorder's current slice, which belongs before the
        pause.
        """
        if not self._paused and self._came_ms is not None and not self._rhythm.flushed:
            since_ms = now_ms - self._came_ms
            self._remainder_ms = since_ms if since_ms <= self._rhythm.slice_ms + OVERDUE_MS else 0.0
        self._paused = True

    @property
    def awaits_remainder(self) -> bool:
        """Whether a paused recorder still holds audio of its slice, to follow what it sent."""
        remainder_ms = min(self._remainder_ms, self._rhythm.slice_ms)
        return self._gathers and remainder_ms >= LEAST_REMAINDER_MS

    def silent(self, now_ms: float) -> bool:
        """Returns whether the client sends nothing now, and no audio is under way either."""
        if self.end_ms is None or self._resumption is not None:
            return False
        if self._paused or self._came_ms is None:
            return now_ms > self.end_ms
        patience_ms = max(QUIET_MS, self._rhythm.usual_ms + OVERDUE_MS)
        if self._behind_ms > LATE_MS:  # more was spoken, and is under way
            patience_ms = max(PATIENCE_MS, patience_ms)
        return now_ms - self._came_ms > patience_ms and now_ms - self.end_ms > QUIET_MS

    def skip(self, gap_ms: float, now_ms: float) -> None:
        """Leaves the gap that the client says there is, as far as there was time for it.

        A container's timestamps may claim more, but nothing can have been spoken after now.
        """
        if self.end_ms is not None and not self._paused:
            self.end_ms += max(0.0, min(gap_ms, now_ms - self.end_ms))

    def place(self, duration_ms: float, now_ms: float) -> float:
        """Returns where the next `duration_ms` of audio start; while `unsettled`, at the earliest.

        Hold unsettled audio until `settle` returns by how much later all of it was spoken.
        """
        if self._paused or self.end_ms is None:
            start_ms = self._begin_anew(duration_ms, now_ms)
        else:
            start_ms = self.end_ms
            self._look(start_ms + duration_ms, now_ms)
            if self._resumption is not None:
                self._resumption.add(start_ms, duration_ms, now_ms)
            elif self._lateness.is_lasting(start_ms + duration_ms, now_ms):
                start_ms = self._present(duration_ms, now_ms)
        self._paused = False
        self._came_ms = now_ms
        self._rhythm.add(duration_ms, now_ms)
        self.end_ms = start_ms + duration_ms
        self._behind_ms = now_ms - self.end_ms
        return start_ms

    def _begin_anew(self, duration_ms: float, now_ms: float) -> float:
        start_ms = self.end_ms or 0.0
        if not self._gathers and now_ms - start_ms - duration_ms < LATE_MS:
            return self._present(duration_ms, now_ms)
        self._lateness.forget()
        away_ms = now_ms - (now_ms if self._came_ms is None else self._came_ms)
        paused = away_ms > self._rhythm.slice_ms + OVERDUE_MS  # else it went on all the time
        remainder_ms = self._remainder_ms if paused and self._gathers else 0.0
        self._resumption = FirstAudio(now_ms, remainder_ms)
        self._remainder_ms = 0.0
        self._resumption.add(start_ms, duration_ms, now_ms)
        return start_ms

    def settle(self, now_ms: float, *, at_once: bool = False) -> float | None:
        """Returns how much later (ms) the unsettled audio was spoken; None while not known."""
        if self._resumption is None or self.end_ms is None:
            return None
        pause_ms = self._resumption.pause_ms(now_ms)
        if pause_ms is None:
            if not at_once:
                return None
            pause_ms = self._resumption.max_pause_ms
        self.first = self._resumption.first
        self._resumption = None
        self.end_ms += pause_ms
        self._behind_ms -= pause_ms
        return pause_ms

    def _look(self, end_ms: float, now_ms: float) -> None:
        """Looks whether audio that ends there came back after a while in which none came."""
        late = now_ms - end_ms > LATE_MS
        self._kept = self._kept and late  # what was kept has caught up
        if self._resumption is not None or self._came_ms is None or not late:
            return
        away_ms, usual_ms = now_ms - self._came_ms, self._rhythm.usual_ms
        if self._kept and away_ms > ABSENT_MS:
            self._lateness.forget()  # the upload was held up, and may still catch up
        elif not self._kept and away_ms > usual_ms + ABSENT_MS:
            kept_ms = None if self._gathers and not self._rhythm.flushed else 0.0
            self._resumption = Resumption(
                self.end_ms or 0.0,
                now_ms,
                hold_ms=HOLD_MS,
                longest_ms=LONGEST_HOLD_MS,
                near_ms=max(NEAR_MS, usual_ms / 2),
                first=Burst(slice_ms=self._rhythm.slice_ms, kept_ms=kept_ms),
            )

    def _present(self, duration_ms: float, now_ms: float) -> float:
        self._lateness.forget()
        return max(self.end_ms or 0.0, now_ms - duration_ms)
