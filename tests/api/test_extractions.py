"""What was taken from calls, over REST."""

from typing import Any

import pytest
from django.contrib.auth.models import User

from sessions_app.models import AccessLog, Agent, Call, Extraction
from tests.api.conftest import Program, openapi
from tests.conftest import CallMaker

SCHEMA = {
    "type": "object",
    "properties": {
        "order_number": {"type": "string", "maxLength": 9},
        "callback_wanted": {"type": "boolean"},
        "mood": {"enum": ["calm", "angry"]},
        "pieces": {"type": "integer"},
        "price": {"type": "number"},
    },
}
VALUES = {
    "order_number": "12",
    "callback_wanted": True,
    "mood": None,
    "pieces": 3,
    "price": 2.5,
}


@pytest.fixture
def taken(ended: Call) -> Call:
    Agent.objects.filter(pk=ended.agent_id).update(extraction_schema=SCHEMA)
    Extraction.objects.create(
        call=ended,
        state="done",
        schema=SCHEMA,
        schema_version=2,
        values=VALUES,
        found=VALUES,
        evidence={"pieces": [3]},
        engine="model",
        model="m",
    )
    return ended


def path(call: Call, tail: str = "") -> str:
    return f"/api/v1/calls/{call.public_id}/extraction{tail}"


def test_values(program: Program, taken: Call) -> None:
    answer = program.get(path(taken)).json()
    assert (answer["state"], answer["values"]) == ("done", VALUES)
    assert (answer["evidence"], answer["corrections"]) == ({"pieces": [3]}, {})
    assert (answer["schema"], answer["schema_version"]) == (SCHEMA, 2)
    assert (answer["corrected_by"], answer["cost"]) == ("", None)
    entry = AccessLog.objects.get()
    assert (entry.action, entry.detail) == ("read", "taken values over REST")


def test_a_call_of_which_nothing_is_taken(program: Program, ended: Call) -> None:
    answer = program.get(path(ended))
    assert answer.status_code == 404
    assert "asks for nothing" in answer.json()["message"]


def test_staff_correct_values_and_take_that_back(staff: User, taken: Call) -> None:
    desk = Program(staff)
    answer = desk.send("PATCH", path(taken), {"values": {"mood": "angry", "pieces": None}}).json()
    assert answer["values"] == {**VALUES, "mood": "angry", "pieces": None}
    assert (answer["corrections"], answer["corrected_by"]) == (
        {"mood": "angry", "pieces": None},
        "staff",
    )
    assert answer["found"] == VALUES
    back = desk.send("PATCH", path(taken), {"take_back": ["pieces"]}).json()
    assert (back["values"]["pieces"], back["corrections"]) == (3, {"mood": "angry"})
    assert AccessLog.objects.filter(action="edited", user=staff).count() == 2


@pytest.mark.parametrize(
    ("body", "field", "told"),
    [
        ({"values": {"mod": "angry"}}, "mod", "did you mean 'mood'?"),
        ({"values": {"mood": "glad"}}, "mood", "is not one of"),
        ({"values": {"callback_wanted": "yes"}}, "callback_wanted", "not of type 'boolean'"),
        ({"values": {"order_number": "1234567890"}}, "order_number", "too long"),
        ({"take_back": ["mood"]}, "mood", "no correction"),
        ({"values": []}, "values", "dictionary"),
        ({"value": {}}, "value", "There is no"),
    ],
)
def test_wrong_corrections_are_told(
    staff: User, taken: Call, body: Any, field: str, told: str
) -> None:
    answer = Program(staff).send("PATCH", path(taken), body)
    assert answer.status_code == 400
    assert told in str(answer.json()["fields"][field])
    assert Extraction.objects.get().values == VALUES


def test_others_correct_nothing(program: Program, viewer: User, bob: User, taken: Call) -> None:
    body = {"values": {"mood": "angry"}}
    assert program.send("PATCH", path(taken), body).status_code == 403
    assert Program(viewer).send("PATCH", path(taken), body).status_code == 403
    assert Program(bob).send("PATCH", path(taken), body).status_code == 404
    assert Extraction.objects.get().values == VALUES


def test_staff_have_values_taken_again(staff: User, taken: Call) -> None:
    answer = Program(staff).send("POST", path(taken, "/again"))
    assert (answer.status_code, answer.json()["state"]) == (202, "pending")
    Agent.objects.update(extraction_schema={})
    refused = Program(staff).send("POST", path(taken, "/again"))
    assert (refused.status_code, refused.json()["code"]) == (409, "conflict")


@pytest.mark.parametrize(
    ("query", "there"),
    [
        ({"extraction.callback_wanted": "true"}, True),
        ({"extraction.callback_wanted": "false"}, False),
        ({"extraction.order_number": "12"}, True),
        ({"extraction.order_number": "13"}, False),
        ({"extraction.pieces": "3"}, True),
        ({"extraction.price": "2.5"}, True),
        ({"extraction.mood": "null"}, True),
        ({"extraction.pieces": "null"}, False),
        ({"extraction.mood": "angry"}, False),
        ({"extraction.other": "x"}, False),
        ({"extraction.pieces": "3", "extraction.callback_wanted": "true"}, True),
        ({"extraction.pieces": "3", "extraction.callback_wanted": "false"}, False),
        ({"extraction.pieces": "3", "state": "failed"}, False),
    ],
)
def test_calls_are_found_by_values(
    program: Program, make_call: CallMaker, taken: Call, query: Any, there: bool
) -> None:
    make_call(taken.owner)
    found = program.get("/api/v1/calls/", query).json()
    assert [row["id"] for row in found["results"]] == ([taken.public_id] if there else [])


def test_they_find_what_staff_corrected(program: Program, staff: User, taken: Call) -> None:
    Program(staff).send("PATCH", path(taken), {"values": {"mood": "angry"}})
    assert program.get("/api/v1/calls/", {"extraction.mood": "angry"}).json()["results"]


@pytest.mark.parametrize("name", ["a__isnull", "A", "", "a.b", "x" * 41, "mood__in", "1"])
def test_names_that_no_field_has_are_refused(program: Program, taken: Call, name: str) -> None:
    answer = program.get("/api/v1/calls/", {f"extraction.{name}": "x"})
    assert answer.status_code == 400
    assert "cannot be a field's name" in str(answer.json())
    assert program.get("/api/v1/calls/", {"extractions.a": "x"}).status_code == 400


def test_the_filter_is_documented() -> None:
    told = openapi()["paths"]["/api/v1/calls/"]["get"]
    assert "extraction.callback_wanted=true" in told["description"]
