"""hibari's networks: from sounds to what a sentence is made of, with when each of them sounds."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Times = NDArray[np.float64]

STEP_MS = 25.0
"""The network counts in these how long a sound lasts."""

EARLY_MS = 37.5
"""So long before the network counts it each sound is heard: by PocketSphinx's alignment of 219
words, at speeds of 0.7 to 1.5. With that words begin and end 14 to 33 ms off, in the mean."""

_LASTS = b"/Clip_output_0"
"""What the network knows of that is a value inside of it, and not among those it gives out."""

_GRAPH, _OUTPUT, _NAME = 7, 12, 1
"""Fields of onnx.proto: a model's graph, a graph's output, an output's name."""

_BYTES = 2


class Network:
    """The network of one voice; a run takes some 0.005 seconds of CPU a second of speech."""

    def __init__(self, model: Path) -> None:
        self._session = session(telling(model.read_bytes(), _LASTS))

    def run(self, sounds: Sequence[int], speed: float) -> tuple[list[Floats], Times]:
        """Returns five parts of shape (601, frames) and the pitch; and when each sound ends, in ms.

        A frame is half a step.
        """
        given = {"ids": np.array([sounds], np.int64), "speed": np.array([speed], np.float32)}
        *told, lasts = self._session.run(None, given)
        ends: Times = STEP_MS * np.cumsum(lasts, dtype=np.float64) - EARLY_MS
        return [part[0] for part in told], ends


def telling(model: bytes, inside: bytes) -> bytes:
    """Returns an ONNX model that gives out, after all else, a value that it has inside.

    Of a protocol buffer that follows another one the fields are added to it: so what follows is a
    model of nothing but a graph of nothing but this output.
    """
    for field in (_NAME, _OUTPUT, _GRAPH):
        inside = bytes([field << 3 | _BYTES, len(inside)]) + inside
    return model + inside


def session(model: bytes) -> Any:
    """Returns the runtime of a model, for one thread, which gives back what a run needed."""
    import onnxruntime  # noqa: PLC0415 - only processes that speak load it

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    options.enable_cpu_mem_arena = options.enable_mem_pattern = False
    return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
