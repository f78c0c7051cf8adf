"""What a call may be given, and what a client is told of anything else."""

from typing import Any

import pytest

from sessions_app.engine.core import call_data
from sessions_app.engine.core.call_data import CallData, CallDataError, Variable, as_text, read

GIVEN: dict[str, Variable] = {"name": "Ada", "age": 36, "share": 0.25, "vip": True, "_empty": ""}


def test_nothing_is_given_by_none() -> None:
    assert read(None, None) == CallData() == read({}, {})


def test_texts_numbers_and_truth_are_taken() -> None:
    assert read(GIVEN, {"any": [{"thing": None}]}) == CallData(GIVEN, {"any": [{"thing": None}]})


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        ([], "must be an object"),
        ("name", "must be an object"),
        ({f"n{number}": 1 for number in range(51)}, "50 names"),
        ({"two words": 1}, "'two words' is refused. Names begin with a letter or _"),
        ({"": 1}, "'' is refused"),
        ({"1st": 1}, "'1st' is refused"),
        ({"na\u00efve": 1}, "is refused"),
        ({"name\n": 1}, "is refused"),
        ({"x" * 41: 1}, "up to 40 letters"),
        ({"name": None}, "name must be text, a number, true or false"),
        ({"name": ["Ada"]}, "name must be text"),
        ({"name": {"first": "Ada"}}, "name must be text"),
        ({"name": float("inf")}, "finite"),
        ({"name": 10**30}, "30 digits"),
        ({"name": "x" * 1001}, "1000 characters"),
        ({f"n{number}": "x" * 1000 for number in range(8)}, "8000 characters"),
    ],
)
def test_variables_that_cannot_be_taken_are_named(variables: Any, told: str) -> None:
    with pytest.raises(CallDataError, match=r"^`variables`") as refused:
        read(variables, None)
    assert told in str(refused.value)


@pytest.mark.parametrize("metadata", [[], "text", 1, {"x": "x" * 8192}, {"x": "\u20ac" * 2800}])
def test_metadata_that_cannot_be_taken_is_refused(metadata: Any) -> None:
    with pytest.raises(CallDataError, match=r"^`metadata`"):
        read(None, metadata)


def test_the_limits_are_what_is_just_taken() -> None:
    given = {"x" * 40: "x" * 1000}
    assert read(given, {"x": "x" * 8180}).variables == given
    assert len(read({f"n{number}": number for number in range(50)}, None).variables) == 50


def test_metadata_nested_without_end_is_refused() -> None:
    deep: Any = {}
    for _ in range(100_000):
        deep = {"x": deep}
    with pytest.raises(CallDataError, match="nested too deeply"):
        call_data.read_metadata(deep)


def test_values_as_texts_show_them() -> None:
    shown = [as_text(value) for value in ("Ada", 36, 0.25, 3.0, -0.0, True, False, "", 1e300)]
    assert shown == ["Ada", "36", "0.25", "3", "0", "true", "false", "", "1e+300"]


def test_the_winners_values_count() -> None:
    ours, theirs = CallData({"a": 1, "b": 1}, {"x": {"y": 1}}), CallData({"b": 2}, {"x": {"z": 2}})
    assert ours.overlaid(theirs) == CallData({"a": 1, "b": 2}, {"x": {"z": 2}})
