"""One side's speech to text: gate, recogniser stream, segments with their numbers."""

import asyncio
import itertools
import logging
import time
from collections import deque
from collections.abc import Callable, Iterator

from sessions_app.calls.gate import Flush, SpeechGate
from sessions_app.core.audio import AudioFrame
from sessions_app.core.errors import RecogniserError
from sessions_app.core.events import (
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
from sessions_app.speech.recognisers.base import Recogniser, RecogniserStream
from sessions_app.speech.segmenting import Segmenter

logger = logging.getLogger(__name__)

FINISH_S = 6.0
"""How long the last words may take after hang-up."""

REPLAY_MS = 30_000.0
"""Audio kept since the last final, to be said again to a stream that replaces a dead one."""

FIRST_RETRY_S = 0.05

MAX_FAILURES = 5
"""Failures in a row, without a final between them, after which recognition is given up."""


class SegmentNumbers:
    """The order of arrival of a call's segments, from 1, shared by both sides."""

    def __init__(self) -> None:
        self._counter: Iterator[int] = itertools.count(1)
        self.upcoming = next(self._counter)

    def take(self) -> int:
        """Returns the next number; it is never given again."""
        taken = self.upcoming
        self.upcoming = next(self._counter)
        return taken


class Transcribing:
    """Feeds one side's audio to a recogniser and tells of what comes out.

    Used on one event loop: `hear` and `boundary` never wait; `run` is the reader.
    """

    def __init__(
        self,
        recogniser: Recogniser,
        language: str,
        speaker: Speaker,
        numbers: SegmentNumbers,
        emit: Callable[[CallEvent], None],
    ) -> None:
        self._recogniser = recogniser
        self._language = language
        self._speaker = speaker
        self._numbers = numbers
        self._emit = emit
        self._stream: RecogniserStream = recogniser.open(language)
        self._gate = None if recogniser.capabilities.continuous else SpeechGate()
        self._segmenter = Segmenter()
        self._outbox: asyncio.Queue[AudioFrame | Flush | None] = asyncio.Queue()
        self._unanswered: deque[AudioFrame | Flush] = deque()
        self._usable = asyncio.Event()
        self._heard_ms = 0.0
        self._interim_shown = False
        self._failures = 0
        self._sent_all = False
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Starts the sender and the reader."""
        self._usable.set()
        self._tasks = [asyncio.create_task(self._send()), asyncio.create_task(self._read())]

    def hear(self, frame: AudioFrame) -> None:
        """Takes the next audio; gaps on the call clock must have been filled."""
        self._heard_ms = frame.end_ms
        self._post([frame] if self._gate is None else self._gate.hear(frame))

    def boundary(self, event: SpeechStarted | SpeechEnded) -> None:
        """Takes what the VAD found."""
        if self._gate is None:
            return
        if isinstance(event, SpeechStarted):
            self._post(self._gate.started(event.at_ms))
        else:
            self._post(self._gate.ended(event.at_ms, self._heard_ms))

    async def finish(self, deadline_s: float = FINISH_S) -> None:
        """Says that no audio follows, and returns when the last final is out.

        When the recogniser is not done by then, it is dropped and a warning logged.
        """
        if self._gate is not None:
            self._post(self._gate.finish())
        self._outbox.put_nowait(None)
        _, late = await asyncio.wait(self._tasks, timeout=deadline_s)
        if late:
            logger.warning("a recogniser did not finish within %.0f s", deadline_s)
        await self.aclose()

    async def aclose(self) -> None:
        """Drops everything; may be called twice."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._stream.aclose()

    # -- to the recogniser --------------------------------------------------------------

    def _post(self, items: list[AudioFrame | Flush]) -> None:
        for item in items:
            self._outbox.put_nowait(item)

    async def _send(self) -> None:
        while (item := await self._outbox.get()) is not None:
            await self._usable.wait()
            self._unanswered.append(item)
            self._forget_old()
            await self._pass_on(item)
        await self._usable.wait()
        self._sent_all = True
        await self._stream.finish()

    async def _pass_on(self, item: AudioFrame | Flush) -> None:
        if isinstance(item, Flush):
            await self._stream.flush()
        else:
            await self._stream.send(item)

    def _forget_old(self) -> None:
        newest = self._heard_ms - REPLAY_MS
        while self._unanswered:
            first = self._unanswered[0]
            if isinstance(first, AudioFrame) and first.end_ms >= newest:
                return
            self._unanswered.popleft()

    def _answered(self, end_ms: float) -> None:
        """Forgets audio whose final has come."""
        while self._unanswered:
            first = self._unanswered[0]
            if isinstance(first, AudioFrame) and first.start_ms >= end_ms:
                return
            self._unanswered.popleft()
            if isinstance(first, Flush):
                return

    # -- from the recogniser ------------------------------------------------------------

    async def _read(self) -> None:
        while True:
            try:
                async for hypothesis in self._stream.results():
                    self._take(hypothesis)
            except RecogniserError as error:
                if not await self._reopened(error):
                    return
            else:
                return

    async def _reopened(self, error: RecogniserError) -> bool:
        """Returns whether a new stream took over, with the unanswered audio."""
        self._failures += 1
        logger.warning("a recogniser stream failed (%s), try %d", error.code, self._failures)
        if not error.retryable or self._failures > MAX_FAILURES:
            self._clear_interim()
            self._emit(RecognitionFailed(error.message))
            return False
        self._usable.clear()
        await asyncio.sleep(FIRST_RETRY_S * 2**self._failures)
        await self._stream.aclose()
        self._stream = self._recogniser.open(self._language)
        for item in list(self._unanswered):
            await self._pass_on(item)
        self._usable.set()
        if self._sent_all:
            await self._stream.finish()
        return True

    def _take(self, hypothesis: Hypothesis) -> None:
        if not hypothesis.is_final:
            text = self._segmenter.interim(hypothesis, time.monotonic())
            if text is not None:
                self._show(text, hypothesis)
            return
        self._failures = 0
        self._answered(hypothesis.end_ms)
        pieces = self._segmenter.final(hypothesis)
        if not pieces:
            self._clear_interim()
            self._emit(NothingSaid(self._speaker, hypothesis.end_ms))
        for piece in pieces:
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
                )
            )

    def _show(self, text: str, hypothesis: Hypothesis) -> None:
        self._interim_shown = bool(text)
        self._emit(
            InterimChanged(
                self._numbers.upcoming,
                self._speaker,
                text,
                hypothesis.start_ms,
                hypothesis.end_ms,
            )
        )

    def _clear_interim(self) -> None:
        if self._interim_shown:
            self._interim_shown = False
            self._emit(InterimChanged(self._numbers.upcoming, self._speaker, "", 0.0, 0.0))
