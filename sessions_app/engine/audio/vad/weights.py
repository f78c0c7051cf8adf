"""The named tensors of an ONNX file, without the runtime that usually reads it.

An ONNX file is a protocol buffer (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto): of its
wire format (https://protobuf.dev/programming-guides/encoding/) this reads what tensors need.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from sessions_app.engine.core.errors import MediaError

Tensors = dict[str, NDArray[np.float32]]

_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_MODEL_GRAPH = 7
_GRAPH_NODE, _NODE_ATTRIBUTE, _ATTRIBUTE_TENSOR, _ATTRIBUTE_GRAPH = 1, 5, 5, 6
_TENSOR_DIMS, _TENSOR_TYPE, _TENSOR_NAME, _TENSOR_RAW = 1, 2, 8, 9
_FLOAT = 1
"""Wire types; field numbers of onnx.proto, named by message and field; a tensor's type FLOAT."""


def branches(model: bytes) -> list[Tensors]:
    """Returns the named float tensors of each of the model's graphs.

    Branches of a condition are graphs of their own, and come before the graph they are in.
    Raises MediaError, not retryable, for what is no ONNX file.
    """
    graphs: list[Tensors] = []
    try:
        for number, graph in _fields(model):
            if number == _MODEL_GRAPH and isinstance(graph, bytes):
                _walk(graph, graphs)
    except (IndexError, ValueError) as error:
        raise MediaError(f"this is no whole ONNX model: {error}") from error
    return graphs


def _walk(graph: bytes, graphs: list[Tensors]) -> None:
    """Appends the tensors of a graph to `graphs`, after those of the graphs within it."""
    tensors: Tensors = {}
    for node in _parts(graph, _GRAPH_NODE):
        for attribute in _parts(node, _NODE_ATTRIBUTE):
            for tensor in _parts(attribute, _ATTRIBUTE_TENSOR):
                _add(tensor, tensors)
            for inner in _parts(attribute, _ATTRIBUTE_GRAPH):
                _walk(inner, graphs)
    graphs.append(tensors)


def _add(tensor: bytes, to: Tensors) -> None:
    name, kind, raw = "", 0, b""
    shape: list[int] = []
    for number, value in _fields(tensor):
        if number == _TENSOR_DIMS:
            shape += [value] if isinstance(value, int) else _varints(value)
        elif number == _TENSOR_TYPE and isinstance(value, int):
            kind = value
        elif number == _TENSOR_NAME and isinstance(value, bytes):
            name = value.decode()
        elif number == _TENSOR_RAW and isinstance(value, bytes):
            raw = value
    if name and kind == _FLOAT:
        to[name] = np.frombuffer(raw, "<f4").reshape(shape)


def _parts(message: bytes, wanted: int) -> Iterator[bytes]:
    for number, value in _fields(message):
        if number == wanted and isinstance(value, bytes):
            yield value


def _fields(message: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Yields each field's number, and its integer or its bytes."""
    at = 0
    while at < len(message):
        key, at = _varint(message, at)
        kind = key & 7
        if kind == _VARINT:
            value, at = _varint(message, at)
            yield key >> 3, value
            continue
        if kind == _BYTES:
            size, at = _varint(message, at)
        elif kind in (_FIXED64, _FIXED32):
            size = 8 if kind == _FIXED64 else 4
        else:
            raise ValueError(f"a field of kind {kind}")
        if at + size > len(message):
            raise ValueError("it is cut off")
        yield key >> 3, message[at : at + size]
        at += size


def _varints(packed: bytes) -> list[int]:
    out, at = [], 0
    while at < len(packed):
        value, at = _varint(packed, at)
        out.append(value)
    return out


def _varint(message: bytes, at: int) -> tuple[int, int]:
    """Returns the integer that begins there, and where the next field does."""
    value = shift = 0
    while True:
        byte = message[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:  # noqa: PLR2004 - the last byte of an integer
            return value, at
        shift += 7
