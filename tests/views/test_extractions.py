"""What was taken from a call, on its page, and the page to correct it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from sessions_app.engine.understanding.fields import display_value
from sessions_app.models import AccessLog, Agent, Call, Extraction

Maker = Callable[[User], Call]
SCHEMA = {
    "type": "object",
    "properties": {
        "order_number": {"type": "string", "title": "Order", "description": "As it was said."},
        "callback_wanted": {"type": "boolean"},
        "mood": {"type": "string", "enum": ["calm", "angry"]},
        "pieces": {"type": "integer", "minimum": 1},
        "price": {"type": "number"},
        "goods": {"type": "array", "items": {"type": "string"}},
    },
}
VALUES = {
    "order_number": "<b>12</b>",
    "callback_wanted": False,
    "mood": None,
    "pieces": 3,
    "price": 2.5,
    "goods": ["chair", "lamp"],
}
FORM = {
    "order_number": "<b>12</b>",
    "callback_wanted": "false",
    "mood": "",
    "pieces": "3",
    "price": "2.5",
    "goods": "chair\r\nlamp",
}


@pytest.fixture
def call(alice: User, finished: Maker) -> Call:
    made = finished(alice)
    Agent.objects.filter(pk=made.agent_id).update(extraction_schema=SCHEMA)
    Extraction.objects.create(
        call=made,
        state="done",
        schema=SCHEMA,
        values=VALUES,
        found=VALUES,
        evidence={"pieces": [2, 99], "goods": [1]},
        corrections={"goods": ["chair", "lamp"]},
        note="It was found by rules.",
    )
    return made


@pytest.fixture
def as_staff(client: Client, staff: User) -> Client:
    client.force_login(staff)
    return client


def part(page: str) -> str:
    return page.partition('id="extraction-part"')[2].partition("</section>")[0]


def test_values_are_shown_with_their_places(as_alice: Client, call: Call) -> None:
    shown = part(as_alice.get(f"/calls/{call.public_id}/").content.decode())
    assert "Order<" in shown
    assert "Callback wanted<" in shown
    assert "&lt;b&gt;12&lt;/b&gt;" in shown
    assert ">No" in shown
    assert "chair, lamp" in shown
    assert shown.count("not said") == 1
    assert shown.count("#segment-") == 1  # of the correction, and of what is not there, none
    assert shown.count(">corrected<") == 1
    assert "It was found by rules." in shown
    assert "extraction-correct" not in shown


def test_there_is_no_such_part_where_nothing_is_taken(
    as_alice: Client, alice: User, finished: Maker
) -> None:
    page = as_alice.get(f"/calls/{finished(alice).public_id}/").content.decode()
    assert "Extracted from the call" not in page
    assert '<div id="extraction-part" hidden></div>' in page  # where it may come to be


@pytest.mark.parametrize("state", ["pending", "failed"])
def test_what_is_not_ready_says_so(as_alice: Client, call: Call, state: str) -> None:
    Extraction.objects.update(state=state, values={}, schema={}, error="It broke.", note="")
    shown = part(as_alice.get(f"/calls/{call.public_id}/").content.decode())
    assert ("It broke." in shown) == (state == "failed")
    assert ("are being extracted" in shown) == (state == "pending")


def test_staff_correct_values_on_a_page(as_staff: Client, staff: User, call: Call) -> None:
    address = f"/calls/{call.public_id}/extraction"
    page = as_staff.get(address).content.decode()
    assert 'value="&lt;b&gt;12&lt;/b&gt;"' in page
    assert "As it was said." in page
    answer = as_staff.post(address, {**FORM, "mood": "angry", "goods": "chair\r\n\r\n desk "})
    assert answer.status_code == 302
    row = Extraction.objects.get()
    assert row.values == {**VALUES, "mood": "angry", "goods": ["chair", "desk"]}
    assert row.corrected_by == staff
    entry = AccessLog.objects.get(action="edited")
    assert (entry.user, entry.detail) == (staff, "taken values: mood, goods")


def test_what_is_left_as_it_is_is_no_correction(as_staff: Client, call: Call) -> None:
    assert as_staff.post(f"/calls/{call.public_id}/extraction", FORM).status_code == 302
    assert Extraction.objects.get().corrected_by is None
    assert not AccessLog.objects.exists()


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"pieces": "0"}, "less than the minimum of 1"),
        ({"pieces": "many"}, "Enter a whole number"),
        ({"mood": "glad"}, "glad is not one of the available choices"),
        ({"callback_wanted": "perhaps"}, "not one of the available choices"),
        ({"order_number": "x" * 501}, "at most 500 characters"),
    ],
)
def test_wrong_values_are_told_beside_their_field(
    as_staff: Client, call: Call, given: Any, told: str
) -> None:
    answer = as_staff.post(f"/calls/{call.public_id}/extraction", FORM | given)
    assert answer.status_code == 200
    assert told in answer.content.decode()
    assert Extraction.objects.get().values == VALUES


def test_nobody_else_may(as_alice: Client, call: Call) -> None:
    for tail in ("extraction", "extraction/again"):
        assert as_alice.post(f"/calls/{call.public_id}/{tail}", FORM).status_code == 404
    assert Extraction.objects.get().values == VALUES


def test_values_are_taken_again(as_staff: Client, call: Call) -> None:
    answer = as_staff.post(f"/calls/{call.public_id}/extraction/again")
    assert answer.status_code == 302
    assert Extraction.objects.get().state == "pending"


def test_values_in_words() -> None:
    assert [display_value(value) for value in (None, True, 3, 2.5, ["a", False])] == [
        "",
        "Yes",
        "3",
        "2.5",
        "a, No",
    ]
