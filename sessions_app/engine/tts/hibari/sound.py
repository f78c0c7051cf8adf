"""Streams hibari's vocoder: spectral parameters to samples, a few frames at a time.

The network computes a whole sentence at once: for frames of 12.5 ms, the gains of pulses, noise and
free partials at each frequency. The package's `dsp` synthesises all of it in one go; here it is
done in parts, so that the first audio is ready early.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sessions_app.engine.core.frames import Samples

FIRST_FRAMES, MORE_FRAMES = 40, 160
"""Frames of the first part (0.5 s, for a low latency) and of later ones (2 s, for a low cost)."""

GAIN = 1.5
"""Matches the loudness of the other voices; samples beyond full scale are clipped."""

QUIET = 0.001
"""Amplitude (full scale is 1) below which samples are silence. Higher trims soft beginnings."""

LEAD_S = 0.03
"""Silence that is kept before a sentence."""

_PAUSES_S = {**dict.fromkeys(".!?…", 0.25), **dict.fromkeys(",;:—", 0.12)}
"""Pause after punctuation; the network's own pause, half a second after any word, is cut off."""

_NO_PAUSE_S = 0.02
"""Silence after a piece that ends without punctuation, so that the next one follows at once."""

Floats = NDArray[np.float32]


def pause_s(mark: str) -> float:
    """Returns the pause after a character, in seconds; a short one after a letter."""
    return _PAUSES_S.get(mark, _NO_PAUSE_S)


def synthesise(
    dsp: Any, parameters: Sequence[Floats], noise: np.random.Generator
) -> Iterator[Floats]:
    """Yields the samples of `Network.run`'s parameters, float32 in about -1..1, by overlap-add."""
    *parts, pitch = parameters
    size, hop = dsp.N_FFT, dsp.HOP
    overlaps = size // hop
    pulses = np.pad(dsp.pulses(pitch), size // 2, mode="reflect")
    windows = np.lib.stride_tricks.sliding_window_view(pulses, size)[::hop]
    frames = len(pitch)
    rows = frames + overlaps - 1
    output = np.zeros((rows, hop), np.float32)
    weight = np.zeros((rows, hop), np.float32)
    squared = (dsp.WIN * dsp.WIN).reshape(overlaps, hop)
    done, start = overlaps // 2, 0  # half a window stands before the first sample
    while start < frames:
        end = min(frames, start + (MORE_FRAMES if start else FIRST_FRAMES))
        spectrum = _spectrum(dsp, [part[:, start:end] for part in parts], windows[start:end], noise)
        pieces = dsp.irfft(spectrum, size, 1) * dsp.WIN
        pieces = pieces.reshape(end - start, overlaps, hop)
        for shift in range(overlaps):
            output[start + shift : end + shift] += pieces[:, shift]
            weight[start + shift : end + shift] += squared[shift]
        whole = end if end < frames else frames + overlaps // 2
        samples = output[done:whole]
        samples /= np.maximum(weight[done:whole], 1e-11)
        yield samples.reshape(-1)
        done, start = whole, end


def _spectrum(
    dsp: Any, parts: Sequence[Floats], windows: Floats, noise: np.random.Generator
) -> NDArray[np.complex64]:
    """Returns complex frames, (n, 601): the sum of shaped pulses, noise and free partials."""
    loud, turn, hiss, free, phase = (np.ascontiguousarray(part.T) for part in parts)
    pulses = dsp.rfft(windows * dsp.WIN_SRC, 1)
    random = noise.standard_normal((len(loud), 2 * loud.shape[1]), dtype=np.float32)
    spectrum: NDArray[np.complex64] = pulses * _polar(
        dsp.ex(loud), np.tanh(turn) * np.float32(np.pi)
    )
    spectrum += random.view(np.complex64) * dsp.ex(hiss)
    spectrum += _polar(dsp.ex(free), phase)
    return spectrum


def _polar(length: Floats, angle: Floats) -> NDArray[np.complex64]:
    numbers = np.empty(length.shape, np.complex64)
    numbers.real = length * np.cos(angle)
    numbers.imag = length * np.sin(angle)
    return numbers


class SilenceTrimmer:
    """Trims silence off both ends of a sentence, in parts; `cut` samples were cut in front."""

    def __init__(self, rate: int, pause_s: float) -> None:
        self._lead = round(LEAD_S * rate)
        self._pause = round(pause_s * rate)
        self._held = np.zeros(0, np.float32)
        self.begun = False
        self.cut = 0

    def feed(self, samples: Floats) -> Floats:
        """Takes the next samples; returns those up to the last sound, as silence may be the end."""
        self._held = np.concatenate([self._held, samples])
        heard = np.flatnonzero(np.abs(self._held) > QUIET)
        if not self.begun:
            quiet = heard[0] if len(heard) else len(self._held)
            self.cut += (cut := max(0, int(quiet) - self._lead))
            self._held, heard = self._held[cut:], heard - cut
            self.begun = len(heard) > 0
        end = int(heard[-1]) + 1 if len(heard) else 0
        out, self._held = self._held[:end], self._held[end:]
        return out

    def finish(self) -> Floats:
        """Returns the pause after the sentence; nothing where the sentence was all silence."""
        if not self.begun:
            return np.zeros(0, np.float32)
        rest = self._held[: self._pause]
        return np.concatenate([rest, np.zeros(self._pause - len(rest), np.float32)])


def pcm(samples: Floats) -> Samples:
    """Returns int16 samples at the loudness of the other voices."""
    scaled: Samples = (np.clip(samples * GAIN, -1.0, 1.0) * 32767).astype(np.int16)
    return scaled
