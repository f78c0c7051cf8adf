"""Lean ONNX graphs of Moonshine tiny-en, built at load time from the weights in its wheel.

The wheel's graphs spend most of a decoder step on shape operators, and do not output attention.
These give the same texts in two thirds of the encoder's time and half of the decoder's, and output
the cross-attention, which places each token in the audio. Three graphs:

* `front`: audio to convolved frames, up to the one norm that spans the whole utterance, so that
  frames can be kept while audio grows.
* `body`: the rest of the encoder, up to the keys and values of the decoder's cross-attention.
* `decoder`: tokens to logits, and to the likeliest next token after each.

Architecture: Jeffries et al., "Moonshine: Speech Recognition for Live Transcription and Voice
Commands", 2024, https://arxiv.org/abs/2410.15608.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sessions_app.engine.stt.moonshine.files import Files
from sessions_app.engine.stt.moonshine.onnx_file import (
    INT64,
    MICROSOFT,
    Array,
    Attribute,
    Value,
    model,
    node,
)
from sessions_app.engine.stt.moonshine.ort_file import (
    Floats,
    QuantisedMatrix,
    Weights,
    join_columns,
)

LAYERS, HEADS, HEAD, WIDTH = 6, 8, 36, 288
"""The model's shape: layers of the encoder and of the decoder, attention heads, and dimensions of
a head and of all heads."""

CHANNELS = 576
"""Channels of the second convolution's output."""

ROTATED = 32
"""Dimensions of a head's 36 that have the rotary position embedding."""

ENCODED, DECODED = 2048, 512
"""Most positions: frames of audio (49 s), and tokens of a hypothesis."""

ATTENTION_LAYERS = (3, 4, 5)
"""Decoder layers with heads whose cross-attention follows the speech."""

EPSILON = 1e-5
"""Added to a variance before its root is taken, as in training."""

_SCALE = 1 / 6
"""Factor of attention scores: one over the square root of HEAD."""

_SIGN = np.uint8(0x80)


@dataclass(frozen=True, slots=True)
class Graphs:
    """The three models, serialised; `gain` and `shift`, (576,) each, apply the norm (`_front`)."""

    front: bytes
    body: bytes
    decoder: bytes
    gain: Floats
    shift: Floats


def build(files: Files, *, signed: bool) -> Graphs:
    """Returns the graphs; raises LayoutError where the files lack an expected tensor.

    `signed` weights are faster, and right only on a processor with 8-bit dot products.
    """
    encoder = Weights(files.encoder)
    decoder = Weights(files.decoder, "else_branch")
    front, gain, shift = _front(encoder)
    body = _body(encoder, decoder, signed=signed)
    return Graphs(front, body, _decoder(decoder, signed=signed), gain, shift)


class _Graph:
    """A graph being built: each method adds nodes and returns the names of their outputs."""

    def __init__(self, *, signed: bool = False) -> None:
        self._nodes: list[bytes] = []
        self._constants: dict[str, Array] = {}
        self._signed = signed

    def constant(self, name: str, value: Array) -> str:
        self._constants[name] = value
        return name

    def numbers(self, name: str, *values: int) -> str:
        return self.constant(name, np.array(values, np.int64))

    def add(
        self, operator: str, *inputs: str, to: str = "", domain: str = "", **attributes: Attribute
    ) -> str:
        return self._add(operator, inputs, [to or self._new_name()], domain, attributes)[0]

    def split(self, x: str, number: int, axis: int) -> list[str]:
        """Splits `x` into `number` equal parts."""
        names = [self._new_name() + f"_{one}" for one in range(number)]
        return self._add("Split", [x], names, "", {"axis": axis, "num_outputs": number})

    def matmul(self, x: str, name: str, by: QuantisedMatrix) -> str:
        """Multiplies floats by a quantised matrix; `x` is quantised dynamically."""
        matrix, zero = self._quantised(by.matrix), self._quantised(by.zero)
        inputs = [
            x,
            self.constant(f"{name}.matrix", matrix),
            self.constant(f"{name}.scale", by.scale),
            self.constant(f"{name}.zero", zero),
        ]
        if by.bias is not None:
            inputs.append(self.constant(f"{name}.bias", by.bias))
        return self.add("DynamicQuantizeMatMul", *inputs, domain=MICROSOFT)

    def norm(self, x: str, name: str, weight: Floats) -> str:
        scale = self.constant(name, weight)
        return self.add("LayerNormalization", x, scale, axis=-1, epsilon=EPSILON)

    def rotary(self, x: str) -> str:
        """Applies the rotary position embedding; needs `rotary_tables` and an input `pos`."""
        return self.add(
            "RotaryEmbedding",
            x,
            "pos",
            "cos",
            "sin",
            domain=MICROSOFT,
            interleaved=1,
            num_heads=HEADS,
            rotary_embedding_dim=ROTATED,
        )

    def rotary_tables(self, frequencies: Floats, positions: int) -> None:
        angles = np.arange(positions)[:, None] * frequencies.astype(np.float64)[None]
        self.constant("cos", np.cos(angles).astype(np.float32))
        self.constant("sin", np.sin(angles).astype(np.float32))

    def serialised(self, inputs: Sequence[Value], outputs: Sequence[Value]) -> bytes:
        return model(self._nodes, self._constants, inputs, outputs)

    def _add(
        self,
        operator: str,
        inputs: Sequence[str],
        outputs: list[str],
        domain: str,
        attributes: dict[str, Attribute],
    ) -> list[str]:
        self._nodes.append(node(operator, inputs, outputs, domain, attributes))
        return outputs

    def _new_name(self) -> str:
        return f"t{len(self._nodes)}"

    def _quantised(self, numbers: Array) -> Array:
        return (numbers.astype(np.uint8) ^ _SIGN).view(np.int8) if self._signed else numbers


def _front(weights: Weights) -> tuple[bytes, Floats, Floats]:
    """Returns the graph of the first two convolutions, and `gain` and `shift` of their norm.

    conv2 is linear, so conv2(norm(x)) = conv2(w * x) / sd - mean / sd * gain + shift.
    """
    scale = weights.floats("onnx::Mul_2080").reshape(-1)
    offset = weights.floats("onnx::Add_2081").reshape(-1)
    second = weights.floats("conv2.weight_add_tensor")
    scaled = (second * scale[None, :, None]).astype(np.float32)
    graph = _Graph()
    x = graph.add("Unsqueeze", "audio", graph.numbers("one", 1))
    first = graph.constant("conv1", weights.floats("conv1.weight_add_tensor"))
    x = graph.add("Conv", x, first, strides=[64], kernel_shape=[127])
    x = graph.add("Tanh", x, to="heard")
    graph.add("Conv", x, graph.constant("conv2", scaled), to="raw", strides=[3], kernel_shape=[7])
    serialised = graph.serialised(
        [Value("audio", (1, "samples"))],
        [Value("heard", (1, WIDTH, "t1")), Value("raw", (1, CHANNELS, "t2"))],
    )
    gain = scaled.sum((1, 2))
    shift = (second * offset[None, :, None]).sum((1, 2)) + weights.floats("conv2.bias")
    return serialised, gain.astype(np.float32), shift.astype(np.float32)


def _body(encoder: Weights, decoder: Weights, *, signed: bool) -> bytes:
    graph = _Graph(signed=signed)
    x = graph.add("Add", graph.add("Mul", "raw", "scale"), "shift")
    x = graph.add("Gelu", x, domain=MICROSOFT)
    third = graph.constant("conv3", encoder.floats("conv3.weight_add_tensor"))
    bias = graph.constant("conv3.bias", encoder.floats("conv3.bias"))
    x = graph.add("Conv", x, third, bias, strides=[2], kernel_shape=[3])
    x = graph.add("Transpose", graph.add("Gelu", x, domain=MICROSOFT), perm=[0, 2, 1])
    graph.rotary_tables(encoder.floats_of_size(ROTATED // 2), ENCODED)
    for layer in range(LAYERS):
        x = _encoder_layer(graph, encoder, layer, x)
    x = graph.norm(x, "last", encoder.floats("layer_norm.weight"))
    _keys_and_values(graph, decoder, x)
    keys_values = [Value(f"k{one}", (1, HEADS, HEAD, "t")) for one in range(LAYERS)]
    keys_values += [Value(f"v{one}", (1, HEADS, "t", HEAD)) for one in range(LAYERS)]
    inputs = [
        Value("raw", (1, CHANNELS, "t2")),
        Value("scale", (1, 1, 1)),
        Value("shift", (1, CHANNELS, 1)),
        Value("pos", (1, "t"), INT64),
    ]
    return graph.serialised(inputs, keys_values)


def _encoder_layer(graph: _Graph, weights: Weights, layer: int, x: str) -> str:
    at = f"layers.{layer}"
    y = graph.norm(x, f"{at}.in", weights.floats(f"{at}.input_layernorm.weight"))
    mixed = join_columns([weights.quantised(f"{at}/self_attn/{one}_proj") for one in "qkv"])
    query, key, value = graph.split(graph.matmul(y, f"{at}.qkv", mixed), 3, -1)
    y = graph.add(
        "MultiHeadAttention",
        graph.rotary(query),
        graph.rotary(key),
        value,
        domain=MICROSOFT,
        num_heads=HEADS,
        scale=_SCALE,
    )
    y = graph.matmul(y, f"{at}.out", weights.quantised(f"{at}/self_attn/o_proj"))
    x = graph.add("Add", x, y)
    y = graph.norm(x, f"{at}.post", weights.floats(f"{at}.post_attention_layernorm.weight"))
    y = graph.matmul(y, f"{at}.fc1", weights.quantised(f"{at}/mlp/fc1"))
    y = graph.add("Gelu", y, domain=MICROSOFT)
    return graph.add("Add", x, graph.matmul(y, f"{at}.fc2", weights.quantised(f"{at}/mlp/fc2")))


def _keys_and_values(graph: _Graph, weights: Weights, hidden: str) -> None:
    """Adds the cross-attention keys and values of all decoder layers, in one product."""
    keys_values = [
        f"layers.{layer}/encoder_attn/{one}_proj" for layer in range(LAYERS) for one in "kv"
    ]
    x = graph.matmul(
        hidden, "sides", join_columns([weights.quantised(side) for side in keys_values])
    )
    x = graph.add("Reshape", x, graph.numbers("split", 0, 0, 2 * LAYERS, HEADS, HEAD))
    x = graph.add("Transpose", x, perm=[2, 0, 3, 1, 4])
    axis = graph.numbers("axis", 0)
    for at, part in enumerate(graph.split(x, 2 * LAYERS, 0)):
        if at % 2:
            graph.add("Squeeze", part, axis, to=f"v{at // 2}")
        else:
            one = graph.add("Squeeze", part, axis)
            graph.add("Transpose", one, to=f"k{at // 2}", perm=[0, 1, 3, 2])


def _decoder(weights: Weights, *, signed: bool) -> bytes:
    graph = _Graph(signed=signed)
    graph.rotary_tables(weights.floats_of_size(ROTATED // 2), DECODED)
    graph.numbers("to_heads", 0, 0, HEADS, HEAD)
    graph.numbers("to_width", 0, 0, WIDTH)
    x = _embedding(graph, weights)
    for layer in range(LAYERS):
        x = _self_attention(graph, weights, layer, x)
        x = _cross_attention(graph, weights, layer, x)
        x = _feed_forward(graph, weights, layer, x)
    last = weights.input_of("/decoder/norm/LayerNormalization", "weight")
    x = graph.norm(x, "last", weights.floats(last))
    head = weights.quantised("proj_out")
    x = graph.matmul(x, "head", QuantisedMatrix(head.matrix, head.scale, head.zero))
    graph.add("Identity", x, to="logits")
    graph.add("ArgMax", x, to="best", axis=-1, keepdims=0)
    return graph.serialised(_decoder_inputs(), _decoder_outputs())


def _decoder_inputs() -> list[Value]:
    inputs = [
        Value("ids", ("b", "s"), INT64),
        Value("pos", ("b", "s"), INT64),
        Value("mask", (1, 1, "s", "p+s")),
    ]
    for layer in range(LAYERS):
        inputs += [Value(f"past_{side}{layer}", ("b", HEADS, "p", HEAD)) for side in "kv"]
        inputs += [
            Value(f"k{layer}", (1, HEADS, HEAD, "t")),
            Value(f"v{layer}", (1, HEADS, "t", HEAD)),
        ]
    return inputs


def _decoder_outputs() -> list[Value]:
    outputs = [Value("best", ("b", "s"), INT64), Value("logits", ("b", "s", "words"))]
    for layer in range(LAYERS):
        outputs += [Value(f"next_{side}{layer}", ("b", HEADS, "n", HEAD)) for side in "kv"]
    return outputs + [Value(f"looks{layer}", ("b", HEADS, "s", "t")) for layer in ATTENTION_LAYERS]


def _embedding(graph: _Graph, weights: Weights) -> str:
    base = "embed_tokens.weight"
    table = graph.constant("tokens", weights.dense(weights.tensor_name(base, "quantized")))
    scale = weights.floats(weights.tensor_name(base, "scale")).reshape(())
    zero = weights.dense(weights.tensor_name(base, "zero_point")).reshape(())
    rows = graph.add("Gather", table, "ids")
    inputs = [graph.constant("tokens.scale", scale), graph.constant("tokens.zero", zero)]
    return graph.add("DequantizeLinear", rows, *inputs)


def _split_heads(graph: _Graph, x: str) -> str:
    return graph.add("Transpose", graph.add("Reshape", x, "to_heads"), perm=[0, 2, 1, 3])


def _merge_heads(graph: _Graph, x: str) -> str:
    return graph.add("Reshape", graph.add("Transpose", x, perm=[0, 2, 1, 3]), "to_width")


def _self_attention(graph: _Graph, weights: Weights, layer: int, x: str) -> str:
    """Adds self-attention with a key-value cache."""
    at = f"layers.{layer}"
    y = _decoder_norm(graph, weights, f"{at}.input_layernorm", x)
    mixed = join_columns([weights.quantised(f"{at}/self_attn/{one}_proj") for one in "qkv"])
    parts = graph.split(graph.matmul(y, f"{at}.qkv", mixed), 3, -1)
    query, key, value = (_split_heads(graph, part) for part in parts)
    query, key = graph.rotary(query), graph.rotary(key)
    key = graph.add("Concat", f"past_k{layer}", key, to=f"next_k{layer}", axis=2)
    value = graph.add("Concat", f"past_v{layer}", value, to=f"next_v{layer}", axis=2)
    y = graph.add("FusedMatMul", query, key, domain=MICROSOFT, alpha=_SCALE, transB=1)
    y = graph.add("Softmax", graph.add("Add", y, "mask"), axis=-1)
    y = _merge_heads(graph, graph.add("MatMul", y, value))
    y = graph.matmul(y, f"{at}.out", weights.quantised(f"{at}/self_attn/o_proj"))
    return graph.add("Add", x, y)


def _cross_attention(graph: _Graph, weights: Weights, layer: int, x: str) -> str:
    """Adds cross-attention to the audio; its weights are an output in ATTENTION_LAYERS."""
    at = f"layers.{layer}"
    y = _decoder_norm(graph, weights, f"{at}.post_attention_layernorm", x)
    query = graph.matmul(y, f"{at}.look", weights.quantised(f"{at}/encoder_attn/q_proj"))
    y = graph.add(
        "FusedMatMul", _split_heads(graph, query), f"k{layer}", domain=MICROSOFT, alpha=_SCALE
    )
    to = f"looks{layer}" if layer in ATTENTION_LAYERS else ""
    y = graph.add("Softmax", y, to=to, axis=-1)
    y = _merge_heads(graph, graph.add("MatMul", y, f"v{layer}"))
    y = graph.matmul(y, f"{at}.seen", weights.quantised(f"{at}/encoder_attn/o_proj"))
    return graph.add("Add", x, y)


def _feed_forward(graph: _Graph, weights: Weights, layer: int, x: str) -> str:
    """Adds the gated feed-forward layer; QuickGelu with alpha 1 is SiLU."""
    at = f"layers.{layer}"
    y = _decoder_norm(graph, weights, f"{at}.final_layernorm", x)
    up, gate = graph.split(graph.matmul(y, f"{at}.fc1", weights.quantised(f"{at}/mlp/fc1")), 2, -1)
    y = graph.add("Mul", graph.add("QuickGelu", gate, domain=MICROSOFT, alpha=1.0), up)
    return graph.add("Add", x, graph.matmul(y, f"{at}.fc2", weights.quantised(f"{at}/mlp/fc2")))


def _decoder_norm(graph: _Graph, weights: Weights, name: str, x: str) -> str:
    return graph.norm(x, name, weights.floats(f"model.decoder.{name}.weight_merged_0"))
