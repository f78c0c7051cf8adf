"""A model's values of fields, read with patience and checked against schema and call. Pure."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sessions_app.engine.summaries.taking import Fields
from sessions_app.engine.text.cleaning import one_line
from sessions_app.engine.understanding.drafts import MOST_NUMBERS, numbers_in
from sessions_app.engine.understanding.fields import type_of, value_problem

_NOTHING = frozenset({"", "null", "none", "nil", "n/a", "unknown", "not mentioned", "unspecified"})
_YES = frozenset({"true", "yes"})
_NO = frozenset({"false", "no"})


@dataclass(slots=True)
class ReadValues:
    """Valid values with the lines they rest on; `wrong` are problems by field.

    `invented` counts numbers of lines that there are not.
    """

    values: dict[str, Any] = field(default_factory=dict)
    numbers: dict[str, list[int]] = field(default_factory=dict)
    wrong: dict[str, str] = field(default_factory=dict)
    invented: int = 0

    def add(self, later: "ReadValues") -> None:
        """Takes over what a later part of the call says; lists are put together."""
        for name, value in later.values.items():
            before, numbers = self.values.get(name), later.numbers.get(name, [])
            if isinstance(value, list) and isinstance(before, list):
                self.values[name] = [*before, *(item for item in value if item not in before)]
                self.numbers[name] = [*self.numbers[name], *numbers]
            else:
                self.values[name], self.numbers[name] = value, numbers
        self.wrong |= later.wrong
        self.invented += later.invented


def read_values(answer: Mapping[str, Any], fields: Fields, known: Collection[int]) -> ReadValues:
    """Returns what a model's answer says of the fields; what it leaves out is not said."""
    found = ReadValues()
    for name, wanted in fields.items():
        given = answer.get(name)
        item = given if isinstance(given, Mapping) else {"value": given}
        value = _coerced(item.get("value"), wanted)
        if value is None:
            continue
        if problem := value_problem(wanted, value):
            found.wrong[name] = problem
            continue
        numbers = list(dict.fromkeys(numbers_in(item.get("segments"))))
        kept = sorted(number for number in numbers if number in known)
        found.values[name] = value
        found.numbers[name] = kept[:MOST_NUMBERS]
        found.invented += len(numbers) - len(kept)
    return found


def _coerced(value: Any, wanted: Mapping[str, Any]) -> Any:
    """Returns the value in the type that is wanted, where there is no doubt; else as it is."""
    kind = type_of(wanted)
    if isinstance(value, str):
        value = one_line(value)
        if value.lower() in _NOTHING and value not in wanted.get("enum", ()):
            return None
    if kind == "array":
        return _items(value, wanted)
    if isinstance(value, str):
        return _of_text(value, kind, wanted)
    if kind == "string" and isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    if kind == "integer" and isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _items(value: Any, wanted: Mapping[str, Any]) -> Any:
    if value is None:
        return None
    inner = wanted.get("items", {"type": "string"})
    given = value if isinstance(value, list) else [value]
    return [one for item in given if (one := _coerced(item, inner)) is not None] or None


def _of_text(text: str, kind: str, wanted: Mapping[str, Any]) -> Any:
    if kind == "boolean" and text.lower() in _YES | _NO:
        return text.lower() in _YES
    if kind in {"number", "integer"}:
        return next(_numbers_of(text, kind), text)
    same = (one for one in wanted.get("enum", ()) if str(one).lower() == text.lower())
    return next(same, text)


def _numbers_of(text: str, kind: str) -> Iterator[float]:
    try:
        number = float(text)
    except ValueError:
        return
    yield int(number) if kind == "integer" and number.is_integer() else number
