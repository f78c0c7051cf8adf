"""What engines hear without a break, and where each part of it lies on the call clock."""

from bisect import bisect_right
from dataclasses import replace

from sessions_app.core.audio import AudioFrame
from sessions_app.core.events import Hypothesis
from sessions_app.speech.recognisers.wrappers.replay import without_words_before

BROKEN_MS = 150.0
"""A word that ends so shortly before the sound broke off may be half of one."""

MOST_SPLICES = 200
"""So many steps back are remembered; a stalled network makes one each time it delivers late."""


MOST_WORDS = 200
"""Words that are remembered: more than are spoken in what is fed again."""


class Splices:
    """Turns the call clock into the time of what engines were fed, and back. Pure.

    A recogniser counts samples: its audio has no gap and never goes back. The call's may do
    both: silence is fed where nothing came, and then a stalled network delivers what was spoken
    meanwhile. Such audio follows the silence that stood in for it, and its words are told where
    they were spoken. Where the silence broke into an utterance, the end of that is fed again before
    it, and words that were told whole are not told twice. Until the first step back both times are
    the same.
    """

    def __init__(self) -> None:
        self._at_ms = [0.0]
        self._lies_ms = [0.0]
        self._broke_ms = [0.0]
        self._shift_ms = 0.0
        self._said_ms: list[float] = []
        """Where words end that were told, the newest last."""

    def step_back(self, fed_ms: float, start_ms: float, broke_ms: float | None = None) -> None:
        """Notes that audio of `start_ms` follows what was fed up to `fed_ms`.

        `broke_ms` is where the sound broke off, if audio from before it is fed again. All are of
        the call clock.
        """
        self._at_ms.append(fed_ms + self._shift_ms)
        self._lies_ms.append(start_ms)
        self._broke_ms.append(start_ms if broke_ms is None else broke_ms)
        self._shift_ms += fed_ms - start_ms
        for kept in (self._at_ms, self._lies_ms, self._broke_ms):
            del kept[:-MOST_SPLICES]

    def fed(self, frame: AudioFrame) -> AudioFrame:
        """Returns a frame of the call as engines get it."""
        if not self._shift_ms:
            return frame
        return AudioFrame(frame.samples, frame.sample_rate, frame.start_ms + self._shift_ms)

    def call_ms(self, at_ms: float) -> float:
        """Returns where on the call clock a moment lies that an engine tells of."""
        if not self._shift_ms:
            return at_ms
        part = self._part(at_ms)
        lies_ms = self._lies_ms[part] + at_ms - self._at_ms[part]
        following = self._broke_ms[part + 1 : part + 2]
        return min([lies_ms, *following])  # silence that stood in for audio takes no time

    def placed(self, told: Hypothesis) -> Hypothesis:
        """Returns what an engine said, with all its times on the call clock."""
        placed = self._placed(told) if self._shift_ms else told
        if not told.is_final:
            return placed
        part = self._part(told.start_ms)
        if part and self._lies_ms[part] < self._broke_ms[part]:
            whole_ms = self._broke_ms[part] - BROKEN_MS
            said_ms = max((end for end in self._said_ms if end <= whole_ms), default=0.0)
            rest = without_words_before(placed, said_ms)
            placed = rest if rest is not None else replace(placed, text="", words=())
        self._said_ms += [word.end_ms for word in placed.words]
        del self._said_ms[:-MOST_WORDS]
        return placed

    def _part(self, at_ms: float) -> int:
        return max(0, bisect_right(self._at_ms, at_ms) - 1)

    def _placed(self, told: Hypothesis) -> Hypothesis:
        words = tuple(
            replace(word, start_ms=self.call_ms(word.start_ms), end_ms=self.call_ms(word.end_ms))
            for word in told.words
        )
        start_ms, end_ms = self.call_ms(told.start_ms), self.call_ms(told.end_ms)
        return replace(told, start_ms=start_ms, end_ms=end_ms, words=words)
