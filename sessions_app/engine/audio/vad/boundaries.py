"""Turns speech probabilities into starts, pauses and ends of speech: hysteresis. Pure."""

from dataclasses import dataclass

from sessions_app.engine.core.events import (
    Speaker,
    SpeechEnded,
    SpeechPaused,
    SpeechResumed,
    SpeechStarted,
)

WINDOW_MS = 32.0
"""Audio that gets one probability."""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When speech starts, pauses and ends. Windows are 32 ms.

    Higher thresholds miss quiet speakers, lower ones take noise for speech. More windows make a
    boundary surer and later by 32 ms each.
    """

    start: float = 0.5
    """Probability from which a window counts as speech, before a start."""

    start_windows: int = 3
    end: float = 0.35
    """Probability below which a window counts as silence, within speech."""

    end_windows: int = 16
    pause_windows: int = 6


Boundary = SpeechStarted | SpeechEnded | SpeechPaused | SpeechResumed


GUARDED_START = 0.6
GUARDED_WINDOWS = 3
"""The least start threshold and number of windows while the agent speaks: echo and breaths do not
start speech. Higher makes interruptions harder."""

GUARDED_SHARE = 0.3
"""Share of the caller's usual RMS that speech must have while the agent speaks. What is 10 dB lower
is echo, or people in the background."""

SURE = 0.8
"""Windows of at least this probability update the caller's usual RMS."""

RESUMED_WINDOWS = 2
"""Most windows judged at once during a pause. More finds later that the caller resumed, when an
answer may have begun."""

STEADINESS = 0.97
"""Smoothing factor of the usual RMS, a window of sure speech. Higher adapts more slowly."""


class Boundaries:
    """Takes the speech probability of each window, in order.

    While `guarded`, a start takes more (`GUARDED_…`). With `watching`, pauses are reported too.
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
        """The least number of further windows that the next boundary takes."""
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
        """Returns the boundary that the window at `start_ms` (call clock) confirms, if any.

        The boundary's time is where the run of windows that confirms it began. `rms` is the
        window's RMS (full scale is 32768), 0 where it is not known.
        """
        probability = self._without_echo(probability, rms)
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
        """Resets the run of windows; returns the resumption where a pause was reported."""
        self._run = 0
        if not self._paused:
            return None
        self._paused = False
        return SpeechResumed(self._speaker, at_ms)

    def _without_echo(self, probability: float, rms: float) -> float:
        """Returns 0.0 for a window too quiet to be the caller while guarded; else `probability`.

        Learns the caller's usual RMS from sure speech, unless it began while guarded: that may be
        anybody's.
        """
        if self.guarded and not self._speaking:
            return probability if rms >= GUARDED_SHARE * self._usual_rms else 0.0
        own = self._speaking and not self._began_guarded
        if own and probability >= SURE and rms > 0:
            known = self._usual_rms or rms
            self._usual_rms = STEADINESS * known + (1 - STEADINESS) * rms
        return probability

    def finish(self, end_ms: float) -> SpeechEnded | None:
        """Returns the end of speech that is still open at the end of the audio; None for none."""
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
