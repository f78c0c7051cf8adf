"""Runs the lean graphs, one thread each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sessions_app.engine.stt.moonshine.files import Files
from sessions_app.engine.stt.moonshine.graphs import DECODED, HEAD, HEADS, LAYERS, LOOKING, build
from sessions_app.engine.stt.moonshine.processor import has_dot_products
from sessions_app.engine.stt.moonshine.tokens import Tokens

Floats = NDArray[np.float32]
Indices = NDArray[np.int64]

_HIDDEN = np.float32(-1e9)
_SIDES = [f"{side}{layer}" for layer in range(LAYERS) for side in "kv"]
_PAST = [f"past_{side}" for side in _SIDES]
_STEP = ["best", *(f"next_{side}" for side in _SIDES)]
_LOOKS = [f"looks{layer}" for layer in LOOKING]

TIMED_BY = ((4, 3), (4, 2), (4, 6), (3, 4), (4, 4), (5, 4))
"""Layer and head: their mean tells best where a word is. Chosen on two voices, tried on others."""

PEAKED_BY = ((4, 3), (4, 6), (4, 7), (3, 0))
"""The greatest of their mean tells how far into the audio a token looks."""


@dataclass(frozen=True, slots=True)
class EncoderMemory:
    """What the decoder looks at: the keys and values of `frames` frames of 24 ms."""

    sides: Mapping[str, Floats]
    frames: int


@dataclass(frozen=True, slots=True)
class Step:
    """What one pass over n tokens gave, a row a token.

    `peaks` (n) are frames; `looks` (n, frames) and `logits` (n, 32768) are there on demand.
    """

    best: Indices
    peaks: Indices
    looks: Floats | None
    logits: Floats | None


@dataclass(frozen=True, slots=True)
class Steps:
    """What one more token of n hypotheses gave: `peaks` (n) are frames, `logits` (n, 32768)."""

    peaks: Indices
    logits: Floats


class Past:
    """The decoder's keys and values of the tokens so far, of one hypothesis or of several."""

    def __init__(self) -> None:
        self.length = 0
        empty = np.zeros((1, HEADS, 0, HEAD), np.float32)
        self.arrays: dict[str, Floats] = dict.fromkeys(_PAST, empty)

    def chosen(self, rows: Sequence[int]) -> None:
        """Goes on with these of its hypotheses, in this order."""
        self.arrays = {name: array[list(rows)] for name, array in self.arrays.items()}

    def keep(self, length: int) -> None:
        """Forgets all tokens after the first `length`."""
        if length < self.length:
            self.length = length
            cut = {name: array[:, :, :length] for name, array in self.arrays.items()}
            self.arrays = {name: np.ascontiguousarray(array) for name, array in cut.items()}


class Model:
    """The three graphs in memory. Nothing of it changes: forked processes share it."""

    def __init__(self, files: Files) -> None:
        self.tokens = Tokens(files.tokens)
        graphs = build(files, signed=has_dot_products())
        self.gain, self.shift = graphs.gain, graphs.shift
        self._front = session(graphs.front)
        self._body = session(graphs.body)
        self._decoder = session(graphs.decoder)
        self._memory_names = [output.name for output in self._body.get_outputs()]
        self._mask = np.triu(np.full((DECODED, DECODED), _HIDDEN, np.float32), 1)

    def convolved(self, audio: Floats) -> tuple[Floats, Floats]:
        """Returns conv1's frames (288, 64 samples each) and conv2's (576, 192 samples each)."""
        heard, raw = self._front.run(None, {"audio": audio[None]})
        return heard[0], raw[0]

    def remembered(self, raw: Floats, scale: float, shift: Floats) -> EncoderMemory:
        """Returns what the decoder looks at, from conv2's frames (576, n) and its norm."""
        frames = (raw.shape[1] - 3) // 2 + 1
        given = {
            "raw": np.ascontiguousarray(raw)[None],
            "scale": np.full((1, 1, 1), scale, np.float32),
            "shift": shift.reshape(1, -1, 1),
            "pos": np.arange(frames, dtype=np.int64)[None],
        }
        return EncoderMemory(
            dict(zip(self._memory_names, self._body.run(None, given), strict=True)), frames
        )

    def steps(self, memory: EncoderMemory, past: Past, tokens: Sequence[int]) -> Steps:
        """Goes on from `past` with one token for each of several hypotheses, as long as each other.

        `past` then holds them all. The first step is made with one.
        """
        many, end = len(tokens), past.length + 1
        given: dict[str, Any] = {
            "ids": np.array(tokens, np.int64)[:, None],
            "pos": np.full((many, 1), past.length, np.int64),
            "mask": np.zeros((1, 1, 1, end), np.float32),
            **memory.sides,
            **past.arrays,
        }
        _, *out = self._decoder.run([*_STEP, *_LOOKS, "logits"], given)
        past.arrays = dict(zip(_PAST, out[: len(_PAST)], strict=True))
        past.length = end
        seen = dict(zip(LOOKING, out[len(_PAST) :], strict=False))
        peaks = sum(seen[layer][:, head, 0] for layer, head in PEAKED_BY).argmax(-1)
        return Steps(peaks, out[-1][:, 0])

    def step(
        self,
        memory: EncoderMemory,
        past: Past,
        tokens: list[int],
        *,
        looks: bool = False,
        logits: bool = False,
    ) -> Step:
        """Goes on from `past` with `tokens`, which it then holds."""
        begin, end = past.length, past.length + len(tokens)
        given: dict[str, Any] = {
            "ids": np.array([tokens], np.int64),
            "pos": np.arange(begin, end, dtype=np.int64)[None],
            "mask": np.ascontiguousarray(self._mask[begin:end, :end])[None, None],
            **memory.sides,
            **past.arrays,
        }
        names = [*_STEP, *_LOOKS, *(["logits"] if logits else [])]
        best, *out = self._decoder.run(names, given)
        past.arrays = dict(zip(_PAST, out[: len(_PAST)], strict=True))
        past.length = end
        seen = dict(zip(LOOKING, out[len(_PAST) :], strict=False))
        peaks = _mean(seen, PEAKED_BY).argmax(-1)
        where = _mean(seen, TIMED_BY) if looks else None
        return Step(best[0], peaks, where, out[-1][0] if logits else None)


def session(graph: bytes | str) -> Any:
    """Returns an onnxruntime session of one thread that never spins."""
    import onnxruntime  # noqa: PLC0415 - in workers alone

    onnxruntime.set_default_logger_severity(3)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_mem_pattern = False  # it keeps 15 MB more, and wins nothing here
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])


def _mean(seen: Mapping[int, Floats], heads: tuple[tuple[int, int], ...]) -> Floats:
    """Returns the mean over heads of where each token looks: (tokens, frames)."""
    total = sum(seen[layer][0, head] for layer, head in heads)
    return np.asarray(total / len(heads), np.float32)
