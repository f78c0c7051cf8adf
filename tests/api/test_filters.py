"""Filters of the list of calls by what happened in them."""

from typing import Any

import pytest
from django.contrib.auth.models import User

from sessions_app.models import Call, Segment
from tests.conftest import CallMaker


@pytest.fixture
def both(alice: User, make_call: CallMaker) -> tuple[Call, Call]:
    """A call with a gap, doubts and an interruption, and a short one without."""
    rough, smooth = make_call(alice), make_call(alice)
    for call, speaker, sure in ((rough, "agent", 0.4), (smooth, "caller", 0.9)):
        Segment.objects.create(
            call=call, seq=1, speaker=speaker, text="a zebra", start_ms=0, end_ms=1, confidence=sure
        )
    Segment.objects.filter(call=rough).update(heard_text="a")
    Call.objects.filter(pk=rough.pk).update(duration_ms=90_000, gaps=[[1000, 2000]])
    Call.objects.filter(pk=smooth.pk).update(duration_ms=5_000)
    return rough, smooth


@pytest.mark.parametrize(
    ("asked", "rough", "smooth"),
    [
        ("q=zebra", True, True),
        ("q=zeb*&speaker=agent", True, False),
        ("q=zebra&speaker=caller", False, True),
        ("q=a&speaker=caller", False, True),
        ("speaker=caller", True, True),
        ("duration_min_ms=6000", True, False),
        ("duration_max_ms=6000", False, True),
        ("confidence_below=0.5", True, False),
        ("interrupted=true", True, False),
        ("interrupted=false", False, True),
        ("gaps=true", True, False),
        ("gaps=false", False, True),
        ("gaps=true&q=walrus", False, False),
    ],
)
def test_calls_are_found_by_what_happened_in_them(
    program: Any, both: tuple[Call, Call], asked: str, rough: bool, smooth: bool
) -> None:
    found = {call["id"] for call in program.get(f"/api/v1/calls/?{asked}").json()["results"]}
    assert [call.public_id in found for call in both] == [rough, smooth]


@pytest.mark.parametrize(
    "asked",
    [
        "speaker=nobody",
        "confidence_below=2",
        "confidence_below=x",
        "duration_min_ms=x",
        "duration_max_ms=0.5",
        "interrupted=yes",
        "gaps=null",
    ],
)
def test_wrong_values_are_named(program: Any, both: tuple[Call, Call], asked: str) -> None:
    answer = program.get(f"/api/v1/calls/?{asked}")
    assert answer.status_code == 400
    assert asked.partition("=")[0] in answer.content.decode()


@pytest.mark.parametrize("name", ["state", "agent", "speaker"])
@pytest.mark.parametrize("value", ["%", "%s", "100%(x)d"])
def test_a_percent_sign_is_quoted_like_any_other(program: Any, name: str, value: str) -> None:
    answer = program.get("/api/v1/calls/", {name: value})
    assert answer.status_code == 400
    assert repr(value) in answer.json()["fields"][name][0]


def test_more_tags_than_a_call_may_have_find_none(program: Any, both: tuple[Call, Call]) -> None:
    many = ",".join(f"tag {number}" for number in range(1200))
    assert program.get("/api/v1/calls/", {"tag": many}).json()["results"] == []


@pytest.mark.parametrize(
    "asked",
    [
        {"metadata.order": [str(number) for number in range(900)]},
        {f"variables.v{number}": "1" for number in range(900)},
        {f"extraction.v{number}": "1" for number in range(900)},
    ],
)
def test_too_many_values_at_once_are_refused(program: Any, asked: Any) -> None:
    answer = program.get("/api/v1/calls/", asked)
    assert answer.status_code == 400
    assert "at most" in str(answer.json()["fields"])
