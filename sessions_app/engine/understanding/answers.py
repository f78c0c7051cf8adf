"""Finds the JSON in what a model wrote around it. Pure.

Models put fences, sentences and thoughts around an answer, though they are asked for JSON alone,
write Python's literals, and leave commas at the end of lists.
"""

import ast
import json
import re
from collections.abc import Collection, Iterator
from typing import Any

from sessions_app.engine.agent.responders.base import Anew
from sessions_app.engine.agent.responders.chat.thoughts import ThoughtFilter
from sessions_app.engine.text.cleaning import cleaned

_TRAILING_COMMA = re.compile(r",(?=\s*[}\]])")
_FENCED = re.compile(r"```[\w-]*[ \t]*\n(.*?)```", re.DOTALL)
MOST_TRIED = 40
"""Opening braces that are tried; a text with more is no answer.

More reads longer rambling, at more CPU time for texts without an answer.
"""

DEEPEST = 3
"""How many objects an answer may be wrapped in, such as `{"result": {…}}`."""


def read_object(text: str, keys: Collection[str]) -> dict[str, Any] | None:
    """Returns the object that has one of `keys`, with its texts cleaned; None if there is none.

    Of several objects the one with most of the keys is returned, and of those the last: models
    think aloud and correct themselves.
    """
    for candidate in _texts(text):
        found = [one for value in _values(candidate) if (one := _holding(value, keys))]
        if found:
            return max(reversed(found), key=lambda one: len(set(keys) & set(one)))
    return None


def _texts(text: str) -> Iterator[str]:
    """Yields candidate substrings, most likely first."""
    yield from (t for t in [text.strip()] if t.startswith("{") and t.endswith("}"))
    plain = without_thoughts(text)
    yield from reversed(_FENCED.findall(plain))
    yield plain


def without_thoughts(text: str) -> str:
    """Returns the text without what stands in the tags that models think in."""
    thoughts = ThoughtFilter()
    before, rest = thoughts.feed(text), thoughts.finish()
    return str(rest) if isinstance(rest, Anew) else f"{before}{rest}"


def _values(text: str) -> Iterator[Any]:
    """Yields the outermost JSON values that begin with a brace."""
    at = 0
    for _ in range(MOST_TRIED):
        at = text.find("{", at)
        if at < 0:
            return
        value, end = _value_at(text, at)
        if value is not None:
            yield value
        at = end


def _value_at(text: str, at: int) -> tuple[Any, int]:
    """Returns the value that begins at `at`, or None, and the offset at which to continue."""
    try:
        value, length = json.JSONDecoder(strict=False).raw_decode(text[at:])
        return _safe(value), at + length
    except (ValueError, RecursionError):
        return _loose(text[at : text.rfind("}") + 1]), at + 1


def _loose(text: str) -> Any:
    """Returns the value of a text that is nearly JSON, or Python's; else None."""
    mended = _TRAILING_COMMA.sub("", text)
    try:
        return _safe(json.loads(mended, strict=False))
    except (ValueError, RecursionError):
        pass
    try:
        return _safe(ast.literal_eval(mended))
    except (ValueError, SyntaxError, RecursionError, MemoryError, TypeError):
        return None


def _safe(value: Any) -> Any:
    """Returns the value with all its texts clean; None where it is nested too deeply."""
    try:
        return cleaned(value)
    except RecursionError:
        return None


def _holding(value: Any, keys: Collection[str], depth: int = 0) -> dict[str, Any] | None:
    """Returns the object with one of the keys; looks into one that only wraps it."""
    if not isinstance(value, dict):
        return None
    named = {str(key).strip().lower(): item for key, item in value.items()}
    if set(named) & set(keys):
        return named
    inner = [item for item in value.values() if isinstance(item, dict)]
    if len(inner) != 1 or depth >= DEEPEST:
        return None
    return _holding(inner[0], keys, depth + 1)
