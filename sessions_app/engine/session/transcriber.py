"""One side's speech to text: the gate, the recogniser's stream, and numbered segments."""

import asyncio
import itertools
import logging
import math
import time
from collections.abc import Callable, Iterator, Sequence

from sessions_app.engine.core.errors import RecogniserError
from sessions_app.engine.core.events import (
    CallEvent,
    Hypothesis,
    InterimChanged,
    NothingSaid,
    RecognitionFailed,
    SegmentFinal,
    Speaker,
    SpeechEnded,
    SpeechStarted,
)
from sessions_app.engine.core.frames import AudioFrame
from sessions_app.engine.core.queues import Outbox
from sessions_app.engine.core.usage import CallUsage
from sessions_app.engine.stt.base import RecogniserStream, clean_results
from sessions_app.engine.stt.overlapping_finals import RepeatRemover
from sessions_app.engine.stt.segmenter import Segmenter
from sessions_app.engine.stt.speech_gate import Begin, Flush, Item, SpeechGate
from sessions_app.engine.stt.wrappers.replay_buffer import send_item
from sessions_app.engine.text.writing import join_sentences
from sessions_app.engine.turns.endpointing.statements import is_open, is_statement

logger = logging.getLogger(__name__)

LAST_WORDS_MISSED = (
    "The last words were not recognised in time. Where the call is recorded, they are looked for "
    "in the recording."
)
FINISH_S = 6.0
"""How long the last words may take after a hang-up; the recording is transcribed for them then.

Lower loses last words of slow recognisers; higher delays the end of calls whose recogniser hangs.
"""


class SegmentNumbers:
    """The `seq` of a call's segments, in order of arrival from 1, shared by both sides."""

    def __init__(self) -> None:
        self._counter: Iterator[int] = itertools.count(1)
        self.upcoming = next(self._counter)

    def take(self) -> int:
        """Returns the next number and uses it up."""
        seq = self.upcoming
        self.upcoming = next(self._counter)
        return seq


class Transcriber:
    """Feeds one side's audio to a recogniser's stream and emits interims and segments.

    `gated` is for an engine that takes speech only; others get all audio, with the boundaries of
    speech as hints. With `figures` numbers are written as digits; `marks` says that the engine
    writes punctuation (`Capabilities`). What the engine is given is counted in `usage`, by the
    name that `recogniser` returns at that moment. All times are on the call clock, in ms. Used on
    one event loop: `hear` and `boundary` never block, as a task of its own sends to the stream.
    """

    def __init__(
        self,
        stream: RecogniserStream,
        speaker: Speaker,
        numbers: SegmentNumbers,
        emit: Callable[[CallEvent], None],
        *,
        language: str,
        gated: bool,
        figures: bool = False,
        marks: bool = False,
        usage: CallUsage | None = None,
        recogniser: Callable[[], str] = lambda: "",
    ) -> None:
        self._stream = stream
        self._usage = usage or CallUsage()
        self._recogniser = recogniser
        self._speaker = speaker
        self._numbers = numbers
        self._emit = emit
        self._language = language
        self._gate = SpeechGate() if gated else None
        self._segmenter = Segmenter(language if figures else "", is_statement, is_open, marks=marks)
        self._repeats = RepeatRemover()
        self._outbox: Outbox[Item | None] = Outbox()
        self._interim_shown = False
        self.to_call_clock: Callable[[Hypothesis], Hypothesis] = lambda hypothesis: hypothesis
        """Moves a hypothesis from the engine's time to the call clock (`EngineTimeline`)."""

        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Starts the tasks that send to the recogniser's stream and read from it."""
        self._tasks = [asyncio.create_task(self._send()), asyncio.create_task(self._read())]

    def feed(self, frame: AudioFrame, judged_ms: float = math.inf) -> None:
        """Adds the next audio, without gaps. The VAD has classified all audio to `judged_ms`."""
        if self._gate is None:
            self._outbox.put(frame)
        else:
            self._post(self._gate.feed(frame, judged_ms))

    def boundary(self, event: SpeechStarted | SpeechEnded, judged_ms: float = math.inf) -> None:
        """Takes a boundary of speech; the VAD has classified the audio up to `judged_ms`."""
        if self._gate is None:
            started = isinstance(event, SpeechStarted)
            self._post([Begin(event.at_ms) if started else Flush()])
        elif isinstance(event, SpeechStarted):
            self._post(self._gate.started(event.at_ms, judged_ms))
        else:
            self._post(self._gate.ended(event.at_ms, judged_ms))

    def pause(self) -> None:
        """Takes a pause within speech, which may be its end: asks for all words so far."""
        if self._gate is not None:
            self._post(self._gate.paused())

    async def finish(self, deadline_s: float = FINISH_S) -> None:
        """Ends the input and returns when the last final was emitted.

        After `deadline_s` the recogniser is cancelled, and `RecognitionFailed` is emitted.
        """
        if self._gate is not None:
            self._post(self._gate.finish())
        self._outbox.put(None)
        _, late = await asyncio.wait(self._tasks, timeout=deadline_s)
        if late:
            logger.warning("a recogniser did not finish within %.0f s", deadline_s)
            self._emit(RecognitionFailed(LAST_WORDS_MISSED))
        await self.aclose()

    async def aclose(self) -> None:
        """Cancels everything that is not finished; may be called twice."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._stream.aclose()

    # -- to the recogniser --------------------------------------------------------------

    def _post(self, items: Sequence[Item]) -> None:
        for item in items:
            self._outbox.put(item)

    async def _send(self) -> None:
        while (item := await self._outbox.get()) is not None:
            if isinstance(item, AudioFrame):
                self._usage.heard(self._recogniser(), item.duration_ms)
            await send_item(self._stream, item)
        await self._stream.finish()

    # -- from the recogniser ------------------------------------------------------------

    async def _read(self) -> None:
        try:
            async for hypothesis in clean_results(self._stream):
                self._on_hypothesis(self.to_call_clock(hypothesis))
        except RecogniserError as error:
            logger.warning("a recogniser gave up (%s)", error.code)
            self._clear_interim()
            self._emit(RecognitionFailed(error.message))

    def _on_hypothesis(self, hypothesis: Hypothesis) -> None:
        if hypothesis.is_final:
            self._emit_segments(hypothesis)
            return
        text = self._segmenter.interim(hypothesis, time.monotonic())
        if text is not None:
            self._emit_interim(text, hypothesis)

    def _emit_segments(self, hypothesis: Hypothesis) -> None:
        pieces = self._segmenter.final(self._repeats.remove(hypothesis))
        if not pieces:
            self._clear_interim()
            self._emit(NothingSaid(self._speaker, hypothesis.end_ms))
        whole = join_sentences(piece.text for piece in pieces) if len(pieces) > 1 else ""
        for piece in pieces:
            more = piece is not pieces[-1]
            self._interim_shown = False
            self._emit(
                SegmentFinal(
                    seq=self._numbers.take(),
                    speaker=self._speaker,
                    text=piece.text,
                    start_ms=piece.start_ms,
                    end_ms=piece.end_ms,
                    words=piece.words,
                    confidence=piece.confidence,
                    language=piece.language or self._language,
                    more=more,
                    utterance="" if more else whole,
                )
            )

    def _emit_interim(self, text: str, hypothesis: Hypothesis) -> None:
        self._interim_shown = bool(text)
        self._emit(
            InterimChanged(
                self._numbers.upcoming,
                self._speaker,
                text,
                hypothesis.start_ms,
                hypothesis.end_ms,
                hypothesis.whole,
                hypothesis.sure,
                hypothesis.confidence,
            )
        )

    def _clear_interim(self) -> None:
        if self._interim_shown:
            self._interim_shown = False
            self._emit(InterimChanged(self._numbers.upcoming, self._speaker, "", 0.0, 0.0))
