"""What calls were given, over REST: fields, filters and tickets."""

from typing import Any

import pytest
from django.contrib.auth.models import User

from sessions_app.models import Call, Ticket
from tests.api.conftest import Program
from tests.conftest import CallMaker

CALLS = "/api/v1/calls/"


@pytest.fixture
def four(alice: User, make_call: CallMaker) -> list[Call]:
    """Calls whose metadata differ, one with none."""
    given: list[tuple[Any, Any]] = [
        ({"order": "4711", "contains": "x"}, {"name": "Ada"}),
        ({"order": 4711, "vip": True}, {"name": "Bob"}),
        ({"order": 12, "vip": False, "share": 1.5, "in": {"a": 1}}, {"count": 3}),
        ({}, {}),
    ]
    made = []
    for metadata, variables in given:
        call = make_call(alice)
        Call.objects.filter(pk=call.pk).update(metadata=metadata, variables=variables)
        made.append(call)
    return made


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"metadata.order": "4711"}, [0, 1]),
        ({"metadata.order": "12"}, [2]),
        ({"metadata.order": ["12", "4711"]}, [0, 1, 2]),
        ({"metadata.vip": "true"}, [1]),
        ({"metadata.vip": "false"}, [2]),
        ({"metadata.vip": "1"}, []),
        ({"metadata.share": "1.5"}, [2]),
        ({"metadata.contains": "x"}, [0]),
        ({"metadata.in": "1"}, []),
        ({"metadata.order": "NaN"}, []),
        ({"metadata.order": "-Infinity"}, []),
        ({"metadata.order": "1e999"}, []),
        ({"metadata.order__gt": "1"}, []),
        ({"metadata.none": "4711"}, []),
        ({"variables.name": "Ada"}, [0]),
        ({"variables.count": "3", "metadata.order": "12"}, [2]),
        ({"variables.count": "3", "metadata.order": "4711"}, []),
    ],
)
def test_lists_are_narrowed(
    program: Program, four: list[Call], query: dict[str, Any], found: list[int]
) -> None:
    listed = program.get(CALLS, query)
    assert listed.status_code == 200
    expected = {four[place].public_id for place in found}
    assert {call["id"] for call in listed.json()["results"]} == expected
    by_cursor = program.get(CALLS, query | {"cursor": ""}).json()["results"]
    assert {call["id"] for call in by_cursor} == expected


@pytest.mark.parametrize("name", ["metadata.", "metadata.1", "metadata.a.b", "variables.a b"])
def test_a_key_that_there_cannot_be_is_refused(program: Program, name: str) -> None:
    answer = program.get(CALLS, {name: "x"})
    assert (answer.status_code, list(answer.json()["fields"])) == (400, [name])
    assert "Name a key at the top" in answer.json()["fields"][name][0]


@pytest.mark.parametrize("name", ["metadata", "order.metadata", "variable.x"])
def test_another_parameter_is_unknown(program: Program, name: str) -> None:
    assert program.get(CALLS, {name: "x"}).json()["code"] == "unknown_parameter"


def test_both_are_told(program: Program, four: list[Call]) -> None:
    one = program.get(f"{CALLS}{four[1].public_id}/").json()
    assert (one["variables"], one["metadata"]) == ({"name": "Bob"}, {"order": 4711, "vip": True})


def test_a_ticket_is_made_with_both(program: Program) -> None:
    body = {"variables": {"name": "A\ud83dda", "vip": True}, "metadata": {"order": [1]}}
    assert program.send("POST", "/api/v1/tickets", body).status_code == 201
    row = Ticket.objects.get()
    assert (row.variables, row.metadata) == ({"name": "Ada", "vip": True}, {"order": [1]})


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"variables": {"two words": 1}}, "'two words' is refused"),
        ({"variables": []}, "must be an object"),
        ({"metadata": "x"}, "must be a JSON object"),
        ({"metadata": {"x": "x" * 9000}}, "8 KiB"),
    ],
)
def test_a_ticket_with_what_cannot_be_taken_is_refused(
    program: Program, body: dict[str, Any], told: str
) -> None:
    answer = program.send("POST", "/api/v1/tickets", body)
    assert answer.status_code == 400
    assert told in str(answer.json()["fields"])
    assert not Ticket.objects.exists()
