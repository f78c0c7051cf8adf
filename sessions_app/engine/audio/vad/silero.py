"""Silero's voice activity detector, one inference a tick for all calls.

https://github.com/snakers4/silero-vad: windows of 512 samples at 16 kHz, each with the 64
before it, and a state row a stream.
"""

import asyncio
import os
import sys
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
from sessions_app.engine.core.events import SpeechEnded, SpeechStarted
from sessions_app.engine.core.frames import SPEECH_RATE, AudioFrame, Samples

WINDOW_MS = 1000 * WINDOW / SPEECH_RATE
TICK_S = WINDOW / SPEECH_RATE
MOST_AT_ONCE = 8
"""Windows of a stream. As many as its next boundary takes are judged at a time: to be woken costs
more than to judge, and no boundary is later for it."""

NOISE_FLOOR = 30.0
"""Root mean square (of 32768, about -60 dBFS) under which no voice can be: not even asked."""

NICE = 4
"""Of its thread: an event loop that shares its core is not held up while a batch is judged."""

SETTLING = 64
"""Windows of silence, some 2 s, that a stream is taken to begin with. The network takes the first
word of some voices for no speech where it has heard nothing at all before it."""

FULL_SCALE = 32_768.0
FIRST_ROWS = 16


@dataclass(slots=True)
class _Window:
    stream: "SileroStream"
    samples: Samples
    start_ms: float
    rest: int | None = None
    """Of the last of all: how many samples there were, which may be none."""


class SileroStream(VadStream):
    """One side of one call. Fed on the event loop, judged in the VAD's thread.

    What passes between the two is a deque, whose ends are safe to use from both; the loop is
    woken for boundaries alone, not for each window.
    """

    def __init__(self, vad: "SileroVad", on_boundary: BoundaryCallback) -> None:
        self._vad = vad
        self._on_boundary = on_boundary
        self._on_pause: PauseCallback = lambda _: None
        self._inbox: deque[AudioFrame | None] = deque()
        self._drained = asyncio.Event()
        self._closed = False
        self._seen_ms = 0.0
        self._untold: deque[Boundary] = deque()
        """What the thread has found and the loop has not heard of yet."""

        self._loop = asyncio.get_running_loop()
        self._boundaries = Boundaries(vad.thresholds)
        # the thread's own from here on
        self._held: list[Samples] = []
        self._count = 0
        self._held_ms = 0.0

    @property
    def seen_ms(self) -> float:
        return self._untold[0].at_ms if self._untold else self._seen_ms

    def feed(self, frame: AudioFrame) -> None:
        if not self._closed:
            self._inbox.append(frame)
            # much at a time, as silence that is told by the clock, may hold a boundary already
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
        """How many windows may come before they must be judged."""
        return min(MOST_AT_ONCE, self._boundaries.remaining)

    def windows(self) -> list[_Window]:
        """Returns the next windows, a few at most; the last of all is filled up with silence."""
        found: list[_Window] = []
        while len(found) < MOST_AT_ONCE:
            while self._count < WINDOW and self._inbox and self._inbox[0] is not None:
                self._hold(self._inbox.popleft())
            if self._count >= WINDOW:
                found.append(self._cut())
                continue
            if self._inbox:
                self._inbox.popleft()
                found.append(self._last())
            break
        return found

    def _hold(self, frame: AudioFrame | None) -> None:
        assert frame is not None  # noqa: S101 - the caller looked
        if not self._count:
            self._held_ms = frame.start_ms
        self._held.append(frame.samples)
        self._count += len(frame.samples)

    def _cut(self) -> _Window:
        whole = self._held[0] if len(self._held) == 1 else np.concatenate(self._held)
        found = _Window(self, whole[:WINDOW], self._held_ms)
        self._held = [whole[WINDOW:]]
        self._count -= WINDOW
        self._held_ms += WINDOW_MS
        return found

    def _last(self) -> _Window:
        rest = np.concatenate(self._held) if self._count else np.zeros(0, np.int16)
        found = _Window(self, np.pad(rest, (0, WINDOW - len(rest))), self._held_ms, len(rest))
        self._held, self._count = [], 0
        return found

    def judge(self, window: _Window, probability: float, rms: float) -> None:
        """Takes one window's probability; the windows come in their order."""
        if window.rest != 0:
            seen_ms = window.start_ms + WINDOW_MS
            event = self._boundaries.judge(probability, window.start_ms, rms)
            if event is not None:
                self._tell(event)
            self._seen_ms = seen_ms
        if window.rest is not None:
            self._end()

    def _end(self) -> None:
        ended = self._boundaries.finish(self._seen_ms)
        if ended is not None:
            self._tell(ended)
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._drained.set)

    def _tell(self, event: Boundary) -> None:
        if not self._loop.is_closed():
            self._untold.append(event)
            self._loop.call_soon_threadsafe(self._told)

    def _told(self) -> None:
        """On the event loop again."""
        event = self._untold.popleft()
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
        self._hurry.set()  # it may begin sooner than any boundary of the others
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
        if sys.platform == "linux":  # where threads have priorities of their own
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), NICE)
        while not self._stopping:
            self._awake.wait()
            self._awake.clear()
            began = time.monotonic()
            while self._tick():
                pass
            wanted = min((stream.wanted for stream in self._streams), default=1)
            # windows of other calls that come meanwhile go into one batch
            self._hurry.wait(max(0.0, began + wanted * TICK_S - time.monotonic()))
            self._hurry.clear()

    def _tick(self) -> bool:
        """Judges the next windows of each stream; returns whether there were any."""
        streams = self._streams
        self._memory.keep(streams)
        by_stream = [found for stream in streams if (found := stream.windows())]
        if not by_stream:
            return False
        windows = [window for found in by_stream for window in found]
        heard, loudness = self._heard(by_stream, windows)
        loud = np.flatnonzero(loudness >= NOISE_FLOOR)
        probabilities = np.zeros(len(windows), np.float32)
        if len(loud):
            asked = [windows[at] for at in loud.tolist()]
            probabilities[loud] = self._infer(heard[loud], asked)
        verdicts = zip(windows, probabilities.tolist(), loudness.tolist(), strict=True)
        for window, probability, rms in verdicts:
            window.stream.judge(window, probability, rms)
        return True

    def _heard(
        self, by_stream: list[list[_Window]], windows: list[_Window]
    ) -> tuple[Floats, Floats]:
        """Returns the windows, (n, 576), each after what came before it, and their loudness."""
        heard: Floats = np.empty((len(windows), CONTEXT + WINDOW), np.float32)
        sound = heard[:, CONTEXT:]
        for row, window in zip(sound, windows, strict=True):
            row[:] = window.samples
        loudness = np.sqrt(np.einsum("ij,ij->i", sound, sound) / WINDOW)
        sound /= FULL_SCALE
        rows = self._memory.rows([found[0].stream for found in by_stream])
        ends = np.cumsum([len(found) for found in by_stream])
        heard[1:, :CONTEXT] = heard[:-1, -CONTEXT:]
        heard[np.concatenate(([0], ends[:-1])), :CONTEXT] = self._memory.contexts[rows]
        self._memory.contexts[rows] = heard[ends - 1, -CONTEXT:]
        return heard, loudness

    def _infer(self, heard: Floats, windows: list[_Window]) -> Floats:
        """Returns the probabilities: all are encoded at once, then go one of each stream a step."""
        assert self._model is not None  # noqa: S101 - made before the thread
        encoded = self._model.encode(heard)
        steps: list[list[int]] = []
        of: dict[SileroStream, int] = {}
        for at, window in enumerate(windows):
            nth = of[window.stream] = of.get(window.stream, -1) + 1
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
    """What the model remembers of each stream: rows of two arrays, so that a batch is one index."""

    def __init__(self, begins: State | None = None) -> None:
        zero = np.zeros((1, STATE), np.float32)
        self._begins = begins or State(zero, zero)
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
            for gone in [stream for stream in self._of if stream not in streams]:
                self._free.append(self._of.pop(gone))

    def rows(self, streams: Sequence[SileroStream]) -> NDArray[np.intp]:
        """Returns each stream's row; a new one has heard silence."""
        return np.array([self._row(stream) for stream in streams], np.intp)

    def _row(self, stream: SileroStream) -> int:
        row = self._of.get(stream)
        if row is None:
            if not self._free:
                self._grow()
            row = self._of[stream] = self._free.pop()
            self.hidden[row], self.cells[row] = self._begins.hidden, self._begins.cell
            self.contexts[row] = 0
        return row

    def _grow(self) -> None:
        count = len(self.contexts)
        self._free = list(range(count, 2 * count))
        self.hidden = np.concatenate([self.hidden, np.zeros_like(self.hidden)])
        self.cells = np.concatenate([self.cells, np.zeros_like(self.cells)])
        self.contexts = np.concatenate([self.contexts, np.zeros_like(self.contexts)])
