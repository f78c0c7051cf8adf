"""Which audio reaches a recogniser that wants speech only, and where utterances end.

The `SpeechGate` takes frames and the VAD's boundaries, and returns `Item`s in order, for
`replay_buffer.send_item`. Times are in ms on the call clock.
"""

import math
from collections import deque
from dataclasses import dataclass

from sessions_app.engine.core.frames import AudioFrame

PRE_ROLL_MS = 300.0
"""Audio before the VAD's start that belongs to the utterance.

Less loses quiet first sounds; more gives the engine noise to hear words in.
"""

POST_ROLL_MS = 200.0
"""Audio after the VAD's end that belongs to the utterance; more makes each final later."""

SLACK_MS = 100.0
"""A frame that begins before the pre-roll by no more than this is not split."""

KEPT_MS = 2_000.0
"""Audio kept during silence, for the pre-roll.

The VAD reports a start some 100 ms after it, and later where the process is busy.
"""

AHEAD_MS = 600.0
"""How far audio may be passed on ahead of what the VAD has judged.

A network stall delivers seconds at once: without a limit an utterance would be over, and the next
one dropped, before the VAD reports them. Less makes interims later.
"""

LONGEST_MS = 18_000.0
"""An utterance with no pause is cut here.

Longer ones take an engine longer, and people wait longer for words that stay; shorter cuts more
sentences (`cuts`).
"""


@dataclass(frozen=True, slots=True)
class Begin:
    """Speech began at `at_ms`, among or just before the audio sent so far."""

    at_ms: float


@dataclass(frozen=True, slots=True)
class Flush:
    """The utterance sent so far is over; with `cut` the caller is still speaking."""

    cut: bool = False


@dataclass(frozen=True, slots=True)
class Pause:
    """The caller pauses, and may go on: asks for all words so far."""


Item = AudioFrame | Begin | Flush | Pause
"""What is sent to a recogniser's stream, in order."""


class SpeechGate:
    """Passes on speech with a little silence around it. Pure.

    `judged_ms` is how far the VAD has decided; infinity where it decides at once. Each method
    returns the items that are to be sent to the recogniser now.
    """

    def __init__(self) -> None:
        self._ahead: deque[AudioFrame] = deque()
        self._passed_ms = 0.0
        self._kept: deque[AudioFrame] = deque()
        self._speaking = False
        self._opened_ms = 0.0
        self._closes_ms: float | None = None

    def feed(self, frame: AudioFrame, judged_ms: float = math.inf) -> list[AudioFrame | Flush]:
        """Adds the next frame; returns what may pass, in order."""
        self._ahead.append(frame)
        return self._advance(judged_ms)

    def _advance(self, judged_ms: float) -> list[AudioFrame | Flush]:
        out: list[AudioFrame | Flush] = []
        while self._ahead and self._ahead[0].end_ms <= judged_ms + AHEAD_MS:
            frame = self._ahead.popleft()
            self._passed_ms = frame.end_ms
            out += self._pass(frame)
        return out

    def _pass(self, frame: AudioFrame) -> list[AudioFrame | Flush]:
        if not self._speaking:
            self._keep(frame)
            return []
        out: list[AudioFrame | Flush] = []
        if self._closes_ms is not None and frame.start_ms >= self._closes_ms:
            out.append(self._close())
            self._keep(frame)
            return out
        out.append(frame)
        if frame.end_ms - self._opened_ms >= LONGEST_MS:
            out.append(Flush(cut=True))
            self._opened_ms = frame.end_ms
        return out

    def started(self, at_ms: float, judged_ms: float = math.inf) -> list[AudioFrame | Flush]:
        """Notes that speech began at `at_ms`; returns the pre-roll and what followed it."""
        before = self._before(at_ms)
        if self._speaking:
            self._closes_ms = None
            return [*before, *self._advance(judged_ms)]
        self._speaking = True
        self._closes_ms = None
        from_ms = at_ms - PRE_ROLL_MS
        wanted = [frame for frame in self._kept if frame.end_ms > from_ms]
        if wanted and wanted[0].start_ms < from_ms - SLACK_MS:  # silence comes in long pieces
            wanted[0] = wanted[0].parted(from_ms)[1]
        self._kept.clear()
        self._opened_ms = wanted[0].start_ms if wanted else at_ms
        return [*before, *wanted, *self._advance(judged_ms)]

    def _before(self, at_ms: float) -> list[AudioFrame | Flush]:
        """Passes on the audio before a start: a VAD may decide on seconds of audio at once."""
        out = self._advance(at_ms - AHEAD_MS)
        if self._closes_ms is not None and self._closes_ms <= at_ms - PRE_ROLL_MS:
            out.append(self._close())
        return out

    def paused(self) -> list[Pause]:
        """Notes that the speaker pauses; ignored outside an utterance."""
        return [Pause()] if self._speaking and self._closes_ms is None else []

    def ended(self, at_ms: float, judged_ms: float = math.inf) -> list[AudioFrame | Flush]:
        """Notes that speech ended at `at_ms`; the Flush follows the post-roll."""
        if not self._speaking:
            return self._advance(judged_ms)
        self._closes_ms = at_ms + POST_ROLL_MS
        over = [self._close()] if self._passed_ms >= self._closes_ms else []
        return [*over, *self._advance(judged_ms)]

    def finish(self) -> list[AudioFrame | Flush]:
        """Notes that no audio will follow."""
        rest = self._advance(math.inf)
        return [*rest, self._close()] if self._speaking else rest

    def _close(self) -> Flush:
        self._speaking = False
        self._closes_ms = None
        return Flush()

    def _keep(self, frame: AudioFrame) -> None:
        self._kept.append(frame)
        while self._kept and self._kept[0].end_ms < frame.end_ms - KEPT_MS:
            self._kept.popleft()
