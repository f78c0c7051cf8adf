"""From speech probabilities to where speech starts and ends. Pure."""

from dataclasses import dataclass

from sessions_app.engine.core.events import (
    Speaker,
    SpeechEnded,
    SpeechPaused,
    SpeechResumed,
    SpeechStarted,
)

WINDOW_MS = 32.0


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When speech starts, pauses and ends; windows are 32 ms."""

    start: float = 0.5
    start_windows: int = 3
    end: float = 0.35
    end_windows: int = 16
    pause_windows: int = 6


Boundary = SpeechStarted | SpeechEnded | SpeechPaused | SpeechResumed


GUARDED_START = 0.6
GUARDED_WINDOWS = 3
"""What speech must show while the agent speaks, so that its echo and breaths count less."""

GUARDED_SHARE = 0.3
"""Of the caller's own loudness: what is 10 dB lower is an echo, or people in the background."""

SURE = 0.8
"""The probability from which a window teaches how loud the caller is."""

RESUMED_WINDOWS = 2
"""Windows between checks that a pause still holds: who resumes must not be answered."""

STEADINESS = 0.97
"""How much of the known loudness stays with each further window of sure speech."""


class Boundaries:
    """Takes one probability a window, in order.

    While `guarded` is set, speech has to be surer and longer before it starts. With `watching`
    pauses are told, too.
    """

    def __init__(self, thresholds: Thresholds, speaker: Speaker = Speaker.CALLER) -> None:
        self._thresholds = thresholds
        self._speaker = speaker
        self._speaking = False
        self._run = 0
        self._run_ms = 0.0
        self.guarded = self.watching = self._paused = self._began_guarded = False
        self._usual_rms = 0.0

    @property
    def remaining(self) -> int:
        """How many more windows the next boundary takes at the least."""
        left = self._needed - self._run
        if not (self.watching and self._speaking):
            return left
        if self._paused:
            return min(left, RESUMED_WINDOWS)
        return min(left, self._thresholds.pause_windows - self._run)

    @property
    def _needed(self) -> int:
        limits = self._thresholds
        if self._speaking:
            return limits.end_windows
        return max(limits.start_windows, GUARDED_WINDOWS) if self.guarded else limits.start_windows

    def judge(self, probability: float, start_ms: float, rms: float = 0.0) -> Boundary | None:
        """Returns the boundary that the window at `start_ms` completes, if any.

        A boundary lies where the run of windows that proves it began. `rms` is the window's
        loudness, of 32768; 0 where it is not known.
        """
        probability = self._as_heard(probability, rms)
        limits = self._thresholds
        start = max(limits.start, GUARDED_START) if self.guarded else limits.start
        turning = probability < limits.end if self._speaking else probability >= start
        if not turning:
            return self._resumed(start_ms)
        if self._run == 0:
            self._run_ms = start_ms
        self._run += 1
        if self._run >= self._needed:
            return self._flip(self._run_ms)
        if self.watching and self._speaking and self._run == limits.pause_windows:
            self._paused = True
            return SpeechPaused(self._speaker, self._run_ms)
        return None

    def _resumed(self, at_ms: float) -> SpeechResumed | None:
        """Forgets what might have become a boundary; returns the end of a pause that was told."""
        self._run = 0
        if not self._paused:
            return None
        self._paused = False
        return SpeechResumed(self._speaker, at_ms)

    def _as_heard(self, probability: float, rms: float) -> float:
        """Learns how loud the caller is, and hears nothing much softer while guarded.

        What began while guarded may be anybody, and teaches nothing.
        """
        if self.guarded and not self._speaking:
            return probability if rms >= GUARDED_SHARE * self._usual_rms else 0.0
        own = self._speaking and not self._began_guarded
        if own and probability >= SURE and rms > 0:
            known = self._usual_rms or rms
            self._usual_rms = STEADINESS * known + (1 - STEADINESS) * rms
        return probability

    def finish(self, end_ms: float) -> SpeechEnded | None:
        """Returns the end of speech still open when the audio ended."""
        if not self._speaking:
            return None
        self._flip(0.0)
        return SpeechEnded(self._speaker, end_ms)

    def _flip(self, at_ms: float) -> SpeechStarted | SpeechEnded:
        self._speaking = not self._speaking
        self._began_guarded = self.guarded
        self._run, self._paused = 0, False
        event = SpeechStarted if self._speaking else SpeechEnded
        return event(self._speaker, at_ms)
