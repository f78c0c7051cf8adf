"""Audio levels: RMS in dBFS, peaks, and the waveform that is drawn of a lane."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sessions_app.engine.core.frames import SPEECH_RATE, Samples

SILENCE_DBFS = -100.0
"""The level of digital silence, and the lowest that is returned."""

WINDOW_MS = 100
"""Length of a measured window."""

_WINDOW = SPEECH_RATE * WINDOW_MS // 1000

_FULL_SCALE = 32_768.0
"""The largest magnitude of an int16 sample."""


def dbfs(samples: Samples) -> float:
    """Returns the RMS level in dBFS (0 is int16 full scale), at least SILENCE_DBFS.

    `samples` is int16 of any shape; an empty array is silence.
    """
    if samples.size == 0:
        return SILENCE_DBFS
    power = float(np.mean(np.square(samples, dtype=np.float64)))
    return _decibels(power)


def _decibels(power: float) -> float:
    if power <= 0:
        return SILENCE_DBFS
    return max(SILENCE_DBFS, 10 * math.log10(power / _FULL_SCALE**2))


@dataclass(frozen=True, slots=True)
class LevelTrack:
    """The levels of one lane in windows of 100 ms.

    `peaks` are 0..100 (percent of full scale), `dbfs` RMS levels.
    """

    peaks: tuple[int, ...]
    dbfs: tuple[float, ...]

    def loudest(self, start_ms: float, end_ms: float) -> float:
        """Returns the highest RMS level in dBFS of the windows that overlap the span."""
        first = max(0, int(start_ms // WINDOW_MS))
        span = self.dbfs[first : max(first + 1, math.ceil(end_ms / WINDOW_MS))]
        return max(span, default=SILENCE_DBFS)


class LevelMeter:
    """Measures a lane of 16 kHz mono audio, in blocks of any length."""

    def __init__(self) -> None:
        self._rest: Samples = np.zeros(0, np.int16)
        self._peaks: list[int] = []
        self._dbfs: list[float] = []

    def add(self, samples: Samples) -> None:
        """Takes the next block: int16 of shape (n,)."""
        joined = np.concatenate((self._rest, samples))
        whole = len(joined) // _WINDOW * _WINDOW
        self._rest = joined[whole:]
        self._measure(joined[:whole].reshape(-1, _WINDOW))

    def track(self) -> LevelTrack:
        """Returns all levels, the last window even if it is short. Call once, at the end."""
        if len(self._rest):
            self._measure(self._rest.reshape(1, -1))
            self._rest = self._rest[:0]
        return LevelTrack(tuple(self._peaks), tuple(self._dbfs))

    def _measure(self, windows: Samples) -> None:
        if not len(windows):
            return
        values = windows.astype(np.float64)
        peaks = np.ceil(100 * np.abs(values).max(axis=1) / _FULL_SCALE)
        self._peaks += [int(peak) for peak in peaks]
        powers = np.square(values).mean(axis=1)
        self._dbfs += [round(_decibels(float(power)), 1) for power in powers]


def waveform(peaks: Sequence[int], most: int = 2000) -> list[int]:
    """Downsamples peaks for drawing to at most `most` points, each the maximum of its bucket."""
    bucket = max(1, math.ceil(len(peaks) / most))
    return [max(peaks[at : at + bucket]) for at in range(0, len(peaks), bucket)]
