"""Writes an ONNX model without the package `onnx`: the few messages that our graphs need.

Field numbers and types are those of onnx.proto3, https://github.com/onnx/onnx (IR version 9).
"""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Attribute = int | float | Sequence[int]
Array = NDArray[np.generic]

FLOAT, INT64 = 1, 7
"""TensorProto's data types."""

TYPES = {"float32": FLOAT, "uint8": 2, "int8": 3, "int64": INT64}

IR_VERSION, OPSET, MICROSOFT_OPSET = 9, 18, 1
"""Versions of the file format, of ONNX's operators and of Microsoft's."""

MICROSOFT = "com.microsoft"

_MORE = 0x80
"""Set in every byte of a varint but its last."""

_FLOAT_ATTRIBUTE, _INT_ATTRIBUTE, _INTS_ATTRIBUTE = 1, 2, 7
"""AttributeProto's types."""


@dataclass(frozen=True, slots=True)
class Value:
    """A graph's input or output; names in `shape` are dimensions that may vary."""

    name: str
    shape: tuple[int | str, ...]
    type: int = FLOAT


def model(
    nodes: Sequence[bytes],
    constants: Mapping[str, Array],
    inputs: Sequence[Value],
    outputs: Sequence[Value],
) -> bytes:
    """Returns a serialised model; `nodes` come from `node`, in the order in which they run."""
    graph = b"".join(
        [
            *(_message(1, one) for one in nodes),
            _message(2, b"voicesite"),
            *(_message(5, _tensor(name, array)) for name, array in constants.items()),
            *(_message(11, _value(value)) for value in inputs),
            *(_message(12, _value(value)) for value in outputs),
        ]
    )
    opsets = [_number(2, OPSET), _text(1, MICROSOFT) + _number(2, MICROSOFT_OPSET)]
    return (
        _number(1, IR_VERSION)
        + _message(7, graph)
        + b"".join(_message(8, opset) for opset in opsets)
    )


def node(
    operator: str,
    inputs: Sequence[str],
    outputs: Sequence[str],
    domain: str,
    attributes: Mapping[str, Attribute],
) -> bytes:
    """Returns a serialised node; an empty name is an omitted optional input."""
    return b"".join(
        [
            *(_text(1, name) for name in inputs),
            *(_text(2, name) for name in outputs),
            _text(4, operator),
            *(_message(5, _attribute(name, value)) for name, value in attributes.items()),
            _text(7, domain),
        ]
    )


def _attribute(name: str, value: Attribute) -> bytes:
    head = _text(1, name)
    if isinstance(value, float):
        return head + _tag(2, 5) + struct.pack("<f", value) + _number(20, _FLOAT_ATTRIBUTE)
    if isinstance(value, int):
        return head + _number(3, value) + _number(20, _INT_ATTRIBUTE)
    return head + b"".join(_number(8, one) for one in value) + _number(20, _INTS_ATTRIBUTE)


def _tensor(name: str, array: Array) -> bytes:
    dimensions = b"".join(_number(1, size) for size in array.shape)
    kind = _number(2, TYPES[str(array.dtype)])
    return dimensions + kind + _text(8, name) + _message(9, array.tobytes())


def _value(value: Value) -> bytes:
    sizes = [_text(2, size) if isinstance(size, str) else _number(1, size) for size in value.shape]
    shape = b"".join(_message(1, size) for size in sizes)
    tensor = _number(1, value.type) + _message(2, shape)
    return _text(1, value.name) + _message(2, _message(1, tensor))


def _text(field: int, text: str) -> bytes:
    return _message(field, text.encode())


def _message(field: int, body: bytes) -> bytes:
    return _tag(field, 2) + _varint(len(body)) + body


def _number(field: int, number: int) -> bytes:
    return _tag(field, 0) + _varint(number)


def _tag(field: int, wire: int) -> bytes:
    return _varint(field << 3 | wire)


def _varint(number: int) -> bytes:
    number &= (1 << 64) - 1
    out = bytearray()
    while number >= _MORE:
        out.append(number % _MORE | _MORE)
        number >>= 7
    return bytes([*out, number])
