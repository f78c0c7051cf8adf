"""Which fields an operator may ask for, and which values they take."""

import math
import time
from typing import Any

import pytest

from sessions_app.engine.understanding.fields import MOST_FIELDS, schema_problem, value_problem


def schema(**fields: Any) -> dict[str, Any]:
    return {"type": "object", "properties": fields}


GOOD = schema(
    order_number={"type": "string", "pattern": "[A-Z]{2}[0-9]+", "description": "As it is said."},
    callback_wanted={"type": "boolean", "title": "Call back?"},
    mood={"type": ["string", "null"], "enum": ["calm", "angry", None]},
    amount={"type": "number", "minimum": 0, "format": "amount"},
    items={"type": "array", "items": {"type": "string"}, "maxItems": 5},
    day={"type": "string", "format": "date"},
    cents={"type": "number", "multipleOf": 0.01},
    numbers={"type": "array", "items": {"type": "number"}},
    plain={},
)


def test_a_flat_schema_is_fine() -> None:
    assert schema_problem(GOOD) == ""
    assert schema_problem({**GOOD, "required": ["mood"], "additionalProperties": False}) == ""
    assert schema_problem({}) == ""


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ([], '"type": "object"'),
        ("x", '"type": "object"'),
        ({"properties": {"a": {}}}, '"type": "object"'),
        (schema(), "must name one field"),
        ({"type": "object", "properties": []}, "must name one field"),
        ({**GOOD, "$defs": {}}, '"$defs" is not supported'),
        ({**GOOD, "anyOf": []}, '"anyOf" is not supported'),
        (
            schema(**{f"f{n}": {} for n in range(MOST_FIELDS + 1)}),
            "40 fields at most; these are 41",
        ),
        (schema(**{"Order number": {}}), '"Order number" cannot be a field\'s name'),
        (schema(a__b={}), '"a__b" cannot'),
        (schema(a="string"), '"a" must be an object'),
        (schema(a={"type": "object", "properties": {}}), '"a": "properties" is not supported'),
        (schema(a={"type": "object"}), '"a": "type" must be one of'),
        (schema(a={"type": ["string", "integer"]}), '"a": "type" must be one of'),
        (schema(a={"$ref": "#/x"}), '"a": "$ref" is not supported. A field may have: description'),
        (schema(a={"type": "array", "items": {"type": "object"}}), '"a": "items" must have'),
        (schema(a={"type": "array", "items": []}), '"a": "items" must have'),
        (schema(a={"format": "uri"}), '"a": "format" must be one of date'),
        (schema(a={"pattern": "("}), '"a" at "pattern"'),
        (schema(a={"pattern": "x" * 201}), "200 characters at most"),
        (schema(a={"enum": "calm"}), "\"a\" at \"enum\": 'calm' is not of type 'array'"),
        (schema(a={"minLength": -1}), '"a" at "minLength"'),
    ],
)
def test_what_is_wrong_is_told(given: Any, told: str) -> None:
    assert told in schema_problem(given)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("order_number", "AB12"),
        ("callback_wanted", False),
        ("mood", "calm"),
        ("amount", 12.5),
        ("items", ["a", "b"]),
        ("day", "2026-12-01"),
        ("plain", "x"),
        ("day", None),
    ],
)
def test_good_values(name: str, value: Any) -> None:
    assert value_problem(GOOD["properties"][name], value) == ""


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("order_number", "12", "does not match"),
        ("order_number", 12, "is not of type 'string'"),
        ("callback_wanted", "yes", "is not of type 'boolean'"),
        ("mood", "glad", "is not one of"),
        ("amount", -1, "less than the minimum"),
        ("items", ["a"] * 6, "too long"),
        ("items", ["a"] * 51, "more than 50 items"),
        ("items", [1], "is not of type 'string'"),
        ("day", "2026-13-01", "is not a 'date'"),
        ("plain", "x" * 501, "longer than 500"),
        ("plain", {"a": 1}, "is not of type 'string'"),
        ("items", ["x" * 501], "longer than 500"),
        ("amount", math.nan, "no number between"),
        ("amount", math.inf, "no number between"),
        ("amount", 10**400, "no number between"),
        ("cents", math.nan, "no number between"),
        ("cents", 10**400, "no number between"),
        ("numbers", [1, -math.inf], "no number between"),
    ],
)
def test_wrong_values(name: str, value: Any, told: str) -> None:
    assert told in value_problem(GOOD["properties"][name], value)


def test_no_pattern_takes_exponential_time() -> None:
    began = time.process_time()
    assert "does not match" in value_problem({"pattern": "^(a+)+$"}, "a" * 400 + "!")
    listed = {"type": "array", "items": {"type": "string", "pattern": "^(a+)+$"}}
    assert "does not match" in value_problem(listed, ["a" * 400 + "!"])
    assert time.process_time() - began < 1.0
    for wanted in (
        {"pattern": "(?=a)a"},
        {"type": "array", "items": {"type": "string", "pattern": r"(a)\1"}},
    ):
        assert "no look-ahead" in schema_problem(schema(code=wanted))
    assert value_problem({"pattern": "(?=a)a"}, "a") == ""  # kept from before
