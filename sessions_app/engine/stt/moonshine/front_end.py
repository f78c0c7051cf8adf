"""The encoder's convolutions, computed incrementally: each second goes through them once.

Their norm spans the whole window. It is affine and the convolution after it linear, so frames are
kept without it, beside running sums, and it is applied when the window is encoded.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

from sessions_app.engine.stt.moonshine.graphs import CHANNELS, EPSILON, WIDTH
from sessions_app.engine.stt.moonshine.model import EncoderMemory, Floats, Model

FRAME = 384
"""Samples in a frame of the encoder's output: 24 ms."""

_HALF = FRAME // 2

_FIRST, _FIRST_STEP = 127, 64
_SECOND, _SECOND_STEP = 7, 3
"""Width and stride of the first two convolutions, in samples and in frames of the first."""

_LEAST = 8
"""Frames that a window has at least."""

SHORTEST = 895
"""Samples (56 ms) that make the first frame."""

Sums = NDArray[np.float64]


class FrontEnd:
    """The audio and convolved frames of one utterance, and a window from some frame to the end."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._fresh: list[Floats] = []
        self._audio = np.zeros(0, np.float32)
        self._raw: list[Floats] = []
        self._sums: Sums = np.zeros((2, 0))
        self._done = 0
        self._begin = 0

    @property
    def audio(self) -> Floats:
        """All audio so far, float32 in -1..1 at 16 kHz."""
        if self._fresh:
            self._audio = np.concatenate([self._audio, *self._fresh])
            self._fresh.clear()
        return self._audio

    @property
    def frames(self) -> int:
        """The number of 24 ms frames in the window."""
        conv1_frames = (len(self.audio) - _FIRST) // _FIRST_STEP + 1
        conv2_frames = (conv1_frames - _SECOND) // _SECOND_STEP + 1
        return max((conv2_frames - self._begin - 3) // 2 + 1, 0)

    @property
    def begin_frame(self) -> int:
        """The first frame of the window."""
        return self._begin // 2

    def add(self, audio: Floats) -> None:
        """Takes more audio."""
        self._fresh.append(audio)

    def drop(self, frames: int) -> int:
        """Moves the window's beginning up to `frames` later; returns by how many it moved."""
        spare = (self._done - self._begin) // 2 - _LEAST
        taken = max(min(frames, spare), 0)
        self._begin += 2 * taken
        return taken

    def widen(self) -> None:
        """Moves the window's beginning to that of the audio."""
        self._begin = 0

    @contextmanager
    def widened(self) -> Iterator[None]:
        """Has the window begin with the audio within the block."""
        begin, self._begin = self._begin, 0
        yield
        self._begin = begin

    def memory(self) -> EncoderMemory | None:
        """Returns the encoded window; None where the audio is too short."""
        if len(self.audio) < SHORTEST:
            return None
        self._grow()
        total, squares = self._sums[:, _SECOND_STEP * self._begin :].sum(1)
        number = WIDTH * (self._sums.shape[1] - _SECOND_STEP * self._begin)
        mean = total / number
        deviation = np.sqrt(squares / number - mean * mean + EPSILON)
        shift = (self._model.shift - mean / deviation * self._model.gain).astype(np.float32)
        raw = self._joined()[:, self._begin :]
        return self._model.encode_window(raw, 1 / deviation, shift)

    def _joined(self) -> Floats:
        if len(self._raw) > 1:
            self._raw = [np.concatenate(self._raw, 1)]
        return self._raw[0] if self._raw else np.zeros((CHANNELS, 0), np.float32)

    def _grow(self) -> None:
        """Convolves the new audio, with the samples before it that the kernels overlap."""
        conv1_frames = (len(self.audio) - _FIRST) // _FIRST_STEP + 1
        frames = (conv1_frames - _SECOND) // _SECOND_STEP + 1
        if frames <= self._done:
            return
        last = _FIRST_STEP * (_SECOND_STEP * (frames - 1) + _SECOND - 1) + _FIRST
        conv2_frames, raw = self._model.convolve(self.audio[_HALF * self._done : last])
        fresh = conv2_frames[:, self._sums.shape[1] - _SECOND_STEP * self._done :]
        sums = fresh.sum(0, dtype=np.float64), np.einsum("ij,ij->j", fresh, fresh, dtype=np.float64)
        self._sums = np.concatenate([self._sums, sums], 1)
        self._raw.append(raw)
        self._done = frames
