"""Silero VAD for all calls of a process: one thread, and one batched inference a tick.

https://github.com/snakers4/silero-vad: windows of 512 samples (32 ms) at 16 kHz, each with the 64
samples before it as context, and a recurrent state a stream.
"""

import asyncio
import threading
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sessions_app.engine.audio.vad import silero_model
from sessions_app.engine.audio.vad.base import BoundaryCallback, PauseCallback, Vad, VadStream
from sessions_app.engine.audio.vad.boundaries import Boundaries, Boundary, Thresholds
from sessions_app.engine.audio.vad.silero_model import (
    CONTEXT,
    STATE,
    WINDOW,
    Floats,
    SileroModel,
    State,
)
from sessions_app.engine.core import priorities
from sessions_app.engine.core.events import SpeechEnded, SpeechStarted
from sessions_app.engine.core.frames import SPEECH_RATE, AudioFrame, Samples

WINDOW_MS = 1000 * WINDOW / SPEECH_RATE
TICK_S = WINDOW / SPEECH_RATE
MOST_AT_ONCE = 8
"""Most windows of a stream that are judged together. The thread waits until a stream has as many
as its next boundary takes: waking costs more than inference, and delays no boundary."""

NOISE_FLOOR = 30.0
"""RMS (full scale is 32768, so about -60 dBFS) below which a window is silence without inference.
Higher saves CPU and misses quiet speakers."""

NICE = 4
"""Added to the thread's niceness, so that it does not hold up an event loop on the same core."""

SETTLING = 64
"""Windows of silence (2 s) that each stream's state begins after. From a zero state the model
misses the first word of some voices."""

FULL_SCALE = 32_768.0
"""What int16 samples are divided by to lie between -1 and 1."""

FIRST_ROWS = 16
"""Streams that the state arrays have rows for at first; they double when full."""


@dataclass(slots=True)
class _Window:
    """512 samples of a stream; the last one is padded, and `rest` is how many samples it has."""

    stream: "SileroStream"
    samples: Samples
    start_ms: float
    rest: int | None = None
    """None for all but the last window of a stream; 0 where that is all padding."""


class SileroStream(VadStream):
    """One side of one call. Fed on the event loop, judged in the VAD's thread.

    Audio passes between them in a deque, whose ends are thread-safe; the loop is woken for
    boundaries alone, not for each window.
    """

    def __init__(self, vad: "SileroVad", on_boundary: BoundaryCallback) -> None:
        self._vad = vad
        self._on_boundary = on_boundary
        self._on_pause: PauseCallback = lambda _: None
        self._inbox: deque[AudioFrame | None] = deque()
        self._drained = asyncio.Event()
        self._closed = False
        self._seen_ms = 0.0
        self._unreported: deque[Boundary] = deque()
        """Boundaries that the thread has found and the loop has not reported yet."""

        self._loop = asyncio.get_running_loop()
        self._boundaries = Boundaries(vad.thresholds)
        # used by the thread alone from here on
        self._pending: list[Samples] = []
        self._pending_samples = 0
        self._pending_ms = 0.0

    @property
    def seen_ms(self) -> float:
        return self._unreported[0].at_ms if self._unreported else self._seen_ms

    def feed(self, frame: AudioFrame) -> None:
        if not self._closed:
            self._inbox.append(frame)
            # a long frame, such as silence for a gap, may complete a boundary by itself
            self._vad.wake(at_once=len(frame.samples) >= MOST_AT_ONCE * WINDOW)

    def guard(self, on: bool) -> None:
        self._boundaries.guarded = on

    def watch(self, on_pause: PauseCallback) -> None:
        self._on_pause = on_pause
        self._boundaries.watching = True

    async def drain(self) -> None:
        if not self._closed:
            self._inbox.append(None)
            self._vad.wake(at_once=True)
            await self._drained.wait()

    def close(self) -> None:
        self._closed = True
        self._drained.set()
        self._vad.forget(self)

    # -- in the thread ------------------------------------------------------------------

    @property
    def wanted(self) -> int:
        """How many windows the next boundary takes, so how many may wait for each other."""
        return min(MOST_AT_ONCE, self._boundaries.remaining)

    def windows(self) -> list[_Window]:
        """Returns the next windows, MOST_AT_ONCE at most; a stream's last one is padded."""
        windows: list[_Window] = []
        while len(windows) < MOST_AT_ONCE:
            while self._pending_samples < WINDOW and self._inbox and self._inbox[0] is not None:
                self._add_pending(self._inbox.popleft())
            if self._pending_samples >= WINDOW:
                windows.append(self._cut_window())
                continue
            if self._inbox:
                self._inbox.popleft()
                windows.append(self._last_window())
            break
        return windows

    def _add_pending(self, frame: AudioFrame | None) -> None:
        assert frame is not None  # noqa: S101 - the caller checked
        if not self._pending_samples:
            self._pending_ms = frame.start_ms
        self._pending.append(frame.samples)
        self._pending_samples += len(frame.samples)

    def _cut_window(self) -> _Window:
        pending = self._pending[0] if len(self._pending) == 1 else np.concatenate(self._pending)
        window = _Window(self, pending[:WINDOW], self._pending_ms)
        self._pending = [pending[WINDOW:]]
        self._pending_samples -= WINDOW
        self._pending_ms += WINDOW_MS
        return window

    def _last_window(self) -> _Window:
        rest = np.concatenate(self._pending) if self._pending_samples else np.zeros(0, np.int16)
        padded = np.pad(rest, (0, WINDOW - len(rest)))
        window = _Window(self, padded, self._pending_ms, len(rest))
        self._pending, self._pending_samples = [], 0
        return window

    def judge(self, window: _Window, probability: float, rms: float) -> None:
        """Takes one window's speech probability and RMS, in the order of the windows."""
        if window.rest != 0:
            seen_ms = window.start_ms + WINDOW_MS
            event = self._boundaries.judge(probability, window.start_ms, rms)
            if event is not None:
                self._post(event)
            self._seen_ms = seen_ms
        if window.rest is not None:
            self._end()

    def _end(self) -> None:
        ended = self._boundaries.finish(self._seen_ms)
        if ended is not None:
            self._post(ended)
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._drained.set)

    def _post(self, event: Boundary) -> None:
        """Has the event loop report a boundary."""
        if not self._loop.is_closed():
            self._unreported.append(event)
            self._loop.call_soon_threadsafe(self._report)

    def _report(self) -> None:
        """Calls back with the oldest boundary; runs on the event loop."""
        event = self._unreported.popleft()
        if self._closed:
            return
        if isinstance(event, SpeechStarted | SpeechEnded):
            self._on_boundary(event)
        else:
            self._on_pause(event)


class SileroVad(Vad):
    """One model and one thread for all streams of the process."""

    def __init__(
        self, start: float = 0.5, start_windows: int = 3, end: float = 0.35, end_windows: int = 16
    ) -> None:
        self.thresholds = Thresholds(start, start_windows, end, end_windows)
        self._model: SileroModel | None = None
        self._streams: frozenset[SileroStream] = frozenset()
        self._memory = _Memory()
        self._thread: threading.Thread | None = None
        self._awake = threading.Event()
        self._hurry = threading.Event()
        self._stopping = False

    async def start(self) -> None:
        if self._thread is not None:
            return
        self._model = await asyncio.to_thread(silero_model.load)
        self._memory = _Memory(self._model.after_silence(SETTLING))
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="voice-vad", daemon=True)
        self._thread.start()

    def open(self, on_boundary: BoundaryCallback) -> SileroStream:
        stream = SileroStream(self, on_boundary)
        self._streams |= {stream}
        self._hurry.set()  # its first boundary may come before any of the others'
        return stream

    def forget(self, stream: SileroStream) -> None:
        """Judges `stream` no more."""
        self._streams -= {stream}

    def wake(self, *, at_once: bool = False) -> None:
        """Tells the thread that there is audio."""
        if not self._awake.is_set():
            self._awake.set()
        if at_once:
            self._hurry.set()

    async def aclose(self) -> None:
        thread, self._thread = self._thread, None
        if thread is not None:
            self._stopping = True
            self.wake(at_once=True)
            await asyncio.to_thread(thread.join)

    # -- in the thread ------------------------------------------------------------------

    def _run(self) -> None:
        priorities.lower(NICE)
        while not self._stopping:
            self._awake.wait()
            self._awake.clear()
            began = time.monotonic()
            while self._tick():
                pass
            wanted = min((stream.wanted for stream in self._streams), default=1)
            # windows of other calls that arrive meanwhile join the batch
            self._hurry.wait(max(0.0, began + wanted * TICK_S - time.monotonic()))
            self._hurry.clear()

    def _tick(self) -> bool:
        """Judges the next windows of each stream; returns whether there were any."""
        streams = self._streams
        self._memory.keep(streams)
        by_stream = [windows for stream in streams if (windows := stream.windows())]
        if not by_stream:
            return False
        batch = [window for windows in by_stream for window in windows]
        inputs, rms = self._inputs(by_stream, batch)
        audible = np.flatnonzero(rms >= NOISE_FLOOR)
        probabilities = np.zeros(len(batch), np.float32)
        if len(audible):
            audible_windows = [batch[at] for at in audible.tolist()]
            probabilities[audible] = self._infer(inputs[audible], audible_windows)
        for window, probability, level in zip(
            batch, probabilities.tolist(), rms.tolist(), strict=True
        ):
            window.stream.judge(window, probability, level)
        return True

    def _inputs(
        self, by_stream: list[list[_Window]], batch: list[_Window]
    ) -> tuple[Floats, Floats]:
        """Returns the model's inputs, (n, 576): context and window; and the windows' RMS, (n,)."""
        inputs: Floats = np.empty((len(batch), CONTEXT + WINDOW), np.float32)
        audio = inputs[:, CONTEXT:]
        for row, window in zip(audio, batch, strict=True):
            row[:] = window.samples
        rms = np.sqrt(np.einsum("ij,ij->i", audio, audio) / WINDOW)
        audio /= FULL_SCALE
        rows = self._memory.rows([windows[0].stream for windows in by_stream])
        ends = np.cumsum([len(windows) for windows in by_stream])
        inputs[1:, :CONTEXT] = inputs[:-1, -CONTEXT:]
        inputs[np.concatenate(([0], ends[:-1])), :CONTEXT] = self._memory.contexts[rows]
        self._memory.contexts[rows] = inputs[ends - 1, -CONTEXT:]
        return inputs, rms

    def _infer(self, inputs: Floats, windows: list[_Window]) -> Floats:
        """Returns the speech probabilities, (n,), for inputs (n, 576).

        All windows are encoded in one batch; the recurrent part then takes one window of each
        stream a step.
        """
        assert self._model is not None  # noqa: S101 - made before the thread
        encoded = self._model.encode(inputs)
        steps: list[list[int]] = []
        counts: dict[SileroStream, int] = {}
        for at, window in enumerate(windows):
            nth = counts[window.stream] = counts.get(window.stream, -1) + 1
            if nth == len(steps):
                steps.append([])
            steps[nth].append(at)
        memory, out = self._memory, np.empty(len(windows), np.float32)
        for step in steps:
            rows = memory.rows([windows[at].stream for at in step])
            state = State(memory.hidden[rows], memory.cells[rows])
            out[step], state = self._model.step(encoded[step], state)
            memory.hidden[rows], memory.cells[rows] = state.hidden, state.cell
        return out


class _Memory:
    """The recurrent state and context of each stream: a row in three arrays, to index by batch."""

    def __init__(self, initial: State | None = None) -> None:
        zero = np.zeros((1, STATE), np.float32)
        self._initial = initial or State(zero, zero)
        self.hidden: Floats = np.zeros((FIRST_ROWS, STATE), np.float32)
        self.cells: Floats = np.zeros((FIRST_ROWS, STATE), np.float32)
        self.contexts: Floats = np.zeros((FIRST_ROWS, CONTEXT), np.float32)
        self._of: dict[SileroStream, int] = {}
        self._free = list(range(FIRST_ROWS))
        self._kept: frozenset[SileroStream] = frozenset()

    def keep(self, streams: frozenset[SileroStream]) -> None:
        """Frees the rows of all other streams."""
        if streams is not self._kept:
            self._kept = streams
            for closed in [stream for stream in self._of if stream not in streams]:
                self._free.append(self._of.pop(closed))

    def rows(self, streams: Sequence[SileroStream]) -> NDArray[np.intp]:
        """Returns each stream's row, (n,); a new stream's has the initial state."""
        return np.array([self._row(stream) for stream in streams], np.intp)

    def _row(self, stream: SileroStream) -> int:
        row = self._of.get(stream)
        if row is None:
            if not self._free:
                self._grow()
            row = self._of[stream] = self._free.pop()
            self.hidden[row], self.cells[row] = self._initial.hidden, self._initial.cell
            self.contexts[row] = 0
        return row

    def _grow(self) -> None:
        count = len(self.contexts)
        self._free = list(range(count, 2 * count))
        self.hidden = np.concatenate([self.hidden, np.zeros_like(self.hidden)])
        self.cells = np.concatenate([self.cells, np.zeros_like(self.cells)])
        self.contexts = np.concatenate([self.contexts, np.zeros_like(self.contexts)])
