"""Parameters that a model's server refuses: which one it names, and how to ask without it."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

STATUSES = frozenset({400, 404, 422, 500, 501})
"""With which servers refuse a parameter; llama.cpp says 500, OpenRouter 404."""

NEW_NAMES = {"max_tokens": "max_completion_tokens"}
"""OpenAI's newer models take the limit by another name."""

_NAMED = {
    "max_tokens": re.compile(r"\bmax_tokens\b"),
    "max_completion_tokens": re.compile(r"\bmax_completion_tokens\b"),
    "temperature": re.compile(r"\btemperature\b", re.IGNORECASE),
    "tool_choice": re.compile(r"\btool_choice\b"),
    "tools": re.compile(r"\btools?\b|\bfunction.?call", re.IGNORECASE),
}
_CANNOT = re.compile(r"support|require|enable|unknown|unrecogni|not permitted|extra", re.IGNORECASE)
_SIMPLE_NAME = re.compile(r"[\w.\[\]]{1,60}")
_WITHIN = ("error", "message", "detail", "details", "errors", "msg", "metadata", "raw")
"""Where servers, and proxies before them, say what is wrong."""

_ECHO = re.compile(r"""(["'])input\1\s*:.*""", re.DOTALL)
"""What a list of refusals that came as text repeats of the request."""

DEEPEST, MOST, LONGEST = 8, 20, 2000
"""How deep a body is read, how many refusals of a list, and how many characters of a text."""


class Refusals:
    """What each model was found to refuse; kept while the process lives.

    A new name is kept for the model, an omission for the value that was refused: another agent
    may give one that is taken.
    """

    def __init__(self) -> None:
        self._renamed: set[tuple[Any, str]] = set()
        self._left_out: set[tuple[Any, str, Any]] = set()

    def without(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Returns the request as its model takes it, as far as that is known."""
        model = request.get("model")
        told: dict[str, Any] = {}
        for name, value in request.items():
            new = NEW_NAMES[name] if (model, name) in self._renamed else name
            if (model, new, _key(value)) not in self._left_out:
                told[new] = value
        if "tools" not in told:
            told.pop("tool_choice", None)
        return told

    def learn(self, sent: Mapping[str, Any], name: str) -> str:
        """Takes that `name` was refused in `sent`; returns how to ask again, "" for not at all."""
        if name not in sent or name not in _NAMED:
            return ""
        if name in NEW_NAMES:
            self._renamed.add((sent.get("model"), name))
            return f"with {NEW_NAMES[name]}"
        self._left_out.add((sent.get("model"), name, _key(sent[name])))
        return "without"


def refused(body: Any, sent: Mapping[str, Any]) -> str:
    """Returns the parameter that an error's body names; "" for none.

    Only what servers write is looked at: a body may repeat the request, speech included.
    """
    told = list(_told(body))
    for read in (_parameter, _located):
        named = next((name for value in told if (name := read(value))), "")
        if named:
            return named
    text = "\n".join(_ECHO.sub("", value) for value in told if isinstance(value, str))
    for name, pattern in _NAMED.items():
        if name in sent and pattern.search(text):
            if name == "tools" and not _CANNOT.search(text):
                continue
            return name
    return ""


def _told(value: Any, depth: int = 0) -> Iterator[Any]:
    """Yields what a server says of an error wherever it nests it, from the outside inwards.

    Mistral puts a list of refusals below `message`, others below `detail` or `error`, proxies the
    whole body of the server behind them as text.
    """
    if depth > DEEPEST:
        return
    if isinstance(value, str):
        inner = _parsed(value)
        if inner is None:
            yield value[:LONGEST]
        else:
            yield from _told(inner, depth + 1)
    elif isinstance(value, Mapping):
        yield value
        for key in _WITHIN:
            yield from _told(value.get(key), depth + 1)
    elif isinstance(value, list):
        for one in value[:MOST]:
            yield from _told(one if isinstance(one, Mapping) else None, depth + 1)


def _parsed(text: str) -> Any:
    """Returns the object or list that a text is as JSON; None for any other text."""
    if not text.lstrip().startswith(("{", "[")):
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _parameter(value: Any) -> str:
    named = value.get("param") if isinstance(value, Mapping) else None
    return named if isinstance(named, str) and _SIMPLE_NAME.fullmatch(named) else ""


def _located(value: Any) -> str:
    """Returns the place that FastAPI's 422 names: `detail[].loc` of "body", "temperature"."""
    place = value.get("loc") if isinstance(value, Mapping) else None
    if not isinstance(place, Sequence) or isinstance(place, str):
        return ""
    named = next((part for part in place if part != "body"), "")
    return named if isinstance(named, str) and _SIMPLE_NAME.fullmatch(named) else ""


def _key(value: Any) -> Any:
    """Returns a value as a key; tools are all alike."""
    return value if isinstance(value, str | int | float | bool | None) else type(value).__name__
