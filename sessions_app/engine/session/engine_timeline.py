"""Maps between the call clock and the engines' time, which counts the samples they were fed."""

from bisect import bisect_right
from dataclasses import replace

from sessions_app.engine.core.events import Hypothesis, Word
from sessions_app.engine.core.frames import AudioFrame
from sessions_app.engine.session.repeated_words import NEAR_MS, count_repeated
from sessions_app.engine.stt.speech_gate import PRE_ROLL_MS
from sessions_app.engine.stt.wrappers.replay_buffer import only_words

MAX_STEPS = 200
"""The newest steps back that are kept; a stalled network makes one each time it delivers late.

Lower places words of slow engines wrongly after many stalls; higher costs memory.
"""

MAX_WORDS = 200
"""The newest words that are kept to find repeated ones: more than are spoken in AGAIN_MS."""

MAX_PRE_ROLL_MS = PRE_ROLL_MS + 100.0
"""An engine is fed an utterance from at most this long before its start, with some tolerance."""


class EngineTimeline:
    """Converts the call clock to the engines' time, and back. Pure; both in ms.

    A recogniser counts samples: its audio has no gaps and never goes back. On the call clock, audio
    may go back: silence is fed while nothing arrives, and then a stalled network delivers what was
    spoken meanwhile. The engine gets that audio after the silence, and its words are moved back to
    when they were spoken (a step back, after which a new part of the timeline begins). Where the
    silence split an utterance, the end of that is fed again before the late audio, and words that
    were emitted already are dropped (`repeated_words`). Until the first step back both times are
    the same.
    """

    def __init__(self) -> None:
        self._engine_start_ms = [0.0]
        """Where each part starts in the engines' time."""

        self._call_start_ms = [0.0]
        """Where each part starts on the call clock."""

        self._broke_ms = [0.0]
        """Where, on the call clock, each part has its first audio that was not fed before."""

        self._shift_ms = 0.0
        self._emitted: list[Word] = []
        """The words of finals so far, the newest last."""

    def step_back(self, fed_ms: float, start_ms: float, broke_ms: float | None = None) -> None:
        """Notes that audio of `start_ms` is fed next, although audio was fed up to `fed_ms`.

        `broke_ms` is where the audio was interrupted, if audio from before that is fed again. All
        are on the call clock.
        """
        self._engine_start_ms.append(fed_ms + self._shift_ms)
        self._call_start_ms.append(start_ms)
        self._broke_ms.append(start_ms if broke_ms is None else broke_ms)
        self._shift_ms += fed_ms - start_ms
        for starts_ms in (self._engine_start_ms, self._call_start_ms, self._broke_ms):
            del starts_ms[:-MAX_STEPS]

    def to_engine_time(self, frame: AudioFrame) -> AudioFrame:
        """Returns a frame of the call with its time changed to the engines'."""
        if not self._shift_ms:
            return frame
        return AudioFrame(frame.samples, frame.sample_rate, frame.start_ms + self._shift_ms)

    def call_ms(self, engine_ms: float) -> float:
        """Returns the call clock at a moment of the engines' time."""
        if not self._shift_ms:
            return engine_ms
        part = self._part_at(engine_ms)
        at_ms = self._call_start_ms[part] + engine_ms - self._engine_start_ms[part]
        # the silence that was fed in place of late audio has no length on the call clock
        earliest = self._call_start_ms[part : part + 1] if part else []
        latest = self._broke_ms[part + 1 : part + 2]
        return min([max([at_ms, *earliest]), *latest])

    def to_call_clock(self, hypothesis: Hypothesis) -> Hypothesis:
        """Returns an engine's hypothesis on the call clock, without words that it repeats."""
        moved = self._moved(hypothesis) if self._shift_ms else hypothesis
        if moved.words:
            parts = [self._part_at(_middle_ms(word)) for word in hypothesis.words]
            moved = self._without_repeated(moved, parts)
        if moved.is_final:
            self._emitted += moved.words
            del self._emitted[:-MAX_WORDS]
        return moved

    def _without_repeated(self, hypothesis: Hypothesis, parts: list[int]) -> Hypothesis:
        """Drops the words that earlier finals had; `parts` is the part of each word."""
        kept = [True] * len(parts)
        for part in sorted(set(parts)):
            first_ms, broke_ms = self._call_start_ms[part], self._broke_ms[part]
            if first_ms == broke_ms:
                continue
            indices = [at for at, of in enumerate(parts) if of == part]
            earlier = [word for word in self._emitted if word.end_ms > first_ms - NEAR_MS]
            repeated = count_repeated([hypothesis.words[at] for at in indices], earlier, broke_ms)
            for at in indices[:repeated]:
                kept[at] = False
        rest = only_words(hypothesis, kept)
        return rest if rest is not None else replace(hypothesis, text="", words=())

    def _part_at(self, engine_ms: float) -> int:
        """Returns the part of a moment; the silence just before a part belongs to it.

        A VAD may find speech to start in that silence, and the pre-roll reaches back into it.
        """
        part = bisect_right(self._engine_start_ms, engine_ms) - 1
        if part + 1 < len(self._engine_start_ms):
            spoken_ms = self._broke_ms[part + 1] - self._call_start_ms[part]
            next_ms = self._engine_start_ms[part + 1]
            middle_ms = (self._engine_start_ms[part] + spoken_ms + next_ms) / 2
            part += engine_ms > max(middle_ms, next_ms - MAX_PRE_ROLL_MS)
        return max(0, part)

    def _moved(self, hypothesis: Hypothesis) -> Hypothesis:
        words = tuple(
            replace(word, start_ms=self.call_ms(word.start_ms), end_ms=self.call_ms(word.end_ms))
            for word in hypothesis.words
        )
        start_ms, end_ms = self.call_ms(hypothesis.start_ms), self.call_ms(hypothesis.end_ms)
        return replace(hypothesis, start_ms=start_ms, end_ms=end_ms, words=words)


def _middle_ms(word: Word) -> float:
    return (word.start_ms + word.end_ms) / 2
