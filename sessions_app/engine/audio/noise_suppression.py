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
"""Hz: RNNoise takes no other rate."""

FRAME = 480
"""Samples of one RNNoise frame: 10 ms at 48 kHz."""

LOOK_AHEAD_MS = 20.0
"""RNNoise's delay, measured by correlating its output with its input."""

INSTALL = "pip install --no-deps pyrnnoise (or, where the system has it, librnnoise)"

_DELAY = round(LOOK_AHEAD_MS * SPEECH_RATE / 1000)
"""The same in samples at 16 kHz."""


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
    """Removes noise from one stream of 16 kHz mono, chunk by chunk.

    Output is as long as the input and aligned with it: the delay of the resamplers and of RNNoise
    is compensated. Costs about 7 % of a core. Use it from one thread at a time; it releases the
    GIL. Raises MediaError where librnnoise is not installed.
    """

    def __init__(self) -> None:
        self._library = load()
        self._state = self._library.rnnoise_create(None)
        self._frame = np.zeros(FRAME, np.float32)
        self._begin()

    def process(self, samples: Samples) -> Samples:
        """Takes int16 of shape (n,); returns what is ready, int16 of shape (m,), m may be 0."""
        self._undelivered += len(samples)
        return self._without_delay(self._suppress(self._upsample(samples)))

    def flush(self) -> Samples:
        """Returns the rest of the audio; the next audio starts a new stretch.

        RNNoise's estimate of the noise is kept.
        """
        silence = np.zeros(_DELAY + SPEECH_RATE // 50, np.int16)
        upsampled = [self._upsample(silence), _samples_of(self._up.resample(None))]
        clean = [self._suppress(np.concatenate(upsampled)), _samples_of(self._down.resample(None))]
        rest = self._without_delay(np.concatenate(clean))
        self._begin()
        return rest

    def __del__(self) -> None:
        state, self._state = getattr(self, "_state", None), None
        if state is not None:
            self._library.rnnoise_destroy(state)

    def _begin(self) -> None:
        self._up = av.AudioResampler("s16", "mono", RATE)
        self._down = av.AudioResampler("s16", "mono", SPEECH_RATE)
        self._partial_frame: NDArray[np.int16] = np.zeros(0, np.int16)
        self._skipped = 0
        self._undelivered = 0
        """How many samples were put in and not returned yet."""

    def _upsample(self, samples: Samples) -> Samples:
        """Returns `samples` at 48 kHz, but for what the resampler still holds."""
        return _resampled(self._up, samples, SPEECH_RATE)

    def _suppress(self, samples: Samples) -> Samples:
        """Takes audio at 48 kHz; returns that of whole frames at 16 kHz, without the noise."""
        pending = np.concatenate((self._partial_frame, samples))
        whole = len(pending) // FRAME * FRAME
        self._partial_frame = pending[whole:]
        output = np.empty(whole, np.int16)
        frame, address = self._frame, self._frame.ctypes.data
        for at in range(0, whole, FRAME):
            frame[:] = pending[at : at + FRAME]
            self._library.rnnoise_process_frame(self._state, address, address)
            np.clip(frame, -32_768, 32_767, out=frame)
            output[at : at + FRAME] = frame
        return _resampled(self._down, output, RATE)

    def _without_delay(self, samples: Samples) -> Samples:
        """Returns `samples` without the _DELAY at the beginning, and never more than went in."""
        skipped = min(len(samples), _DELAY - self._skipped)
        self._skipped += skipped
        aligned = samples[skipped:][: self._undelivered]
        self._undelivered -= len(aligned)
        return aligned


def _resampled(resampler: av.AudioResampler, samples: Samples, rate: int) -> Samples:
    if not len(samples):
        return samples
    frame = av.AudioFrame.from_ndarray(samples.reshape(1, -1), "s16", "mono")
    frame.sample_rate = rate
    return _samples_of(resampler.resample(frame))


def _samples_of(frames: list[av.AudioFrame]) -> Samples:
    parts = [frame.to_ndarray().reshape(-1).astype(np.int16, copy=False) for frame in frames]
    return np.concatenate(parts) if parts else np.zeros(0, np.int16)
