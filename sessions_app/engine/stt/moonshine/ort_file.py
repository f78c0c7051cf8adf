"""Reads the weights of a model in onnxruntime's own format (.ort).

onnxruntime carries the readers of its flatbuffers schema (`ort_flatbuffers_py`), so that neither
`onnx` nor a generated reader of ours is needed.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.generic]
Floats = NDArray[np.float32]

_TYPES = {1: "<f4", 2: "u1", 3: "i1", 6: "<i4", 7: "<i8"}
"""TensorDataType of the schema to numpy's."""

_PRODUCTS = ("DynamicQuantizeMatMul", "MatMulIntegerToFloat")


class LayoutError(Exception):
    """The file does not have the tensors that are expected of it."""


@dataclass(frozen=True, slots=True)
class QuantisedMatrix:
    """A quantised matrix: uint8 (inputs, outputs), with a scale and a zero point a column."""

    matrix: NDArray[np.uint8]
    scale: Floats
    zero: NDArray[np.uint8]
    bias: Floats | None = None


def join_columns(products: list[QuantisedMatrix]) -> QuantisedMatrix:
    """Returns one matrix with the columns of all, so that one node multiplies by all of them."""
    return QuantisedMatrix(
        np.concatenate([one.matrix for one in products], 1),
        np.concatenate([one.scale for one in products]),
        np.concatenate([one.zero for one in products]),
    )


class Weights:
    """The tensors of one graph of a file; `branch` is the attribute that holds a subgraph."""

    def __init__(self, path: Path, branch: str = "") -> None:
        from onnxruntime.tools.ort_format_model.ort_flatbuffers_py.fbs import (  # noqa: PLC0415
            InferenceSession,
        )

        self._tensors: dict[str, Any] = {}
        self._nodes: dict[str, tuple[str, list[str]]] = {}
        file = InferenceSession.InferenceSession.GetRootAsInferenceSession(path.read_bytes(), 0)
        graph = file.Model().Graph()
        self._take_tensors(graph)
        self._take(_subgraph(graph, branch) if branch else graph)

    def dense(self, name: str) -> Array:
        """Returns a tensor by its name; raises LayoutError."""
        if name not in self._tensors:
            raise LayoutError(name)
        tensor = self._tensors[name]
        shape = [tensor.Dims(axis) for axis in range(tensor.DimsLength())]
        raw = tensor.RawDataAsNumpy().tobytes()
        return np.frombuffer(raw, _TYPES[tensor.DataType()]).reshape(shape)

    def floats(self, name: str) -> Floats:
        """Returns a tensor of floats."""
        return self.dense(name).astype(np.float32)

    def tensor_name(self, *parts: str) -> str:
        """Returns the name of the one tensor whose name has all these parts; raises LayoutError."""
        names = [name for name in self._tensors if all(part in name for part in parts)]
        if len(names) != 1:
            raise LayoutError(" ".join(parts))
        return names[0]

    def floats_of_size(self, size: int) -> Floats:
        """Returns the first float tensor with `size` elements, flat; raises LayoutError."""
        for name, tensor in self._tensors.items():
            if _TYPES[tensor.DataType()] == "<f4" and self.dense(name).size == size:
                return self.floats(name).reshape(-1)
        raise LayoutError(f"no tensor of {size}")

    def quantised(self, part: str) -> QuantisedMatrix:
        """Returns the quantised matrix of the MatMul node with `part` in its name."""
        for name, (operator, inputs) in self._nodes.items():
            if part in name and operator in _PRODUCTS:
                return self._quantised(inputs)
        raise LayoutError(part)

    def input_of(self, part: str, kind: str) -> str:
        """Returns the input with `kind` in its name of the node with `part` in its own."""
        for name, (_, inputs) in self._nodes.items():
            fitting = [one for one in inputs if part in name and kind in one]
            if fitting:
                return fitting[0]
        raise LayoutError(part)

    def _quantised(self, inputs: list[str]) -> QuantisedMatrix:
        kept = [name for name in inputs if name in self._tensors]
        matrix = next(name for name in kept if name.endswith("_quantized"))
        base = matrix.removesuffix("_quantized")
        bias = next((name for name in kept if "bias" in name), None)
        columns = self.dense(matrix).shape[1]
        return QuantisedMatrix(
            self.dense(matrix).astype(np.uint8),
            np.full(columns, self.dense(f"{base}_scale").reshape(()), np.float32),
            np.full(columns, self.dense(f"{base}_zero_point").reshape(()), np.uint8),
            self.floats(bias) if bias else None,
        )

    def _take_tensors(self, graph: Any) -> None:
        for at in range(graph.InitializersLength()):
            tensor = graph.Initializers(at)
            self._tensors[tensor.Name().decode()] = tensor

    def _take(self, graph: Any) -> None:
        self._take_tensors(graph)
        for at in range(graph.NodesLength()):
            node = graph.Nodes(at)
            inputs = [node.Inputs(one).decode() for one in range(node.InputsLength())]
            self._nodes[node.Name().decode()] = (node.OpType().decode(), inputs)


def _subgraph(graph: Any, branch: str) -> Any:
    """Returns the subgraph in the attribute `branch`; raises LayoutError."""
    for at in range(graph.NodesLength()):
        node = graph.Nodes(at)
        for one in range(node.AttributesLength()):
            attribute = node.Attributes(one)
            if attribute.G() is not None and attribute.Name().decode() == branch:
                return attribute.G()
    raise LayoutError(branch)
