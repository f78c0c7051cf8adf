"""Runs the lean graphs (`graphs`) in onnxruntime, one thread each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sessions_app.engine.stt.moonshine.files import Files
from sessions_app.engine.stt.moonshine.graphs import (
    ATTENTION_LAYERS,
    DECODED,
    HEAD,
    HEADS,
    LAYERS,
    build,
)
from sessions_app.engine.stt.moonshine.processor import has_dot_products
from sessions_app.engine.stt.moonshine.tokens import Tokens

Floats = NDArray[np.float32]
Indices = NDArray[np.int64]

_HIDDEN = np.float32(-1e9)
_SIDES = [f"{side}{layer}" for layer in range(LAYERS) for side in "kv"]
_PAST = [f"past_{side}" for side in _SIDES]
_STEP = ["best", *(f"next_{side}" for side in _SIDES)]
_ATTENTION = [f"looks{layer}" for layer in ATTENTION_LAYERS]

TIMED_BY = ((4, 3), (4, 2), (4, 6), (3, 4), (4, 4), (5, 4))
"""(layer, head) of the cross-attention whose mean times words best. Chosen on two voices, validated
on others."""

PEAKED_BY = ((4, 3), (4, 6), (4, 7), (3, 0))
"""(layer, head) whose mean peaks where in the audio a token is spoken."""


@dataclass(frozen=True, slots=True)
class EncoderMemory:
    """The encoder's output as cross-attention keys and values, of `frames` frames of 24 ms."""

    keys_values: Mapping[str, Floats]
    frames: int


@dataclass(frozen=True, slots=True)
class Step:
    """The output of a pass over n tokens of one hypothesis.

    `best` (n,) is the likeliest next token after each, `peaks` (n,) the frame that its attention
    peaks in; `attention` (n, frames) and `logits` (n, 32768) are None unless asked for.
    """

    best: Indices
    peaks: Indices
    attention: Floats | None
    logits: Floats | None


@dataclass(frozen=True, slots=True)
class Steps:
    """The output of one token more of n hypotheses: `peaks` (n,) in frames, `logits` (n, 32768)."""

    peaks: Indices
    logits: Floats


class KeyValueCache:
    """The decoder's self-attention keys and values of the tokens so far, for n hypotheses.

    Each array is float32 of shape (n, heads, tokens, 36).
    """

    def __init__(self) -> None:
        self.length = 0
        empty = np.zeros((1, HEADS, 0, HEAD), np.float32)
        self.arrays: dict[str, Floats] = dict.fromkeys(_PAST, empty)

    def select(self, rows: Sequence[int]) -> None:
        """Keeps these of its hypotheses, in this order; one may be repeated."""
        self.arrays = {name: array[list(rows)] for name, array in self.arrays.items()}

    def keep(self, length: int) -> None:
        """Keeps the first `length` tokens."""
        if length < self.length:
            self.length = length
            cut = {name: array[:, :, :length] for name, array in self.arrays.items()}
            self.arrays = {name: np.ascontiguousarray(array) for name, array in cut.items()}


class Model:
    """The three graphs in memory. Immutable, so that forked processes share the pages."""

    def __init__(self, files: Files) -> None:
        self.tokens = Tokens(files.tokens)
        graphs = build(files, signed=has_dot_products())
        self.gain, self.shift = graphs.gain, graphs.shift
        self._front = session(graphs.front)
        self._body = session(graphs.body)
        self._decoder = session(graphs.decoder)
        self._memory_names = [output.name for output in self._body.get_outputs()]
        self._mask = np.triu(np.full((DECODED, DECODED), _HIDDEN, np.float32), 1)

    def convolve(self, audio: Floats) -> tuple[Floats, Floats]:
        """Returns the frames of conv1, (288, n) of 64 samples, and conv2, (576, m) of 192."""
        conv1, conv2 = self._front.run(None, {"audio": audio[None]})
        return conv1[0], conv2[0]

    def encode_window(self, conv2: Floats, scale: float, shift: Floats) -> EncoderMemory:
        """Encodes a window of conv2's frames, (576, n); `scale` and `shift` apply the norm."""
        frames = (conv2.shape[1] - 3) // 2 + 1
        inputs = {
            "raw": np.ascontiguousarray(conv2)[None],
            "scale": np.full((1, 1, 1), scale, np.float32),
            "shift": shift.reshape(1, -1, 1),
            "pos": np.arange(frames, dtype=np.int64)[None],
        }
        return EncoderMemory(
            dict(zip(self._memory_names, self._body.run(None, inputs), strict=True)), frames
        )

    def steps(self, memory: EncoderMemory, cache: KeyValueCache, tokens: Sequence[int]) -> Steps:
        """Decodes one token more of each of n hypotheses of equal length, and adds it to `cache`.

        The first step has one hypothesis.
        """
        count, end = len(tokens), cache.length + 1
        inputs: dict[str, Any] = {
            "ids": np.array(tokens, np.int64)[:, None],
            "pos": np.full((count, 1), cache.length, np.int64),
            "mask": np.zeros((1, 1, 1, end), np.float32),
            **memory.keys_values,
            **cache.arrays,
        }
        _, *out = self._decoder.run([*_STEP, *_ATTENTION, "logits"], inputs)
        cache.arrays = dict(zip(_PAST, out[: len(_PAST)], strict=True))
        cache.length = end
        attention_by_layer = dict(zip(ATTENTION_LAYERS, out[len(_PAST) :], strict=False))
        peaks = sum(attention_by_layer[layer][:, head, 0] for layer, head in PEAKED_BY).argmax(-1)
        return Steps(peaks, out[-1][:, 0])

    def step(
        self,
        memory: EncoderMemory,
        cache: KeyValueCache,
        tokens: list[int],
        *,
        attention: bool = False,
        logits: bool = False,
    ) -> Step:
        """Decodes `tokens` of one hypothesis in one pass, and adds them to `cache`."""
        begin, end = cache.length, cache.length + len(tokens)
        inputs: dict[str, Any] = {
            "ids": np.array([tokens], np.int64),
            "pos": np.arange(begin, end, dtype=np.int64)[None],
            "mask": np.ascontiguousarray(self._mask[begin:end, :end])[None, None],
            **memory.keys_values,
            **cache.arrays,
        }
        names = [*_STEP, *_ATTENTION, *(["logits"] if logits else [])]
        best, *out = self._decoder.run(names, inputs)
        cache.arrays = dict(zip(_PAST, out[: len(_PAST)], strict=True))
        cache.length = end
        attention_by_layer = dict(zip(ATTENTION_LAYERS, out[len(_PAST) :], strict=False))
        peaks = _mean(attention_by_layer, PEAKED_BY).argmax(-1)
        word_attention = _mean(attention_by_layer, TIMED_BY) if attention else None
        return Step(best[0], peaks, word_attention, out[-1][0] if logits else None)


def session(graph: bytes | str) -> Any:
    """Returns an onnxruntime session of one thread that never spins."""
    import onnxruntime  # noqa: PLC0415 - in workers alone

    onnxruntime.set_default_logger_severity(3)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_mem_pattern = False  # it keeps 15 MB more, and wins nothing here
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])


def _mean(attention_by_layer: Mapping[int, Floats], heads: tuple[tuple[int, int], ...]) -> Floats:
    """Returns the mean cross-attention of some heads: (tokens, frames)."""
    total = sum(attention_by_layer[layer][0, head] for layer, head in heads)
    return np.asarray(total / len(heads), np.float32)
