"""Summaries over REST."""

import pytest
from django.contrib.auth.models import User

from sessions_app.models import AccessLog, Call, Summary
from tests.api.conftest import Program


def path(call: Call, tail: str = "") -> str:
    return f"/api/v1/calls/{call.public_id}/summary{tail}"


def test_a_summary(program: Program, summary: Summary) -> None:
    answer = program.get(path(summary.call)).json()
    assert (answer["state"], answer["engine"]) == ("done", "extractive")
    assert answer["text"] == "They spoke about a report."
    assert answer["key_points"] == [{"text": "The report.", "seq": 3}]
    made_before = {"text": "Send the report.", "seq": 3, "who": "", "due": ""}
    assert answer["action_items"] == [made_before]
    assert answer["speakers"] == [{"speaker": "caller", "spoken_ms": 3000, "words": 6}]
    assert AccessLog.objects.get().action == AccessLog.Action.READ


def test_a_summary_to_come_is_not_read(program: Program, ended: Call) -> None:
    assert program.get(path(ended)).json()["state"] == "pending"
    assert not AccessLog.objects.exists()


def test_a_failed_summary_says_why(program: Program, ended: Call) -> None:
    Summary.objects.filter(call=ended).update(state="failed", error="The summariser broke.")
    answer = program.get(path(ended)).json()
    assert (answer["state"], answer["error"]) == ("failed", "The summariser broke.")


def test_a_live_call_has_none_yet(program: Program, call: Call) -> None:
    answer = program.get(path(call))
    assert answer.status_code == 404
    assert "when the call ends" in answer.json()["message"]


@pytest.mark.parametrize("tail", ["/again", "/again/"])
def test_staff_ask_again(staff: User, summary: Summary, tail: str) -> None:
    answer = Program(staff).send("POST", path(summary.call, tail))
    assert (answer.status_code, answer.json()["state"]) == (202, "pending")
    summary.refresh_from_db()
    assert summary.state == "pending"
    assert AccessLog.objects.get(user=staff).action == AccessLog.Action.SUMMARISED


def test_a_body_with_keys_that_there_are_not_is_refused(staff: User, summary: Summary) -> None:
    answer = Program(staff).send("POST", path(summary.call, "/again"), {"engine": "x"})
    assert answer.status_code == 400
    assert "engine" in answer.json()["fields"]


def test_others_do_not_ask(program: Program, viewer: User, bob: User, summary: Summary) -> None:
    address = path(summary.call, "/again")
    assert program.send("POST", address).status_code == 403
    assert Program(viewer).send("POST", address).status_code == 403
    assert Program(bob).send("POST", address).status_code == 404
    summary.refresh_from_db()
    assert summary.state == "done"


def test_a_live_call_is_not_summarised(staff: User, call: Call) -> None:
    answer = Program(staff).send("POST", path(call, "/again"))
    assert (answer.status_code, answer.json()["code"]) == (409, "conflict")
    assert not Summary.objects.exists()
