"""Tool calls that a model wrote into its answer, as servers without a parser for them stream."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from sessions_app.engine.agent.responders.chat.python_calls import python_calls

_TOKENS = re.compile(
    r"<\|constrain\|>\s*\w+|<[|\uff5c][^<>]*[|\uff5c]>|\[args\]|```(?:json)?", re.IGNORECASE
)
"""What stands between a name and its arguments (gpt-oss, Kimi, DeepSeek, Mistral)."""

_EDGES = re.compile(r"\A(?:\s|<\|[^<>]*\|>|```\w*)+|(?:\s|<\|[^<>]*\|>|```)+\Z")
"""What may stand around calls that are Python."""

_NAME = re.compile(r"[A-Za-z_][\w.-]*")
_NAMED = re.compile(
    r""""name"\s*:\s*"([\w.-]+)"\s*,\s*"(?:arguments|parameters|args)"\s*:\s*['"]\s*\Z"""
)
"""The beginning of a call whose arguments are a text that is not escaped, or in single quotes."""

_FUNCTION = re.compile(
    r"(?:<function=|<invoke name=\"|^\s*)([\w.-]+)\"?>?\s*"
    r"(?=<parameter[= ]|<arg_key>|</function>|</invoke>)"
)
_PARAMETER = re.compile(
    r"<parameter(?:=| name=\")([\w.-]+)\"?[^<>]*>\n?(.*?)\n?</parameter>"
    r"|<arg_key>(.*?)</arg_key>\s*<arg_value>(.*?)</arg_value>",
    re.DOTALL,
)
_VALUE = re.compile(r"[{\[]")
_APOSTROPHE = re.compile(r"(?<!\\)\\'")
_DECODER = json.JSONDecoder(strict=False)
_ARGUMENTS = ("arguments", "parameters", "args")


def written_calls(text: str) -> list[tuple[str, str]]:
    """Returns the calls in a text: the name of each tool, and its arguments as JSON."""
    calls = (
        python_calls(_EDGES.sub("", text))
        or list(_elements(text))
        or list(_objects(_unescaped(text)))
    )
    return [(name, arguments) for name, arguments in calls if name]


def _elements(text: str) -> Iterator[tuple[str, str]]:
    """Yields calls whose arguments are elements of their own (Qwen Coder, GLM, MiniMax)."""
    found = list(_FUNCTION.finditer(text))
    for function, after in zip(found, [*found[1:], None], strict=False):
        inner = text[function.end() : after.start() if after else None]
        given = {
            name or key: _value(value if name else other)
            for name, value, key, other in _PARAMETER.findall(inner)
        }
        yield function[1], json.dumps(given)


def _unescaped(text: str) -> str:
    """Returns the text without an escape that JSON does not have: arguments in single quotes."""
    return _APOSTROPHE.sub("'", text)


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
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
        except RecursionError:
            return
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
        name, given = _name_before(before), value
    yield name.removeprefix("functions."), given if isinstance(given, str) else json.dumps(given)


def _name_before(text: str) -> str:
    """Returns the tool that is named before its arguments.

    gpt-oss has the kind of its arguments behind the name, which it gives a namespace; Glaive's
    models have the arguments as a text within the call.
    """
    named = _NAMED.search(text)
    names = [named[1]] if named else _NAME.findall(_TOKENS.sub(" ", text))
    spaced = [name for name in names if name.startswith("functions.")]
    return next(reversed(spaced or names), "")
