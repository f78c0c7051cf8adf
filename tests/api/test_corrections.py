"""Corrections, their history, and undo, over REST."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from sessions_app.models import AccessLog, Call, Segment, SegmentRevision, Summary
from sessions_app.services import corrections
from tests.api.conftest import Program, finished
from tests.static_files import static_files  # noqa: F401 - a fixture


def path(call: Call, tail: str = "segments/2") -> str:
    return f"/api/v1/calls/{call.public_id}/{tail}"


def test_staff_correct_a_segment(staff: User, ended: Call) -> None:
    program = Program(staff)
    answer = program.send("PATCH", path(ended), {"edited_text": "Good evening", "revision": 0})
    assert answer.status_code == 200
    told = answer.json()
    assert (told["text"], told["edited_text"]) == ("good morning", "Good evening")
    assert (told["shown_text"], told["corrected"], told["revision"]) == ("Good evening", True, 1)
    assert (told["edited_by"], told["edited_at"] is not None) == ("staff", True)
    assert [word["text"] for word in told["words"]] == ["good", "morning"]
    assert [word["text"] for word in told["shown_words"]] == ["Good", "evening"]
    segment = Segment.objects.get(call=ended, seq=2)
    assert segment.edited_by == staff
    assert AccessLog.objects.get(call=ended).action == AccessLog.Action.EDITED
    assert "Good evening" in program.get(path(ended, "transcript.txt")).content.decode()


def test_the_owner_does_where_the_setting_says_so(
    program: Program, ended: Call, settings: Any
) -> None:
    change = {"edited_text": "x"}
    assert program.send("PATCH", path(ended), change).status_code == 200
    settings.VOICE = {**settings.VOICE, "CORRECT_BY_OWNER": False}
    refused = program.send("PATCH", path(ended), change)
    assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")
    assert "CORRECT_BY_OWNER" in refused.json()["message"]


def test_others_do_not_correct(viewer: User, bob: User, staff: User, ended: Call) -> None:
    change = {"edited_text": "x"}
    assert Program(viewer).send("PATCH", path(ended), change).status_code == 403
    assert Program(viewer).send("POST", path(ended, "segments/2/undo")).status_code == 403
    assert Program(bob).send("PATCH", path(ended), change).status_code == 404
    assert Program(bob).get(path(ended, "segments/2/history")).status_code == 404
    for address in ("segments/9", "segments/9999999999999999999"):
        assert Program(staff).send("PATCH", path(ended, address), change).status_code == 404
    assert not Segment.objects.exclude(edited_text="").exists()


def test_a_live_call_is_refused(program: Program, call: Call) -> None:
    answer = program.send("PATCH", path(call), {"edited_text": "x"})
    assert (answer.status_code, answer.json()["code"]) == (409, "call_live")
    assert "once it has ended" in answer.json()["message"]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "edited_text"),
        ({"edited_text": None}, "edited_text"),
        ({"edited_text": "x" * 5001}, "edited_text"),
        ({"edited_text": "x", "revision": -1}, "revision"),
        ({"edited_text": "x", "revision": 2**31}, "revision"),
        ({"edited_text": "x", "nothing_said": True}, "nothing_said"),
        ({"edited_text": "x", "revison": 0}, "revison"),
    ],
)
def test_what_cannot_be_used_is_named(
    program: Program, ended: Call, body: dict[str, Any], field: str
) -> None:
    answer = program.send("PATCH", path(ended), body)
    assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])


def test_text_is_one_clean_line(program: Program, ended: Call) -> None:
    answer = program.send("PATCH", path(ended), {"edited_text": " Good\n\u202eevening\u0000\t!"})
    assert answer.json()["shown_text"] == "Good evening !"


def test_nothing_was_said(program: Program, ended: Call) -> None:
    answer = program.send("PATCH", path(ended), {"edited_text": "", "nothing_said": True})
    assert (answer.json()["shown_text"], answer.json()["corrected"]) == ("", True)
    assert answer.json()["shown_words"] == []
    back = program.send("PATCH", path(ended), {"edited_text": ""})
    assert (back.json()["shown_text"], back.json()["corrected"]) == ("good morning", False)
    assert back.json()["shown_words"] is None


def test_the_second_of_two_is_shown_what_the_first_wrote(
    program: Program, staff: User, ended: Call
) -> None:
    Program(staff).send("PATCH", path(ended), {"edited_text": "Good evening", "revision": 0})
    for method, address, body in (
        ("PATCH", "segments/2", {"edited_text": "Good night", "revision": 0}),
        ("POST", "segments/2/undo", {"revision": 0}),
    ):
        answer = program.send(method, path(ended, address), body)
        assert (answer.status_code, answer.json()["code"]) == (409, "stale_revision")
        now = answer.json()["segment"]
        assert (now["shown_text"], now["revision"], now["edited_by"]) == (
            "Good evening",
            1,
            "staff",
        )
    again = {"edited_text": "Good night", "revision": now["revision"]}
    assert program.send("PATCH", path(ended), again).status_code == 200
    assert SegmentRevision.objects.count() == 2


def test_history_and_undo(program: Program, staff: User, ended: Call) -> None:
    staff.first_name, staff.last_name = "Ann", "Example"
    staff.save()
    Program(staff).send("PATCH", path(ended), {"edited_text": "Good evening"})
    undone = program.send("POST", path(ended, "segments/2/undo"), {"revision": 1})
    assert (undone.status_code, undone.json()["shown_text"]) == (200, "good morning")
    told = program.get(path(ended, "segments/2/history")).json()
    assert (told["revision"], told["may_correct"], told["more"]) == (2, True, False)
    second, first = told["revisions"]
    assert first | {"at": ""} == {
        "number": 1,
        "before": "good morning",
        "after": "Good evening",
        "is_corrected": True,
        "by": "staff",
        "by_name": "Ann Example",
        "at": "",
        "undoes": None,
        "undone": True,
    }
    assert (second["number"], second["undoes"], second["by"]) == (2, 1, "alice")
    assert (second["undone"], second["is_corrected"]) == (False, False)
    nothing = program.send("POST", path(ended, "segments/2/undo"))
    assert (nothing.status_code, nothing.json()["code"]) == (409, "nothing_to_undo")


def test_reading_a_history_is_logged_unless_a_page_of_ours_is_open(
    program: Program, client: Client, alice: User, ended: Call
) -> None:
    program.get(path(ended, "segments/2/history"))
    assert AccessLog.objects.get().detail == "over REST"
    client.force_login(alice)
    client.get(path(ended, "segments/2/history"))
    assert AccessLog.objects.filter(action="read").count() == 1


def test_a_long_history_is_cut(
    program: Program, alice: User, ended: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sessions_app.api.corrections.MOST_REVISIONS", 2)
    segment = Segment.objects.get(call=ended, seq=2)
    for text in ("one", "two", "three"):
        corrections.correct(segment, alice, text)
    told = program.get(path(ended, "segments/2/history")).json()
    assert ([row["after"] for row in told["revisions"]], told["more"]) == (["three", "two"], True)


def test_an_outdated_summary_is_told_and_made_again_by_the_owner(
    program: Program, ended: Call
) -> None:
    summary = finished(Summary.objects.get(call=ended))
    again = path(ended, "summary/again")
    assert not program.get(path(ended, "summary")).json()["outdated"]
    assert program.send("POST", again).status_code == 403
    program.send("PATCH", path(ended), {"edited_text": "Good evening"})
    assert program.get(path(ended, "summary")).json()["outdated"]
    answer = program.send("POST", again)
    assert (answer.status_code, answer.json()["outdated"]) == (202, False)
    summary.refresh_from_db()
    assert summary.state == "pending"
