"""Tool calls that a model wrote as Python: `[take_note(text="Milk")]`, `print(take_note(...))`.

Llama 3.2 and 4, LFM and Gemma write so. They are read, never run: arguments are literals.
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
"""Characters: more is no call of a tool."""

_CONSTANTS = {"true": True, "false": False, "null": None}
"""What models write that know JSON better."""

_DOTTED = re.compile(r"[\w.]+")
_PART = re.compile(
    r"""\"{3}(?:[^\\]|\\.)*?\"{3}|'{3}(?:[^\\]|\\.)*?'{3}"""
    r"""|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|["'()\[\]{}]""",
    re.DOTALL,
)


def python_calls(text: str) -> list[tuple[str, str]]:
    """Returns the calls that a text is, and nothing else: each name, and its arguments as JSON."""
    if len(text) > LONGEST:
        return []
    try:
        with warnings.catch_warnings(action="ignore"):  # of escapes that Python does not know
            statements = ast.parse(dedent(text).strip()).body
        return [call for statement in statements for call in _calls(statement)]
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        return []


def list_end(text: str) -> int | None:
    """Returns where the bracket ends with which a text begins; None before its end came."""
    depth = 0
    for found in _PART.finditer(text):
        part = found[0]
        if part in ('"', "'"):
            return None  # a text that goes on
        depth += (part in "([{") - (part in ")]}")
        if not depth:
            return found.end()
    return None


def tool_name(name: str) -> str:
    """Returns a tool's name without what models put around it: `default_api.x`, `x.call`."""
    *before, last = name.split(".")
    return before[-1] if before and last == "call" else last


def _calls(node: ast.AST) -> Iterator[tuple[str, str]]:
    """Yields the calls of a statement or a list; raises ValueError for anything else."""
    match node:
        case ast.Expr(value=inner):
            yield from _calls(inner)
        case ast.List(elts=several) | ast.Tuple(elts=several):
            for one in several:
                yield from _calls(one)
        case ast.Call(func=ast.Name(id="print"), args=[ast.Call() as inner], keywords=[]):
            yield from _calls(inner)
        case ast.Call(func=ast.Name() | ast.Attribute() as function, args=[], keywords=given):
            name = ast.unparse(function)
            if not _DOTTED.fullmatch(name):
                raise ValueError("This is no name.")
            arguments = {str(keyword.arg): _value(keyword) for keyword in given}
            yield tool_name(name), json.dumps(arguments)
        case _:
            raise ValueError("This is no call with arguments by name.")


def _value(given: ast.keyword) -> Any:
    """Returns an argument; raises ValueError for what is no literal, or has no name (`**x`)."""
    if given.arg is None:
        raise ValueError("This argument has no name.")
    if isinstance(given.value, ast.Name) and given.value.id in _CONSTANTS:
        return _CONSTANTS[given.value.id]
    return ast.literal_eval(given.value)
