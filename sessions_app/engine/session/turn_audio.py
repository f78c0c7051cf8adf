"""The audio of the caller's turn, for a model that judges by it whether the turn is over."""

import asyncio
import math
from collections import deque
from collections.abc import Callable

import numpy as np

from sessions_app.engine.core.events import Speaker, TurnJudged
from sessions_app.engine.core.frames import AudioFrame
from sessions_app.engine.turns.turn_models.base import TurnModel

TURN_GAP_MS = 2_500.0
"""Speech after a longer silence starts another turn: the endpointing never waits for longer.

Lower cuts turns with long pauses in two; higher gives the model audio of the turn before.
"""

PRE_ROLL_MS = 300.0
"""How much audio before a start of speech belongs to it, as a VAD reports a start late.

Lower cuts off first sounds; higher includes noise.
"""


class TurnAudio:
    """Keeps the last seconds of the caller's turn and has the model judge each pause.

    Emits `TurnJudged`, also for a pause that is over by then: the event names its pause. Times are
    on the call clock, in ms. Used on one event loop; nothing here blocks.
    """

    def __init__(self, model: TurnModel, emit: Callable[[TurnJudged], None]) -> None:
        self._model = model
        self._emit = emit
        self._frames: deque[AudioFrame] = deque()
        self._kept_ms = 0.0
        self._silent_ms = -math.inf
        self._judging: set[asyncio.Task[None]] = set()

    def add(self, frame: AudioFrame) -> None:
        """Adds the next audio."""
        self._frames.append(frame)
        self._kept_ms += frame.duration_ms
        self._trim(self._model.window_ms)

    def on_speech(self, at_ms: float) -> None:
        """Notes that the caller speaks from `at_ms` on."""
        if at_ms - self._silent_ms > TURN_GAP_MS and self._frames:
            self._trim(self._frames[-1].end_ms - at_ms + PRE_ROLL_MS)

    def on_silence(self, at_ms: float) -> None:
        """Has the turn judged, as the caller fell silent at `at_ms`; once for each silence."""
        if at_ms == self._silent_ms:
            return  # a pause that was judged already, and turned out to be the end
        self._silent_ms = at_ms
        task = asyncio.create_task(self._judge(at_ms))
        self._judging.add(task)
        task.add_done_callback(self._judging.discard)

    def close(self) -> None:
        """Cancels all judging."""
        for task in self._judging:
            task.cancel()
        self._frames.clear()

    async def _judge(self, at_ms: float) -> None:
        samples = np.concatenate([np.zeros(0, np.int16), *(one.samples for one in self._frames)])
        finished = await self._model.finished(samples)
        if finished is not None:
            self._emit(TurnJudged(Speaker.CALLER, at_ms, finished))

    def _trim(self, to_ms: float) -> None:
        while self._frames and self._kept_ms - self._frames[0].duration_ms >= to_ms:
            self._kept_ms -= self._frames.popleft().duration_ms
