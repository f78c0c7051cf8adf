"""What a caller's turn sounds like, for a model that tells by it whether the turn is over."""

import asyncio
import math
from collections import deque
from collections.abc import Callable

import numpy as np

from sessions_app.engine.core.events import Speaker, TurnJudged
from sessions_app.engine.core.frames import AudioFrame
from sessions_app.engine.turns.turn_models.base import TurnModel

APART_MS = 2_500.0
"""Speech after a longer silence belongs to another turn; a turn's end is waited for as long."""

BEFORE_MS = 300.0
"""How much audio before the told start belongs to the speech: a VAD tells of a start late."""


class TurnSound:
    """Keeps the last seconds of one caller's turn; has each of its pauses judged.

    Lives on one event loop; nothing here waits. What a model says after the caller went on
    reaches `emit` all the same: it names the silence that it is about.
    """

    def __init__(self, model: TurnModel, emit: Callable[[TurnJudged], None]) -> None:
        self._model = model
        self._emit = emit
        self._frames: deque[AudioFrame] = deque()
        self._kept_ms = 0.0
        self._silent_ms = -math.inf
        self._asking: set[asyncio.Task[None]] = set()

    def add(self, frame: AudioFrame) -> None:
        """Takes the next audio."""
        self._frames.append(frame)
        self._kept_ms += frame.duration_ms
        self._shorten(self._model.window_ms)

    def on_speech(self, at_ms: float) -> None:
        """The caller speaks from `at_ms` on."""
        if at_ms - self._silent_ms > APART_MS and self._frames:
            self._shorten(self._frames[-1].end_ms - at_ms + BEFORE_MS)

    def on_silence(self, at_ms: float) -> None:
        """The caller fell silent at `at_ms`: has the turn judged, once."""
        if at_ms == self._silent_ms:
            return  # a pause that was judged turned out to be the end
        self._silent_ms = at_ms
        task = asyncio.create_task(self._judge(at_ms))
        self._asking.add(task)
        task.add_done_callback(self._asking.discard)

    def close(self) -> None:
        """Asks nothing more."""
        for task in self._asking:
            task.cancel()
        self._frames.clear()

    async def _judge(self, at_ms: float) -> None:
        samples = np.concatenate([np.zeros(0, np.int16), *(one.samples for one in self._frames)])
        finished = await self._model.finished(samples)
        if finished is not None:
            self._emit(TurnJudged(Speaker.CALLER, at_ms, finished))

    def _shorten(self, to_ms: float) -> None:
        while self._frames and self._kept_ms - self._frames[0].duration_ms >= to_ms:
            self._kept_ms -= self._frames.popleft().duration_ms
