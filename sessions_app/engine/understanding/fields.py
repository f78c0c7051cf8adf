"""Fields that operators ask for: a subset of JSON Schema, and values checked by it. Pure.

https://json-schema.org/draft/2020-12. A schema is one object of plain properties, without nesting,
so that each value can be shown, filtered and corrected.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from functools import lru_cache
from typing import Any

import re2
from jsonschema import Draft202012Validator, FormatChecker, SchemaError, ValidationError
from jsonschema.validators import extend

MOST_FIELDS, LONGEST_NAME, LONGEST_PATTERN = 40, 40, 200
"""Fields of a schema; characters of a name and of a pattern. More fill the model's context."""

LONGEST_TEXT, MOST_ITEMS = 500, 50
"""Of one value, and of each item of a list."""

LARGEST = 10**18
"""The largest number, either sign: databases store and compare these exactly."""

SCALARS = ("string", "number", "integer", "boolean")
TYPES = (*SCALARS, "array")
FORMATS = ("date", "date-time", "time", "email", "phone", "amount", "person")
"""Formats of texts and numbers. The last three tell what to look for where no model reads."""

_TOP = frozenset({"$schema", "type", "title", "description", "properties", "required"})
_TOP_TOO = frozenset({"additionalProperties"})
_PLAIN = frozenset(
    {
        *("type", "title", "description", "enum", "format", "pattern", "minimum", "maximum"),
        *("exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength"),
        *("minItems", "maxItems", "uniqueItems", "items", "examples"),
    }
)
_NAME = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")

FEWEST_DIGITS = 5
"""Digits that a telephone number has."""

formats = FormatChecker(())
formats.checks("date", ValueError)(lambda value: _is(value, date.fromisoformat))
formats.checks("date-time", ValueError)(lambda value: _is(value, datetime.fromisoformat))
formats.checks("time", ValueError)(lambda value: _is(value, time.fromisoformat))
formats.checks("email")(lambda value: not isinstance(value, str) or "@" in value)
formats.checks("phone")(
    lambda value: not isinstance(value, str) or sum(map(str.isdigit, value)) >= FEWEST_DIGITS
)


def _is(value: Any, read: Any) -> bool:
    if isinstance(value, str):
        read(value)
    return True


def type_of(field: Mapping[str, Any]) -> str:
    """Returns the type of a field's values, besides null."""
    given = field.get("type", "string")
    names = [name for name in given if name != "null"] if isinstance(given, list) else [given]
    return str(names[0]) if len(names) == 1 else ""


def label_of(name: str, field: Mapping[str, Any]) -> str:
    """Returns how people are shown a field: its title, or its name with blanks."""
    return str(field.get("title") or name.replace("_", " ").capitalize())


def display_value(value: Any) -> str:
    """Returns a value as people read it; empty for none."""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, list):
        return ", ".join(map(display_value, value))
    return "" if value is None else str(value)


def schema_problem(schema: Any) -> str:
    """Returns what is wrong with an agent's schema, as a sentence for its operator; or nothing."""
    if schema == {}:
        return ""
    if not isinstance(schema, Mapping) or schema.get("type") != "object":
        return 'The schema must be an object with "type": "object" and "properties".'
    if unknown := sorted(set(schema) - _TOP - _TOP_TOO):
        return f'"{unknown[0]}" is not supported beside "properties".'
    fields = schema.get("properties")
    if not isinstance(fields, Mapping) or not fields:
        return '"properties" must name one field at least.'
    if len(fields) > MOST_FIELDS:
        return f"There may be {MOST_FIELDS} fields at most; these are {len(fields)}."
    return next((told for name in fields if (told := _field_problem(name, fields[name]))), "")


def _field_problem(name: str, field: Any) -> str:
    if not _NAME.fullmatch(name) or len(name) > LONGEST_NAME:
        return (
            f'"{name[:LONGEST_NAME]}" cannot be a field\'s name. Use up to {LONGEST_NAME} letters '
            "a to z, digits and single underscores, such as order_number."
        )
    if not isinstance(field, Mapping):
        return f'"{name}" must be an object, such as {{"type": "string"}}.'
    if unknown := sorted(set(field) - _PLAIN):
        known = ", ".join(sorted(_PLAIN))
        return f'"{name}": "{unknown[0]}" is not supported. A field may have: {known}.'
    if type_of(field) not in TYPES:
        return f'"{name}": "type" must be one of {", ".join(TYPES)}; fields cannot be nested.'
    return _values_problem(name, field)


def _values_problem(name: str, field: Mapping[str, Any]) -> str:
    if "format" in field and field["format"] not in FORMATS:
        return f'"{name}": "format" must be one of {", ".join(FORMATS)}.'
    items = field.get("items", {"type": "string"})
    if type_of(field) == "array" and (
        not isinstance(items, Mapping) or type_of(items) not in SCALARS or set(items) - _PLAIN
    ):
        return f'"{name}": "items" must have a "type" of {", ".join(SCALARS)}.'
    for part in (field, items if isinstance(items, Mapping) else {}):
        if len(str(part.get("pattern", ""))) > LONGEST_PATTERN:
            return f'"{name}": "pattern" may have {LONGEST_PATTERN} characters at most.'
    try:
        Draft202012Validator.check_schema(dict(field), Draft202012Validator.FORMAT_CHECKER)
    except SchemaError as error:
        where = "".join(f' at "{part}"' for part in error.absolute_path)
        return f'"{name}"{where}: {error.message}.'
    for part in (field, items):
        if "pattern" in part and _linear(part["pattern"]) is None:
            return (
                f'"{name}": "pattern" cannot be used: it has no look-ahead, look-behind or '
                "references to groups, whose search may never end."
            )
    return ""


def value_problem(field: Mapping[str, Any], value: Any) -> str:
    """Returns what is wrong with a value of a field, in the validator's words; None is fine."""
    if value is None:
        return ""
    if isinstance(value, list) and len(value) > MOST_ITEMS:
        return f"It has more than {MOST_ITEMS} items."
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, str) and len(one) > LONGEST_TEXT:
            return f"It is longer than {LONGEST_TEXT} characters."
        if isinstance(one, int | float) and not _is_kept(one):
            return "It is no number between -10^18 and 10^18."
    wanted = {"type": "string", **field}
    found = _Validator(wanted, format_checker=formats).iter_errors(value)
    return next((error.message for error in found), "")


def _is_kept(number: float) -> bool:
    """Returns whether a number can be stored; JSON has neither infinity nor NaN."""
    return abs(number) <= LARGEST  # of NaN, this is false


@lru_cache(256)
def _linear(pattern: str) -> Any:
    """Returns a pattern of RE2, whose search takes linear time; None where RE2 lacks something.

    A pattern that backtracks could keep a worker, or the process with the live calls, for ever.
    """
    try:
        return re2.compile(pattern, _OPTIONS)
    except re2.error:
        return None


def _matches(_validator: Any, pattern: str, value: Any, _schema: Any) -> Iterator[ValidationError]:
    if not isinstance(value, str):
        return
    # of before patterns had to be RE2's, where it cannot be linear
    found = (_linear(pattern) or re.compile(pattern)).search(value)
    if found is None:
        yield ValidationError(f"{value!r} does not match {pattern!r}")


_OPTIONS = re2.Options()
_OPTIONS.log_errors = False
_Validator: Any = extend(  # type: ignore[no-untyped-call]
    Draft202012Validator, {"pattern": _matches}
)
