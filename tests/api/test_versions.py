from typing import Any

import pytest
from django.contrib.auth.models import User

from sessions_app.models import Call, Recording, Segment
from tests.api.conftest import Program
from tests.services.test_versions import made, row


def path(call: Call, tail: str = "") -> str:
    return f"/api/v1/calls/{call.public_id}/versions{tail}"


@pytest.fixture
def desk(staff: User) -> Program:
    return Program(staff)


def test_a_version_is_asked_for_and_listed(desk: Program, recording: Recording) -> None:
    answer = desk.send("POST", path(recording.call), {"recogniser": "thorough"})
    assert answer.status_code == 202
    told: dict[str, Any] = answer.json()
    assert (told["number"], told["state"], told["asked_by"]) == (2, "pending", "staff")
    assert desk.get(path(recording.call)).json() == [told]
    assert desk.get(path(recording.call, "/2")).json() == {**told, "segments": []}


def test_an_unknown_recogniser_is_refused_by_name(desk: Program, recording: Recording) -> None:
    answer = desk.send("POST", path(recording.call), {"recogniser": "nobody"})
    assert answer.status_code == 400
    assert "thorough" in answer.json()["fields"]["recogniser"][0]


def test_a_recogniser_of_another_language_is_refused(desk: Program, recording: Recording) -> None:
    Call.objects.update(language="de-DE")
    answer = desk.send("POST", path(recording.call), {"recogniser": "thorough"})
    assert answer.status_code == 400
    assert "hears de-DE" in answer.json()["fields"]["recogniser"][0]


def test_nothing_to_listen_to_is_a_conflict(desk: Program, ended: Call) -> None:
    answer = desk.send("POST", path(ended), {"recogniser": "thorough"})
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")


def test_it_is_accepted_and_taken_back(
    desk: Program, program: Program, recording: Recording, staff: User
) -> None:
    call = recording.call
    made(call, staff, row(1, "Hallo there."), row(None, "More.", 9000))
    told = desk.send("PATCH", path(call, "/2"), {"accept": [1]}).json()
    assert [one["accepted_by"] for one in told["segments"]] == ["staff", ""]
    listed = program.get(f"/api/v1/calls/{call.public_id}/segments").json()["segments"]
    assert (listed[0]["text"], listed[0]["revised_text"], listed[0]["shown_text"]) == (
        "hello there",
        "Hallo there.",
        "Hallo there.",
    )
    told = desk.send("PATCH", path(call, "/2"), {"accept_all": True, "take_back": [1]}).json()
    assert [one["accepted_by"] for one in told["segments"]] == ["", "staff"]
    assert Segment.objects.get(call=call, source="second_pass").shown_text == "More."


def test_a_segment_it_has_not_is_named_and_nothing_happens(
    desk: Program, recording: Recording, staff: User
) -> None:
    made(recording.call, staff, row(1, "Hallo there."))
    answer = desk.send("PATCH", path(recording.call, "/2"), {"accept": [1, 7]})
    assert answer.status_code == 400
    assert "segment 7" in answer.json()["fields"]["accept"][0]
    assert not Segment.objects.filter(revised_at__isnull=False).exists()


def test_a_number_that_there_is_not(program: Program, recording: Recording) -> None:
    answer = program.get(path(recording.call, "/7"))
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
