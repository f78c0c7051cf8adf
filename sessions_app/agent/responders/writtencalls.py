"""Tool calls that a model wrote into its answer, as servers without a parser for them stream."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

_TOKENS = re.compile(r"<[|\uff5c][^<>]*[|\uff5c]>|\[args\]|```(?:json)?", re.IGNORECASE)
"""What stands between a name and its arguments (Kimi, DeepSeek, Mistral)."""

_NAME = re.compile(r"[A-Za-z_][\w.-]*")
_FUNCTION = re.compile(r"(?:<function=|^\s*)([\w.-]+)>?\s*(?=<parameter=|<arg_key>|</function>)")
_PARAMETER = re.compile(
    r"<parameter=([\w.-]+)>\n?(.*?)\n?</parameter>"
    r"|<arg_key>(.*?)</arg_key>\s*<arg_value>(.*?)</arg_value>",
    re.DOTALL,
)
_VALUE = re.compile(r"[{\[]")
_DECODER = json.JSONDecoder(strict=False)
_ARGUMENTS = ("arguments", "parameters", "args")


def written_calls(text: str) -> list[tuple[str, str]]:
    """Returns the calls in a text: the name of each tool, and its arguments as JSON."""
    calls = list(_elements(text)) or list(_objects(text))
    return [(name, arguments) for name, arguments in calls if name]


def _elements(text: str) -> Iterator[tuple[str, str]]:
    """Yields calls whose arguments are elements of their own (Qwen Coder, GLM)."""
    found = list(_FUNCTION.finditer(text))
    for function, after in zip(found, [*found[1:], None], strict=False):
        inner = text[function.end() : after.start() if after else None]
        given = {
            name or key: _value(value if name else other)
            for name, value, key, other in _PARAMETER.findall(inner)
        }
        yield function[1], json.dumps(given)


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _objects(text: str) -> Iterator[tuple[str, str]]:
    """Yields calls that are JSON objects, or whose names stand before their arguments."""
    at = ended = 0
    while (start := _VALUE.search(text, at)) is not None:
        try:
            value, at = _DECODER.raw_decode(text, start.start())
        except ValueError:
            at = start.end()
            continue
        before, ended = text[ended : start.start()], at
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, Mapping):
                yield from _object(one, before)


def _object(value: Mapping[str, Any], before: str) -> Iterator[tuple[str, str]]:
    inner = value.get("function")
    function = inner if isinstance(inner, Mapping) else value
    name = function.get("name") or function.get("tool_name") or inner
    if isinstance(name, str) and name and len(value) <= len(_ARGUMENTS):
        given: Any = next((function[key] for key in _ARGUMENTS if key in function), {})
    else:
        names = _NAME.findall(_TOKENS.sub(" ", before))
        name, given = names[-1] if names else "", value
    yield name.removeprefix("functions."), given if isinstance(given, str) else json.dumps(given)
