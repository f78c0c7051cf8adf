"""Parameters that a model's server refuses: which one it names, and how to ask without it."""

import re
from collections.abc import Mapping, Sequence
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

    def learn(self, sent: Mapping[str, Any], name: str) -> bool:
        """Takes that `name` was refused in `sent`; returns whether to ask again."""
        if name not in sent or name not in _NAMED:
            return False
        if name in NEW_NAMES:
            self._renamed.add((sent.get("model"), name))
        else:
            self._left_out.add((sent.get("model"), name, _key(sent[name])))
        return True


def refused(body: Any, sent: Mapping[str, Any]) -> str:
    """Returns the parameter that an error's body names; "" for none.

    Only what servers write is looked at: a body may repeat the request, speech included.
    """
    named = body.get("param") if isinstance(body, Mapping) else None
    if isinstance(named, str) and _SIMPLE_NAME.fullmatch(named):
        return named
    located = _located(body)
    if located:
        return located
    told = _message(body)
    for name, pattern in _NAMED.items():
        if name in sent and pattern.search(told):
            if name == "tools" and not _CANNOT.search(told):
                continue
            return name
    return ""


def _located(body: Any) -> str:
    """Returns the place that FastAPI's 422 names: `detail[].loc` of "body", "temperature"."""
    detail = body.get("detail") if isinstance(body, Mapping) else None
    first = detail[0] if isinstance(detail, list) and detail else None
    place = first.get("loc") if isinstance(first, Mapping) else None
    if not isinstance(place, Sequence) or isinstance(place, str):
        return ""
    named = next((part for part in place if part != "body"), "")
    return named if isinstance(named, str) and _SIMPLE_NAME.fullmatch(named) else ""


def _message(body: Any) -> str:
    if isinstance(body, str):
        return body[:2000]
    if not isinstance(body, Mapping):
        return ""
    told = body.get("message") or body.get("detail") or body.get("error")
    return told[:2000] if isinstance(told, str) else ""


def _key(value: Any) -> Any:
    """Returns a value as a key; tools are all alike."""
    return value if isinstance(value, str | int | float | bool | None) else type(value).__name__
