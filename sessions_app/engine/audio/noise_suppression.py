"""Noise suppression by RNNoise: https://github.com/xiph/rnnoise (Valin, MMSP 2018).

Optional: librnnoise is taken from the `pyrnnoise` package, of which nothing else is used, or
from the system.
"""

import ctypes
import ctypes.util
import importlib.util
from functools import cache
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from sessions_app.engine.core.errors import MediaError
from sessions_app.engine.core.frames import SPEECH_RATE, Samples

RATE = 48_000
"""Hz: the one rate of RNNoise."""

FRAME = 480
"""Samples at 48 kHz that RNNoise takes at once: 10 ms."""

LOOK_AHEAD_MS = 20.0
"""How late RNNoise's output is: measured, by correlating it with its input."""

INSTALL = "pip install --no-deps pyrnnoise (or, where the system has it, librnnoise)"

_LATE = round(LOOK_AHEAD_MS * SPEECH_RATE / 1000)


def _candidates() -> list[str]:
    """Returns where librnnoise may be: in pyrnnoise's wheel, then the system's."""
    found: list[str] = []
    spec = importlib.util.find_spec("pyrnnoise")
    if spec is not None and spec.origin is not None:
        found += [str(path) for path in sorted(Path(spec.origin).parent.glob("librnnoise.*"))]
    system = ctypes.util.find_library("rnnoise")
    return found if system is None else [*found, system]


@cache
def load() -> ctypes.CDLL:
    """Returns librnnoise; raises MediaError, not retryable, that says how to install it."""
    for name in _candidates():
        try:
            return _declared(ctypes.CDLL(name))
        except (OSError, AttributeError):
            continue
    raise MediaError(f"librnnoise was not found: {INSTALL}")


def _declared(library: ctypes.CDLL) -> ctypes.CDLL:
    pointer = ctypes.c_void_p
    signatures: dict[str, tuple[Any, list[Any]]] = {
        "rnnoise_create": (pointer, [pointer]),
        "rnnoise_destroy": (None, [pointer]),
        "rnnoise_process_frame": (ctypes.c_float, [pointer, pointer, pointer]),
    }
    for name, (result, arguments) in signatures.items():
        function = getattr(library, name)
        function.restype = result
        function.argtypes = arguments
    return library


class Suppressor:
    """Takes the noise out of one stream of 16 kHz mono, chunk by chunk.

    What comes out is as long as what went in, and in its place: the delay of the filters and
    of RNNoise's look-ahead is taken out again. It costs about 7 % of a core. One thread at a
    time may use it; the interpreter lock is given away meanwhile. Raises MediaError where
    there is no librnnoise.
    """

    def __init__(self) -> None:
        self._library = load()
        self._state = self._library.rnnoise_create(None)
        self._frame = np.zeros(FRAME, np.float32)
        self._begin()

    def process(self, samples: Samples) -> Samples:
        """Returns what is ready: int16 of shape (m,), for int16 of shape (n,)."""
        self._owed += len(samples)
        return self._given(self._suppressed(self._raised(samples)))

    def flush(self) -> Samples:
        """Returns the rest of all that was given; the next audio begins anew.

        What was learnt of the noise is kept.
        """
        silence = np.zeros(_LATE + SPEECH_RATE // 50, np.int16)
        raised = [self._raised(silence), _samples_of(self._up.resample(None))]
        lowered = [self._suppressed(np.concatenate(raised)), _samples_of(self._down.resample(None))]
        rest = self._given(np.concatenate(lowered))
        self._begin()
        return rest

    def __del__(self) -> None:
        state, self._state = getattr(self, "_state", None), None
        if state is not None:
            self._library.rnnoise_destroy(state)

    def _begin(self) -> None:
        self._up = av.AudioResampler("s16", "mono", RATE)
        self._down = av.AudioResampler("s16", "mono", SPEECH_RATE)
        self._waiting: NDArray[np.int16] = np.zeros(0, np.int16)
        self._skipped = 0
        self._owed = 0

    def _raised(self, samples: Samples) -> Samples:
        """Returns `samples` at 48 kHz, but for what the filter still holds."""
        return _resampled(self._up, samples, SPEECH_RATE)

    def _suppressed(self, raised: Samples) -> Samples:
        """Returns as much as whole frames give, at 16 kHz."""
        waiting = np.concatenate((self._waiting, raised))
        whole = len(waiting) // FRAME * FRAME
        self._waiting = waiting[whole:]
        output = np.empty(whole, np.int16)
        frame, address = self._frame, self._frame.ctypes.data
        for at in range(0, whole, FRAME):
            frame[:] = waiting[at : at + FRAME]
            self._library.rnnoise_process_frame(self._state, address, address)
            np.clip(frame, -32_768, 32_767, out=frame)
            output[at : at + FRAME] = frame
        return _resampled(self._down, output, RATE)

    def _given(self, samples: Samples) -> Samples:
        """Returns `samples` without what the delays put before the first."""
        skipped = min(len(samples), _LATE - self._skipped)
        self._skipped += skipped
        given = samples[skipped:][: self._owed]
        self._owed -= len(given)
        return given


def _resampled(resampler: av.AudioResampler, samples: Samples, rate: int) -> Samples:
    if not len(samples):
        return samples
    frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), "s16", "mono")
    frame.sample_rate = rate
    return _samples_of(resampler.resample(frame))


def _samples_of(frames: list[av.AudioFrame]) -> Samples:
    parts = [frame.to_ndarray().reshape(-1).astype(np.int16, copy=False) for frame in frames]
    return np.concatenate(parts) if parts else np.zeros(0, np.int16)
