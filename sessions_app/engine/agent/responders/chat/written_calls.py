"""Parses tool calls that a model wrote into its answer, from servers without a parser for them."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from sessions_app.engine.agent.responders.chat.python_calls import python_calls

_TOKENS = re.compile(
    r"<\|constrain\|>\s*\w+|<[|\uff5c][^<>]*[|\uff5c]>|\[args\]|```(?:json)?", re.IGNORECASE
)
"""Tokens between a name and its arguments (gpt-oss, Kimi, DeepSeek, Mistral)."""

_EDGES = re.compile(r"\A(?:\s|<\|[^<>]*\|>|```\w*)+|(?:\s|<\|[^<>]*\|>|```)+\Z")
"""Tokens that may stand around calls in Python."""

_NAME = re.compile(r"[A-Za-z_][\w.-]*")
_QUOTED_ARGUMENTS = re.compile(
    r""""name"\s*:\s*"([\w.-]+)"\s*,\s*"(?:arguments|parameters|args)"\s*:\s*['"]\s*\Z"""
)
"""The start of a call whose arguments are unescaped JSON in quotes."""

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
    """Yields calls with an element for each argument (Qwen Coder, GLM, MiniMax)."""
    functions = list(_FUNCTION.finditer(text))
    for function, after in zip(functions, [*functions[1:], None], strict=False):
        inner = text[function.end() : after.start() if after else None]
        arguments = {
            name or key: _value(value if name else other)
            for name, value, key, other in _PARAMETER.findall(inner)
        }
        yield function[1], json.dumps(arguments)


def _unescaped(text: str) -> str:
    """Returns the text with \\' as an apostrophe: JSON has no such escape."""
    return _APOSTROPHE.sub("'", text)


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _objects(text: str) -> Iterator[tuple[str, str]]:
    """Yields calls that are JSON objects, or a name with a JSON object after it."""
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
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, Mapping):
                yield _call(item, before)


def _call(value: Mapping[str, Any], before: str) -> tuple[str, str]:
    """Returns the name and arguments in an object, or the name `before` it if it has none."""
    inner = value.get("function")
    function = inner if isinstance(inner, Mapping) else value
    name = function.get("name") or function.get("tool_name") or inner
    if isinstance(name, str) and name and len(value) <= len(_ARGUMENTS):
        arguments: Any = next((function[key] for key in _ARGUMENTS if key in function), {})
    else:
        name, arguments = _name_before(before), value
    encoded = arguments if isinstance(arguments, str) else json.dumps(arguments)
    return name.removeprefix("functions."), encoded


def _name_before(text: str) -> str:
    """Returns the tool's name in the text before its arguments.

    gpt-oss writes "functions.take_note" with the type of the arguments behind it; Glaive's models
    write the arguments as a text within a JSON object.
    """
    match = _QUOTED_ARGUMENTS.search(text)
    names = [match[1]] if match else _NAME.findall(_TOKENS.sub(" ", text))
    qualified = [name for name in names if name.startswith("functions.")]
    return next(reversed(qualified or names), "")
