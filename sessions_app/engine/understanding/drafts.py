"""A summary as a model writes it, read with patience and checked against the call. Pure."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sessions_app.engine.text.cleaning import one_line
from sessions_app.engine.text.writing import clip

LONGEST_TITLE, LONGEST_TEXT, LONGEST_OWNER = 120, 600, 100
"""Characters of a title, of a statement, and of an action item's owner; the rest is cut off."""

MOST_STATEMENTS = 60
"""In one list; a model that writes more repeats itself."""

MOST_NUMBERS = 20
"""Lines that one statement may rest on."""

_POINTS = ("summary", "points", "key_points", "overview")
_DECISIONS = ("decisions", "decision")
_TODOS = ("todos", "to_dos", "todo", "action_items", "actions", "tasks")
_TEXTS = ("text", "statement", "sentence", "description", "task", "todo", "decision", "point")
_NUMBERS = ("segments", "segment", "lines", "line", "numbers", "sources")
_OWNERS = ("owner", "who", "assignee", "responsible")
_DAYS = ("due", "due_date", "date", "deadline")
_NOBODY = frozenset({"", "none", "null", "nil", "n/a", "na", "unknown", "unspecified", "-", "?"})
_RANGE = re.compile(r"(\d{1,6})\s*(?:-|\u2013|\.\.|to)\s*(\d{1,6})|(\d{1,6})")


@dataclass(frozen=True, slots=True)
class Statement:
    """One sentence of a summary and the numbers of the lines it rests on, each of which exists."""

    text: str
    numbers: tuple[int, ...] = ()
    who: str = ""
    due: str = ""

    def as_json(self) -> dict[str, Any]:
        """Returns it in the form that models are asked for."""
        return {"text": self.text, "segments": list(self.numbers)}


@dataclass(frozen=True, slots=True)
class SummaryDraft:
    """A model's summary; `invented` counts numbers of lines that there are not."""

    title: str = ""
    points: tuple[Statement, ...] = ()
    decisions: tuple[Statement, ...] = ()
    todos: tuple[Statement, ...] = ()
    invented: int = 0

    @property
    def statements(self) -> tuple[Statement, ...]:
        return (*self.points, *self.decisions, *self.todos)

    def as_json(self) -> dict[str, Any]:
        """Returns it in the form that models are asked for."""
        todos = [{**one.as_json(), "owner": one.who, "due": one.due} for one in self.todos]
        return {
            "title": self.title,
            "summary": [one.as_json() for one in self.points],
            "decisions": [one.as_json() for one in self.decisions],
            "todos": todos,
        }


def read_draft(answer: Mapping[str, Any], known: Collection[int]) -> SummaryDraft:
    """Returns a model's answer without the numbers that are not `known`, which are counted."""
    dropped: list[int] = []

    def listed(names: Iterable[str]) -> tuple[Statement, ...]:
        given = _first(answer, names)
        items = given if isinstance(given, list) else [given]
        found = (_statement(item, known, dropped) for item in items[:MOST_STATEMENTS])
        return tuple(one for one in found if one is not None)

    title = answer.get("title")
    return SummaryDraft(
        clip(one_line(title), LONGEST_TITLE) if isinstance(title, str) else "",
        listed(_POINTS),
        listed(_DECISIONS),
        listed(_TODOS),
        len(dropped),
    )


def _statement(item: Any, known: Collection[int], dropped: list[int]) -> Statement | None:
    given = item if isinstance(item, Mapping) else {"text": item}
    text = _text(_first(given, _TEXTS), LONGEST_TEXT)
    if not text:
        return None
    numbers = list(dict.fromkeys(numbers_in(_first(given, _NUMBERS))))
    dropped += [number for number in numbers if number not in known]
    kept = [number for number in numbers if number in known]
    owner = _text(_first(given, _OWNERS), LONGEST_OWNER)
    day = _moment(_text(_first(given, _DAYS), LONGEST_OWNER))
    return Statement(text, tuple(sorted(kept[:MOST_NUMBERS])), owner, day)


def _first(given: Mapping[str, Any], names: Iterable[str]) -> Any:
    return next((given[name] for name in names if given.get(name) not in (None, "")), None)


def _text(value: Any, most: int) -> str:
    if not isinstance(value, str | int) or isinstance(value, bool):
        return ""
    text = clip(one_line(str(value)), most)
    return "" if text.lower() in _NOBODY else text


def numbers_in(value: Any) -> Iterator[int]:
    """Yields the numbers in what should be a list of them: "3", "[3-5]", 3.0, {"segment": 3}."""
    if isinstance(value, bool) or value is None:
        return
    if isinstance(value, int | float):
        yield int(value) if abs(value) < 1e6 else 0  # noqa: PLR2004 - no call has as many
    elif isinstance(value, str):
        yield from _written_numbers(value)
    elif isinstance(value, list | Mapping):
        items = value.values() if isinstance(value, Mapping) else value
        for item in list(items)[: 2 * MOST_NUMBERS]:
            yield from numbers_in(item)


def _written_numbers(text: str) -> Iterator[int]:
    for first, last, alone in _RANGE.findall(text):
        if alone:
            yield int(alone)
        else:
            yield from range(int(first), min(int(last), int(first) + MOST_NUMBERS) + 1)


def _moment(text: str) -> str:
    """Returns a day or moment in ISO 8601, to the minute; empty for anything else."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return ""
    has_time = len(text) > len("2026-12-01")
    return moment.strftime("%Y-%m-%dT%H:%M") if has_time else moment.date().isoformat()
