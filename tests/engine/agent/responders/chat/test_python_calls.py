"""Calls of tools that are written as Python: read as literals, never run."""

import json
from typing import Any

import pytest

from sessions_app.engine.agent.responders.chat.python_calls import LONGEST, list_end, python_calls

MILK = {"text": "Milk"}


def read(text: str) -> list[tuple[str, Any]]:
    return [(name, json.loads(arguments)) for name, arguments in python_calls(text)]


@pytest.mark.parametrize(
    ("text", "calls"),
    [
        ('[take_note(text="Milk")]', [("take_note", MILK)]),
        ("take_note(text='Milk')", [("take_note", MILK)]),
        ('print(take_note(text="Milk"))', [("take_note", MILK)]),
        (
            'print(take_note(text="Milk"))\n# and\nend_call()',
            [("take_note", MILK), ("end_call", {})],
        ),
        ("[end_call(), take_note(text='Milk')]", [("end_call", {}), ("take_note", MILK)]),
        ("print(default_api.take_note(text='Milk'))", [("take_note", MILK)]),
        ("  x(n=-1, f=2.5, b=True, c=false, d=null, l=['a', {'b': None}])  ", None),
        (r'x(text="a \d \n")', [("x", {"text": "a \\d \n"})]),
    ],
)
def test_calls_are_read(text: str, calls: Any) -> None:
    every = {"n": -1, "f": 2.5, "b": True, "c": False, "d": None, "l": ["a", {"b": None}]}
    assert read(text) == (calls or [("x", every)])


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Milk",
        "[1]",
        "[see (a) below]",
        "take_note('Milk')",
        "take_note(text=milk)",
        "take_note(text=open('x').read())",
        "take_note(**{'text': 'Milk'})",
        "take_note(text={1, 2})",
        "take_note(text=b'x')",
        "take_note(text='Milk'",
        "x = take_note(text='Milk')",
        "take_note(text='Milk'); import os",
        "(lambda: 1)()()",
        "f().take_note(text='Milk')",
        "take_note(text='\0')",
        "x(a=" + "(" * 3000,
        "x(a='" + "a" * LONGEST + "')",
    ],
)
def test_what_is_no_call_with_literals_is_none(text: str) -> None:
    assert read(text) == []


@pytest.mark.parametrize(
    ("text", "end"),
    [
        ("[a(b='c')] d]", 10),
        ("""[a(b="]", c='\\']')]""", 19),
        ('[a(b="""]"]""")]', 16),
        ("[a(b=[1], c={'d': (2)})]", 24),
        ("[a(b='c", None),
        ("[a(b", None),
    ],
)
def test_a_bracket_ends_outside_of_texts(text: str, end: int | None) -> None:
    assert list_end(text) == end
