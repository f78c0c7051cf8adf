"""From what hibari's network tells of a sentence to sound, a part at a time.

The network tells all of a sentence at once: for frames of 12.5 ms, what to make of pulses, noise
and free tones at each frequency. The package's `dsp` makes them sound together; here that is done
for a few frames at a time, so that the first ones are heard before the last ones are reckoned.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sessions_app.engine.core.frames import Samples

FIRST_FRAMES, MORE_FRAMES = 40, 160
"""Half a second first, to be heard soon; then two seconds, to have it cheap."""

GAIN = 1.5
"""Makes it as loud as the other voices; what is louder than can be told is cut off."""

QUIET = 0.001
"""Nothing that is heard, of 1."""

LEAD_S = 0.03
_PAUSES_S = {**dict.fromkeys(".!?…", 0.25), **dict.fromkeys(",;:—", 0.12)}
"""The silence after each mark; the network's own, half a second after any word, is cut off."""

_NO_PAUSE_S = 0.02

Floats = NDArray[np.float32]


def pause_s(mark: str) -> float:
    """Returns how long a voice is silent after a mark; after a letter nearly not at all."""
    return _PAUSES_S.get(mark, _NO_PAUSE_S)


def sound(dsp: Any, told: Sequence[Floats], noise: np.random.Generator) -> Iterator[Floats]:
    """Yields the sound of what the network told: five parts of shape (601, frames), and pitch."""
    *parts, pitch = told
    size, hop = dsp.N_FFT, dsp.HOP
    overlaps = size // hop
    pulses = np.pad(dsp.pulses(pitch), size // 2, mode="reflect")
    windows = np.lib.stride_tricks.sliding_window_view(pulses, size)[::hop]
    frames = len(pitch)
    rows = frames + overlaps - 1
    made = np.zeros((rows, hop), np.float32)
    weight = np.zeros((rows, hop), np.float32)
    squared = (dsp.WIN * dsp.WIN).reshape(overlaps, hop)
    done, start = overlaps // 2, 0  # half a window stands before the first sample
    while start < frames:
        end = min(frames, start + (MORE_FRAMES if start else FIRST_FRAMES))
        spectrum = _spectrum(dsp, [part[:, start:end] for part in parts], windows[start:end], noise)
        pieces = dsp.irfft(spectrum, size, 1) * dsp.WIN
        pieces = pieces.reshape(end - start, overlaps, hop)
        for shift in range(overlaps):
            made[start + shift : end + shift] += pieces[:, shift]
            weight[start + shift : end + shift] += squared[shift]
        whole = end if end < frames else frames + overlaps // 2
        samples = made[done:whole]
        samples /= np.maximum(weight[done:whole], 1e-11)
        yield samples.reshape(-1)
        done, start = whole, end


def _spectrum(
    dsp: Any, parts: Sequence[Floats], windows: Floats, noise: np.random.Generator
) -> NDArray[np.complex64]:
    """Returns frames of shape (n, 601): pulses, noise and free tones as the network shapes them."""
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
    made = np.empty(length.shape, np.complex64)
    made.real = length * np.cos(angle)
    made.imag = length * np.sin(angle)
    return made


class Trimming:
    """Cuts the silence off both ends of a sentence as it comes; `cut` samples went at the start."""

    def __init__(self, rate: int, pause_s: float) -> None:
        self._lead = round(LEAD_S * rate)
        self._pause = round(pause_s * rate)
        self._held = np.zeros(0, np.float32)
        self.begun = False
        self.cut = 0

    def feed(self, samples: Floats) -> Floats:
        """Returns what is certain to be heard: silence waits for the sound that follows it."""
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
        """Returns the pause after the sentence; nothing where there was none."""
        if not self.begun:
            return np.zeros(0, np.float32)
        rest = self._held[: self._pause]
        return np.concatenate([rest, np.zeros(self._pause - len(rest), np.float32)])


def pcm(samples: Floats) -> Samples:
    """Returns int16 samples of the loudness that other voices have."""
    scaled: Samples = (np.clip(samples * GAIN, -1.0, 1.0) * 32767).astype(np.int16)
    return scaled
