"""Gathers tool calls as servers stream them: in pieces or whole, with or without an index."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

MOST_ENCODED = 2
"""How many times arguments may be encoded as a JSON text."""

_NOTHING: tuple[Any, ...] = ({}, "", None)
_DECODER = json.JSONDecoder()


@dataclass(slots=True)
class ToolCall:
    """A call that comes in pieces; `arguments` is JSON once all have come."""

    identity: str = ""
    name: str = ""
    arguments: str = ""

    @property
    def whole(self) -> bool:
        """Whether the arguments are complete."""
        return bool(_values(self.arguments))

    @property
    def arguments_object(self) -> str:
        """The arguments as one JSON object, if they can be read as one.

        Some servers send an extra `{}`, or the object twice, or encode it as a JSON text.
        """
        values = [_decoded(value) for value in _values(self.arguments)]
        first, *others = [value for value in values if value not in _NOTHING] or [{}]
        if not values or not isinstance(first, Mapping) or any(other != first for other in others):
            return self.arguments or "{}"
        plain = len(values) == 1 and self.arguments.lstrip().startswith("{")
        return self.arguments if plain else json.dumps(first)


class ToolCalls:
    """Gathers the pieces of all calls of one answer.

    OpenAI sends an index with each piece, and the id and name once. Others send index 0 for all
    calls (Ollama) or no index (Gemini), repeat or omit the id, repeat the name, even alone at the
    end, or send the arguments as an object.
    """

    def __init__(self) -> None:
        self._calls: list[ToolCall] = []
        self._by_index: dict[Any, ToolCall] = {}

    def __bool__(self) -> bool:
        return bool(self._calls)

    def add(self, pieces: Any) -> None:
        """Takes a delta's `tool_calls`; anything malformed is ignored."""
        for piece in pieces if isinstance(pieces, list) else ():
            if isinstance(piece, Mapping):
                self._add(piece)

    def add_whole(self, name: str, arguments: str) -> None:
        """Takes a complete call."""
        self._calls.append(ToolCall(name=name, arguments=arguments))

    def add_function_call(self, piece: Any) -> None:
        """Takes a delta's `function_call`, the predecessor of `tool_calls`, with one per answer."""
        if isinstance(piece, Mapping) and piece:
            self._add({"index": "function_call", "function": piece})

    def as_openai(self) -> list[dict[str, Any]]:
        """Returns the calls for the next request, each with an id and an object as arguments."""
        return [
            {
                "id": call.identity or f"call_{number}",
                "type": "function",
                "function": {"name": call.name, "arguments": call.arguments_object},
            }
            for number, call in enumerate(self._calls)
            if not self._is_repeated(number, call)
        ]

    def _is_repeated(self, number: int, call: ToolCall) -> bool:
        """Returns whether a call only repeats the name of the one before it."""
        if not number or call.identity or call.arguments:
            return False
        return call.name == self._calls[number - 1].name

    def _add(self, piece: Mapping[str, Any]) -> None:
        function = piece.get("function")
        function = function if isinstance(function, Mapping) else {}
        identity, name = _text(piece.get("id")), _text(function.get("name"))
        arguments = function.get("arguments")
        call = self._call_for(identity, piece.get("index"), name)
        call.identity = call.identity or identity
        if name != call.name:
            call.name += name
        if arguments is not None:
            call.arguments += arguments if isinstance(arguments, str) else json.dumps(arguments)

    def _call_for(self, identity: str, index: Any, name: str) -> ToolCall:
        """Returns the call that a piece belongs to."""
        known = next((c for c in self._calls if identity and c.identity == identity), None)
        if known is None:
            known = self._by_index.get(index)
            if known is not None and name and _is_new_call(known, identity, index, name):
                known = None
        if known is None:
            known = ToolCall()
            self._calls.append(known)
        self._by_index[index] = known
        return known


def _is_new_call(known: ToolCall, identity: str, index: Any, name: str) -> bool:
    """Returns whether a piece with a name begins a new call, not the `known` one of its index."""
    if known.whole or (identity and known.identity and identity != known.identity):
        return True
    return index is None and bool(known.name) and name != known.name


def _values(text: str) -> list[Any]:
    """Returns the JSON values that a text consists of; none while it is incomplete."""
    values, text = [], text.strip()
    at = 0
    try:
        while at < len(text):
            value, at = _DECODER.raw_decode(text, at)
            values.append(value)
            while text[at : at + 1].isspace():
                at += 1
    except (ValueError, RecursionError):
        return []
    return values


def _decoded(value: Any) -> Any:
    """Returns the object that a JSON text holds; any other value unchanged."""
    inner = value
    for _ in range(MOST_ENCODED):
        if not isinstance(inner, str):
            break
        try:
            inner = json.loads(inner)
        except (ValueError, RecursionError):
            break
    return inner if isinstance(inner, Mapping) else value


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
