"""What engines hear without a break, and where each part of it lies on the call clock."""

from bisect import bisect_right
from dataclasses import replace

from sessions_app.core.audio import AudioFrame
from sessions_app.core.events import Hypothesis

MOST_SPLICES = 200
"""So many steps back are remembered; a stalled network makes one each time it delivers late."""


class Splices:
    """Turns the call clock into the time of what engines were fed, and back. Pure.

    A recogniser counts samples: its audio has no gap and never goes back. The call's may do
    both: silence is fed where nothing came, and then a stalled network delivers what was spoken
    meanwhile. Such audio follows the silence that stood in for it, and its words are told where
    they were spoken. Until the first step back both times are the same.
    """

    def __init__(self) -> None:
        self._at_ms = [0.0]
        self._lies_ms = [0.0]
        self._shift_ms = 0.0

    def step_back(self, fed_ms: float, start_ms: float) -> None:
        """Notes that audio of `start_ms` follows what was fed up to `fed_ms`; both call clock."""
        self._at_ms.append(fed_ms + self._shift_ms)
        self._lies_ms.append(start_ms)
        self._shift_ms += fed_ms - start_ms
        del self._at_ms[:-MOST_SPLICES], self._lies_ms[:-MOST_SPLICES]

    def fed(self, frame: AudioFrame) -> AudioFrame:
        """Returns a frame of the call as engines get it."""
        if not self._shift_ms:
            return frame
        return AudioFrame(frame.samples, frame.sample_rate, frame.start_ms + self._shift_ms)

    def call_ms(self, at_ms: float) -> float:
        """Returns where on the call clock a moment lies that an engine tells of."""
        if not self._shift_ms:
            return at_ms
        part = max(0, bisect_right(self._at_ms, at_ms) - 1)
        lies_ms = self._lies_ms[part] + at_ms - self._at_ms[part]
        following = self._lies_ms[part + 1 : part + 2]
        return min([lies_ms, *following])  # silence that stood in for audio takes no time

    def placed(self, told: Hypothesis) -> Hypothesis:
        """Returns what an engine said, with all its times on the call clock."""
        if not self._shift_ms:
            return told
        words = tuple(
            replace(word, start_ms=self.call_ms(word.start_ms), end_ms=self.call_ms(word.end_ms))
            for word in told.words
        )
        start_ms, end_ms = self.call_ms(told.start_ms), self.call_ms(told.end_ms)
        return replace(told, start_ms=start_ms, end_ms=end_ms, words=words)
