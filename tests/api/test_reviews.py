"""Reviewed or not, and the next to review, over REST."""

from typing import Any

import pytest
from django.contrib.auth.models import User

from sessions_app.models import Call
from tests.api.conftest import Program

CALLS = "/api/v1/calls/"
NEXT = "/api/v1/reviews/next"


@pytest.fixture
def desk(staff: User) -> Program:
    return Program(staff)


def test_a_call_is_marked_as_reviewed(desk: Program, ended: Call) -> None:
    path = f"{CALLS}{ended.public_id}/review"
    assert desk.get(path).json()["reviewed"] is False
    told = desk.send("PUT", path, {"reviewed": True}).json()
    assert (told["reviewed"], told["reviewed_by"], told["claimed_by"]) == (True, "staff", "")
    assert desk.get(CALLS, {"reviewed": "true"}).json()["count"] == 1
    assert desk.get(CALLS, {"reviewed": "false"}).json()["count"] == 0
    assert desk.send("PUT", path, {"reviewed": False}).json()["reviewed_at"] is None
    assert desk.send("PUT", path, {}).status_code == 400


def test_the_next_call_is_taken(desk: Program, ended: Call) -> None:
    told = desk.send("POST", NEXT, {"percent": 100, "agent": "transcribe-only"}).json()
    assert (told["call"], told["waiting"]) == (ended.public_id, 1)
    review = desk.get(f"{CALLS}{ended.public_id}/review").json()
    assert review["claimed_by"] == "staff"
    assert review["claimed_until"] == told["claimed_until"]
    nothing = {"call": None, "claimed_until": None, "waiting": 0}
    assert desk.send("POST", NEXT, {"tag": "none"}).json() == nothing


@pytest.mark.parametrize(
    "body", [{"percent": 0}, {"percent": 101}, {"agent": "nobody"}, {"sample": 1}, {"skip": "a"}]
)
def test_a_queue_that_there_is_not_is_named(desk: Program, ended: Call, body: Any) -> None:
    answer = desk.send("POST", NEXT, body)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")


def test_viewers_read_and_do_not_mark(viewer: User, ended: Call) -> None:
    program, path = Program(viewer), f"{CALLS}{ended.public_id}/review"
    assert program.get(path).status_code == 200
    assert program.send("PUT", path, {"reviewed": True}).status_code == 403
    assert program.send("POST", NEXT, {}).status_code == 403


def test_owners_are_told_where_the_setting_says_so(
    desk: Program, program: Program, ended: Call, settings: Any
) -> None:
    path = f"{CALLS}{ended.public_id}/review"
    desk.send("PUT", path, {"reviewed": True})
    assert program.get(path).status_code == 403
    assert program.get(CALLS, {"reviewed": "true"}).status_code == 400
    settings.VOICE = {**settings.VOICE, "REVIEW_FOR_OWNER": ["reviewed"]}
    assert program.get(path).json()["reviewed_by"] == "staff"
    assert program.get(CALLS, {"reviewed": "true"}).json()["count"] == 1
    desk.send("PUT", path, {"reviewed": False})
    desk.send("POST", NEXT, {})
    assert program.get(path).json()["claimed_by"] == ""
