"""Parses tool calls that a model wrote as Python: `[take_note(text="Milk")]`, `print(end_call())`.

Llama 3.2 and 4, LFM and Gemma do. The code is never run; arguments must be literals.
https://docs.python.org/3/library/ast.html#ast.literal_eval
"""

import ast
import json
import re
import warnings
from collections.abc import Iterator
from textwrap import dedent
from typing import Any

LONGEST = 20_000
"""Characters; longer text is not parsed."""

_CONSTANTS = {"true": True, "false": False, "null": None}
"""JSON's constants, which models write in Python, too."""

_DOTTED = re.compile(r"[\w.]+")
_PART = re.compile(
    r"""\"{3}(?:[^\\]|\\.)*?\"{3}|'{3}(?:[^\\]|\\.)*?'{3}"""
    r"""|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|["'()\[\]{}]""",
    re.DOTALL,
)


def python_calls(text: str) -> list[tuple[str, str]]:
    """Returns the calls in a text, each as a name and its arguments as JSON.

    Empty if the text is anything but calls.
    """
    if len(text) > LONGEST:
        return []
    try:
        with warnings.catch_warnings(action="ignore"):  # of escapes that Python does not know
            statements = ast.parse(dedent(text).strip()).body
        return [call for statement in statements for call in _calls(statement)]
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return []


def list_end(text: str) -> int | None:
    """Returns the end of the bracket that the text begins with; None if it is not closed yet."""
    depth = 0
    for found in _PART.finditer(text):
        part = found[0]
        if part in ('"', "'"):
            return None  # an unfinished string
        depth += (part in "([{") - (part in ")]}")
        if not depth:
            return found.end()
    return None


def tool_name(name: str) -> str:
    """Returns the tool's name in `default_api.take_note` or `take_note.call`: "take_note"."""
    *before, last = name.split(".")
    return before[-1] if before and last == "call" else last


def _calls(node: ast.AST) -> Iterator[tuple[str, str]]:
    """Yields the calls of a statement or a list; raises ValueError for anything else."""
    match node:
        case ast.Expr(value=inner):
            yield from _calls(inner)
        case ast.List(elts=items) | ast.Tuple(elts=items):
            for item in items:
                yield from _calls(item)
        case ast.Call(func=ast.Name(id="print"), args=[ast.Call() as inner], keywords=[]):
            yield from _calls(inner)
        case ast.Call(func=ast.Name() | ast.Attribute() as function, args=[], keywords=keywords):
            name = ast.unparse(function)
            if not _DOTTED.fullmatch(name):
                raise ValueError("This is not a name.")
            arguments = {str(keyword.arg): _value(keyword) for keyword in keywords}
            yield tool_name(name), json.dumps(arguments)
        case _:
            raise ValueError("This is no call with arguments by name.")


def _value(keyword: ast.keyword) -> Any:
    """Returns an argument; raises ValueError if it is no literal, or has no name (`**x`)."""
    if keyword.arg is None:
        raise ValueError("This argument has no name.")
    if isinstance(keyword.value, ast.Name) and keyword.value.id in _CONSTANTS:
        return _CONSTANTS[keyword.value.id]
    return ast.literal_eval(keyword.value)
