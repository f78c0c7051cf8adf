"""Summaries of the wrong types, which models write."""

from typing import Any

import pytest

from sessions_app.engine.understanding.drafts import MOST_STATEMENTS, Statement, read_draft

KNOWN = range(1, 10)


@pytest.mark.parametrize(
    ("given", "numbers", "invented"),
    [
        ([1, 2], (1, 2), 0),
        ([2, 1, 2], (1, 2), 0),
        ("3", (3,), 0),
        (["[3]", "segment 4"], (3, 4), 0),
        ("2-4", (2, 3, 4), 0),
        ("2 to 4, 6", (2, 3, 4, 6), 0),
        (5, (5,), 0),
        (5.0, (5,), 0),
        ([{"segment": 3}], (3,), 0),
        ([1, 77, 78], (1,), 2),
        ([0, -3, 1e300, True, None, "none"], (), 2),
        (None, (), 0),
        ("4-1000000", (4, 5, 6, 7, 8, 9), 16),
        ([[[1]]], (1,), 0),
    ],
)
def test_numbers_in_any_form(given: Any, numbers: tuple[int, ...], invented: int) -> None:
    draft = read_draft({"summary": [{"text": "It is so.", "segments": given}]}, KNOWN)
    assert draft.points == (Statement("It is so.", numbers),)
    assert draft.invented == invented


@pytest.mark.parametrize(
    ("given", "points"),
    [
        ("They spoke.", [("They spoke.", ())]),
        (["One.", " Two\n words. "], [("One.", ()), ("Two words.", ())]),
        ({"text": "One.", "segments": [1]}, [("One.", (1,))]),
        ([{"statement": "One.", "lines": [2]}], [("One.", (2,))]),
        ([None, {}, {"text": None}, {"text": ["x"]}, 7, True, "n/a"], [("7", ())]),
        (None, []),
        (3.5, []),
    ],
)
def test_statements_in_any_form(given: Any, points: list[tuple[str, tuple[int, ...]]]) -> None:
    found = read_draft({"summary": given}, KNOWN).points
    assert [(one.text, one.numbers) for one in found] == points


@pytest.mark.parametrize(
    ("owner", "due", "who", "day"),
    [
        ("Ann", "2026-12-01", "Ann", "2026-12-01"),
        (None, None, "", ""),
        ("none", "unknown", "", ""),
        (["Ann"], 20261201, "", "2026-12-01"),
        ("", "2026-12-01T09:00", "", "2026-12-01T09:00"),
        ("", "2026-12-01 09:00:30", "", "2026-12-01T09:00"),
        ("", "2026-12-01T09:00:00+01:00", "", "2026-12-01T09:00"),
        ("", "next Tuesday", "", ""),
        ("", "2026-13-01", "", ""),
        ("", "2026-12-01; rm -rf", "", ""),
    ],
)
def test_owners_and_days(owner: Any, due: Any, who: str, day: str) -> None:
    todo = {"text": "Call.", "owner": owner, "due": due, "segments": []}
    assert read_draft({"todos": [todo]}, KNOWN).todos == (Statement("Call.", (), who, day),)


@pytest.mark.parametrize("name", ["todos", "to_dos", "action_items", "tasks"])
def test_other_names_for_the_lists(name: str) -> None:
    assert read_draft({name: ["Call."]}, KNOWN).todos == (Statement("Call."),)


def test_there_is_an_end_to_it() -> None:
    draft = read_draft({"title": "x" * 9999, "summary": ["y" * 9999] * 9999}, KNOWN)
    assert len(draft.title) <= 121
    assert len(draft.points) == MOST_STATEMENTS
    assert len(draft.points[0].text) <= 601
    assert read_draft({"title": ["x"], "summary": 1e400}, KNOWN).title == ""
