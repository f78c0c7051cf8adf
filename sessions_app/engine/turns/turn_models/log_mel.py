"""The log-mel spectrogram of 8 s of audio, as Whisper models take it.

Radford and others, "Robust Speech Recognition via Large-Scale Weak Supervision", 2022, section
2.2, on Slaney's mel scale (Auditory Toolbox, 1998): 80 bands, 25 ms windows, every 10 ms.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sessions_app.engine.core.frames import SPEECH_RATE, Samples

Floats = NDArray[np.float32]

SECONDS = 8
"""Length of the audio that the model sees."""

LENGTH = SECONDS * SPEECH_RATE

WINDOW, HOP, BANDS = 400, 160, 80
"""Samples in a window and from one window to the next, and bands of the mel scale."""

FRAMES = LENGTH // HOP

_LEAST_POWER, _RANGE = 1e-10, 8.0
"""Power below the first counts as that, and so does what is this many powers of ten (80 dB) below
the loudest."""

_HERTZ_A_MEL, _LINEAR_HERTZ = 200 / 3, 1000.0
_STEP = np.log(6.4) / 27
"""Below _LINEAR_HERTZ the scale is linear; above, each mel is a factor of exp(_STEP) higher."""


def log_mel(samples: Samples) -> Floats:
    """Returns float32 of shape (BANDS, FRAMES) for the last 8 s of int16 samples at 16 kHz.

    Shorter audio is padded with silence in front.
    """
    wave = np.zeros(LENGTH)
    wave[LENGTH - min(LENGTH, len(samples)) :] = samples[-LENGTH:] / 32768
    wave = (wave - wave.mean()) / np.sqrt(wave.var() + 1e-7)
    padded = np.pad(wave, WINDOW // 2, mode="reflect")
    windows = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::HOP][:FRAMES]
    power = np.abs(np.fft.rfft(windows * np.hanning(WINDOW + 1)[:-1])) ** 2
    logged = np.log10(np.maximum(_filters() @ power.T, _LEAST_POWER))
    limited: Floats = ((np.maximum(logged, logged.max() - _RANGE) + 4) / 4).astype(np.float32)
    return limited


@lru_cache
def _filters() -> NDArray[np.float64]:
    """Returns the mel filter bank, (BANDS, bins): triangles of equal area."""
    highest = _mels(SPEECH_RATE / 2)
    edges = np.array([_hertz(mels) for mels in np.linspace(0.0, highest, BANDS + 2)])
    frequencies = np.linspace(0.0, SPEECH_RATE / 2, WINDOW // 2 + 1)
    low, middle, high = (edges[at : at + BANDS, None] for at in range(3))
    rising, falling = (frequencies - low) / (middle - low), (high - frequencies) / (high - middle)
    weights: NDArray[np.float64] = np.maximum(0.0, np.minimum(rising, falling)) * 2 / (high - low)
    return weights


def _mels(hertz: float) -> float:
    if hertz < _LINEAR_HERTZ:
        return hertz / _HERTZ_A_MEL
    return float(_LINEAR_HERTZ / _HERTZ_A_MEL + np.log(hertz / _LINEAR_HERTZ) / _STEP)


def _hertz(mels: float) -> float:
    beyond = mels - _LINEAR_HERTZ / _HERTZ_A_MEL
    return float(_LINEAR_HERTZ * np.exp(beyond * _STEP)) if beyond > 0 else mels * _HERTZ_A_MEL
