"""Maps between the call clock and the gapless time of what engines are fed."""

from bisect import bisect_right
from dataclasses import replace

from sessions_app.engine.core.events import Hypothesis, Word
from sessions_app.engine.core.frames import AudioFrame
from sessions_app.engine.session.retelling import NEAR_MS, told_before
from sessions_app.engine.stt.speech_gate import PRE_ROLL_MS
from sessions_app.engine.stt.wrappers.replay_buffer import only_words

MOST_SPLICES = 200
"""Steps back that are remembered; a stalled network makes one each time it delivers late."""

MOST_WORDS = 200
"""Words that are remembered: more than are spoken in what is fed again."""

REACH_MS = PRE_ROLL_MS + 100.0
"""An engine hears an utterance from at most this long before its start."""


class Splices:
    """Turns the call clock into the time of what engines were fed, and back. Pure.

    A recogniser counts samples: its audio has no gap and never goes back. The call's may do
    both: silence is fed where nothing came, and then a stalled network delivers what was spoken
    meanwhile. Such audio follows the silence that stood in for it, and its words are told where
    they were spoken. Where the silence broke into an utterance, the end of that is fed again before
    it, and words that were told are not told twice (`retelling`). Until the first step back both
    times are the same.
    """

    def __init__(self) -> None:
        self._at_ms = [0.0]
        self._lies_ms = [0.0]
        self._broke_ms = [0.0]
        self._shift_ms = 0.0
        self._told: list[Word] = []
        """Words that were told, the newest last."""

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
        # silence that stood in for audio takes no time
        earliest = self._lies_ms[part : part + 1] if part else []
        latest = self._broke_ms[part + 1 : part + 2]
        return min([max([lies_ms, *earliest]), *latest])

    def placed(self, told: Hypothesis) -> Hypothesis:
        """Returns what an engine said, with all its times on the call clock."""
        placed = self._placed(told) if self._shift_ms else told
        if placed.words:
            placed = self._fresh(placed, [self._part(_middle_ms(word)) for word in told.words])
        if placed.is_final:
            self._told += placed.words
            del self._told[:-MOST_WORDS]
        return placed

    def _fresh(self, placed: Hypothesis, parts: list[int]) -> Hypothesis:
        """Returns it without words that were told; `parts` has the part that each word is in."""
        kept = [True] * len(parts)
        for part in sorted(set(parts)):
            first_ms, broke_ms = self._lies_ms[part], self._broke_ms[part]
            if first_ms == broke_ms:
                continue
            places = [at for at, of in enumerate(parts) if of == part]
            known = [word for word in self._told if word.end_ms > first_ms - NEAR_MS]
            again = told_before([placed.words[at] for at in places], known, broke_ms)
            for at in places[:again]:
                kept[at] = False
        rest = only_words(placed, kept)
        return rest if rest is not None else replace(placed, text="", words=())

    def _part(self, at_ms: float) -> int:
        """Returns in which part a moment lies; silence just before one belongs to it.

        Speech may be found to begin in that, and what is heard of it reaches back further.
        """
        part = bisect_right(self._at_ms, at_ms) - 1
        if part + 1 < len(self._at_ms):
            spoken_ms = self._broke_ms[part + 1] - self._lies_ms[part]
            middle_ms = (self._at_ms[part] + spoken_ms + self._at_ms[part + 1]) / 2
            part += at_ms > max(middle_ms, self._at_ms[part + 1] - REACH_MS)
        return max(0, part)

    def _placed(self, told: Hypothesis) -> Hypothesis:
        words = tuple(
            replace(word, start_ms=self.call_ms(word.start_ms), end_ms=self.call_ms(word.end_ms))
            for word in told.words
        )
        start_ms, end_ms = self.call_ms(told.start_ms), self.call_ms(told.end_ms)
        return replace(told, start_ms=start_ms, end_ms=end_ms, words=words)


def _middle_ms(word: Word) -> float:
    return (word.start_ms + word.end_ms) / 2
