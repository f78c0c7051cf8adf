"""hibari's acoustic network: phonemes to spectral parameters, with each phoneme's time."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Times = NDArray[np.float64]

STEP_MS = 25.0
"""The unit of the network's phoneme durations."""

EARLY_MS = 37.5
"""Each phoneme sounds this much before the network's time, by PocketSphinx's alignment of 219 words
at speeds of 0.7 to 1.5. Corrected by it, words begin and end 14 to 33 ms off on average."""

_DURATIONS = b"/Clip_output_0"
"""The tensor of phoneme durations, which is inside the network and not among its outputs."""

_GRAPH, _OUTPUT, _NAME = 7, 12, 1
"""Fields of onnx.proto: a model's graph, a graph's output, an output's name."""

_BYTES = 2
"""The wire type of a field that has a length."""


class Network:
    """The network of one voice; a run takes some 0.005 seconds of CPU a second of speech."""

    def __init__(self, model: Path) -> None:
        self._session = session(with_output(model.read_bytes(), _DURATIONS))

    def run(self, phonemes: Sequence[int], speed: float) -> tuple[list[Floats], Times]:
        """Returns the spectral parameters of a sentence, and when each phoneme ends, in ms.

        The parameters are five float32 arrays of shape (601, frames) and the pitch, (frames,). A
        frame is half of STEP_MS.
        """
        inputs = {"ids": np.array([phonemes], np.int64), "speed": np.array([speed], np.float32)}
        *parameters, durations = self._session.run(None, inputs)
        ends: Times = STEP_MS * np.cumsum(durations, dtype=np.float64) - EARLY_MS
        return [part[0] for part in parameters], ends


def with_output(model: bytes, tensor: bytes) -> bytes:
    """Returns an ONNX model with one of its inner tensors as a further, last output.

    Concatenated protocol buffers are merged, so a model with nothing but a graph with nothing but
    this output is appended.
    """
    for field in (_NAME, _OUTPUT, _GRAPH):
        tensor = bytes([field << 3 | _BYTES, len(tensor)]) + tensor
    return model + tensor


def session(model: bytes) -> Any:
    """Returns an onnxruntime session of one thread, which frees a run's memory after it."""
    import onnxruntime  # noqa: PLC0415 - only processes that speak load it

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.enable_cpu_mem_arena = options.enable_mem_pattern = False
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
