"""Resampling and downmixing of a client's audio to 16 kHz mono.

A polyphase FIR low-pass with a Kaiser window (Oppenheim and Schafer, Discrete-Time Signal
Processing, section 7.5), computed as one matrix product for many output samples at once.
"""

import math

import numpy as np
from numpy.typing import NDArray

from sessions_app.engine.core.errors import MediaError
from sessions_app.engine.core.frames import SPEECH_RATE, Samples

DELAY_MS = 2.0
"""The filter's group delay, half its length. Longer makes the transition band narrower."""

STOP_DB = 60.0
"""Stop-band attenuation above 8 kHz, in dB. Higher makes the transition band wider."""

_BLOCK = 16
"""Output samples of one matrix row at least."""

_MOST_PHASES = 640
"""Filter phases at most: 11.025 kHz needs 640."""

_LOWEST_RATE, _HIGHEST_RATE = 8_000, 192_000
"""Hz. Other rates are refused: a client that names one is wrong."""

_FULL_SCALE = 32_767.0
"""The largest int16 sample."""

_Floats = NDArray[np.float32]


class Resampler:
    """Turns one stream of int16 audio into 16 kHz mono, chunk by chunk. Not thread-safe.

    `rate` is in Hz; any number of `channels` is averaged. After any whole number of
    milliseconds of a usual rate the counts are exact; in between less than a block (1 ms; for
    11.025, 22.05 and 44.1 kHz 10 to 40 ms) waits for its rest. Raises MediaError for a rate
    outside 8 to 192 kHz or with no small ratio to 16 kHz.
    """

    def __init__(self, rate: int, channels: int) -> None:
        shared = math.gcd(rate, SPEECH_RATE)
        phases = SPEECH_RATE // shared
        if not _LOWEST_RATE <= rate <= _HIGHEST_RATE or phases > _MOST_PHASES:
            raise MediaError(
                f"Audio at {rate} Hz cannot be used. Send a usual rate from 8000 to 192000 Hz, "
                "such as 16000 or 48000."
            )
        if channels < 1:
            raise MediaError(f"Audio of {channels} channels cannot be used. Send 1 or 2.")
        repeats = max(1, _BLOCK // phases)
        self._channels = channels
        self._step = rate // shared * repeats
        self._kernel = _kernel(rate, self._step, phases * repeats) / np.float32(channels)
        self._overlap = len(self._kernel) - self._step
        self._history: _Floats = np.zeros(self._overlap, np.float32)

    def process(self, samples: Samples) -> Samples:
        """Returns the audio that is ready: int16 of shape (m,).

        `samples` is int16: packed of shape (1, n * channels) or planar of shape (channels, n),
        as PyAV gives s16 and s16p. Raises MediaError for any other shape.
        """
        mono = np.concatenate((self._history, self._mixed(samples)))
        blocks = (len(mono) - self._overlap) // self._step
        self._history = mono[blocks * self._step :].copy()
        if blocks == 0:
            return np.zeros(0, np.int16)
        # Rows overlap in memory: a view, so that nothing is copied before the product.
        windows: _Floats = np.ndarray(
            (blocks, len(self._kernel)),
            np.float32,
            mono,
            strides=(self._step * mono.itemsize, mono.itemsize),
        )
        output = (windows @ self._kernel).reshape(-1)
        np.rint(output, out=output)
        np.minimum(output, _FULL_SCALE, out=output)
        np.maximum(output, -_FULL_SCALE - 1, out=output)
        return output.astype(np.int16)

    def _mixed(self, samples: Samples) -> _Floats:
        """Returns the channels' sum, float32 of shape (n,); the kernel makes it their mean."""
        count = self._channels
        if samples.ndim == 2 and samples.shape[0] == 1 and samples.size % count == 0:  # noqa: PLR2004
            planes = samples.reshape(-1, count).T
        elif samples.ndim == 2 and samples.shape[0] == count:  # noqa: PLR2004
            planes = samples
        else:
            raise MediaError(f"audio of shape {samples.shape} is not that of {count} channels")
        total: _Floats = planes[0].astype(np.float32)
        for plane in planes[1:]:
            total += plane
        return total


def _kernel(rate: int, step: int, outputs: int) -> _Floats:
    """Returns the filter matrix, float32 of shape (overlap + step, outputs).

    Row n weighs input sample n - overlap (negative: of the block before) in each output sample.
    """
    if rate == SPEECH_RATE:
        return np.eye(step, dtype=np.float32)
    half = DELAY_MS / 1000
    overlap = math.ceil(2 * half * rate)
    transition = (STOP_DB - 8) / (2.285 * 2 * math.pi * 2 * half)
    cutoff = rate / 2 if rate < SPEECH_RATE else (SPEECH_RATE - transition) / 2
    beta = 0.1102 * (STOP_DB - 8.7)
    input_s = (np.arange(overlap + step) - overlap) / rate
    output_s = np.arange(outputs) / SPEECH_RATE
    lag = (output_s[None, :] - input_s[:, None] - half) / half  # -1 to 1 within the filter
    window = np.where(np.abs(lag) <= 1, np.i0(beta * np.sqrt(np.maximum(0, 1 - lag**2))), 0)
    taps = window * np.sinc(2 * cutoff * half * lag)
    kernel: _Floats = (taps / taps.sum(axis=0)).astype(np.float32)
    return kernel
