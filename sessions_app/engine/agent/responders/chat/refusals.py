"""Parameters that a model's server refuses: which one an error names, and how to ask without."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

STATUSES = frozenset({400, 404, 422, 500, 501})
"""HTTP statuses of such refusals; llama.cpp sends 500, OpenRouter 404."""

NEW_NAMES = {"max_tokens": "max_completion_tokens"}
"""Parameters that OpenAI's newer models call by another name."""

_PATTERNS = {
    "max_tokens": re.compile(r"\bmax_tokens\b"),
    "max_completion_tokens": re.compile(r"\bmax_completion_tokens\b"),
    "temperature": re.compile(r"\btemperature\b", re.IGNORECASE),
    "stream_options": re.compile(r"stream.?options|include.?usage", re.IGNORECASE),
    "tool_choice": re.compile(r"\btool_choice\b"),
    "tools": re.compile(r"\btools?\b|\bfunction.?call", re.IGNORECASE),
    "response_format": re.compile(
        r"response.?format|json.?schema|json.?object|structured.?output|grammar", re.IGNORECASE
    ),
}
_CANNOT = re.compile(r"support|require|enable|unknown|unrecogni|not permitted|extra", re.IGNORECASE)
_SIMPLE_NAME = re.compile(r"[\w.\[\]]{1,60}")
_ERROR_KEYS = ("error", "message", "detail", "details", "errors", "msg", "metadata", "raw")
"""Keys below which servers, and proxies in front of them, describe the error."""

_ECHO = re.compile(r"""(["'])input\1\s*:.*""", re.DOTALL)
"""The part of a list of errors, sent as text, that repeats the request."""

DEEPEST, MOST, LONGEST = 8, 20, 2000
"""How deep a body is read, how many items of a list, and how many characters of a text."""


class Refusals:
    """What each model has refused so far, kept for the life of the process.

    A new name holds for the model. A parameter is left out only with the value that was refused,
    since another agent may use one that is accepted.
    """

    def __init__(self) -> None:
        self._renamed: set[tuple[Any, str]] = set()
        self._left_out: set[tuple[Any, str, Any]] = set()

    def without(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Returns the request without what its model is known to refuse."""
        model = request.get("model")
        accepted: dict[str, Any] = {}
        for name, value in request.items():
            new = NEW_NAMES[name] if (model, name) in self._renamed else name
            if (model, new, _key(value)) not in self._left_out:
                accepted[new] = value
        if "tools" not in accepted:
            accepted.pop("tool_choice", None)
        return accepted

    def learn(self, sent: Mapping[str, Any], name: str) -> str:
        """Records that `name` in `sent` was refused.

        Returns how to ask again: "without" it or "with" another name; "" if neither helps.
        """
        if name not in sent or name not in _PATTERNS:
            return ""
        if name in NEW_NAMES:
            self._renamed.add((sent.get("model"), name))
            return f"with {NEW_NAMES[name]}"
        self._left_out.add((sent.get("model"), name, _key(sent[name])))
        return "without"


def refused_parameter(body: Any, sent: Mapping[str, Any]) -> str:
    """Returns the parameter that an error's body names; "" if it names none.

    Only the server's own words are examined: a body may repeat the request, speech included.
    """
    parts = list(_error_parts(body))
    for read in (_parameter, _location):
        name = next((name for part in parts if (name := read(part))), "")
        if name:
            return name
    text = "\n".join(_ECHO.sub("", part) for part in parts if isinstance(part, str))
    for name, pattern in _PATTERNS.items():
        if name in sent and pattern.search(text):
            if name == "tools" and not _CANNOT.search(text):
                continue
            return name
    return ""


def _error_parts(value: Any, depth: int = 0) -> Iterator[Any]:
    """Yields the objects and texts of an error's body, from the outside inwards.

    Mistral puts a list of errors below `message`, others below `detail` or `error`; proxies put the
    whole body of the server behind them into a text.
    """
    if depth > DEEPEST:
        return
    if isinstance(value, str):
        inner = _parsed(value)
        if inner is None:
            yield value[:LONGEST]
        else:
            yield from _error_parts(inner, depth + 1)
    elif isinstance(value, Mapping):
        yield value
        for key in _ERROR_KEYS:
            yield from _error_parts(value.get(key), depth + 1)
    elif isinstance(value, list):
        for item in value[:MOST]:
            yield from _error_parts(item if isinstance(item, Mapping) else None, depth + 1)


def _parsed(text: str) -> Any:
    """Returns the object or list that a text holds as JSON; None for other texts."""
    if not text.lstrip().startswith(("{", "[")):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _parameter(value: Any) -> str:
    """Returns OpenAI's `param`."""
    name = value.get("param") if isinstance(value, Mapping) else None
    return name if isinstance(name, str) and _SIMPLE_NAME.fullmatch(name) else ""


def _location(value: Any) -> str:
    """Returns "temperature" from FastAPI's 422: `loc` is ["body", "temperature"]."""
    place = value.get("loc") if isinstance(value, Mapping) else None
    if not isinstance(place, Sequence) or isinstance(place, str):
        return ""
    name = next((part for part in place if part != "body"), "")
    return name if isinstance(name, str) and _SIMPLE_NAME.fullmatch(name) else ""


def _key(value: Any) -> Any:
    """Returns a hashable key for a value; all lists of tools have the same."""
    return value if isinstance(value, str | int | float | bool | None) else type(value).__name__
