"""Comments over REST."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User

from sessions_app.models import AccessLog, Call, ReviewComment
from tests.api.conftest import Program


@pytest.fixture
def path(call: Call) -> str:
    return f"/api/v1/calls/{call.public_id}/comments"


@pytest.fixture
def desk(staff: User) -> Program:
    return Program(staff)


def test_a_thread_is_said_answered_and_resolved(desk: Program, path: str) -> None:
    made = desk.send("POST", path, {"at_ms": 1500, "text": "Why?"})
    assert made.status_code == 201
    row = made.json()
    assert (row["at_ms"], row["author"], row["staff_only"]) == (1500, "staff", True)
    desk.send("POST", path, {"answer_to": row["id"], "text": "Because."})
    done = desk.send("PATCH", f"{path}/{row['id']}", {"resolved": True, "text": "Why so?"}).json()
    assert (done["text"], done["resolved_by"]) == ("Why so?", "staff")
    assert [answer["text"] for answer in done["answers"]] == ["Because."]
    assert len(desk.get(path, {"state": "resolved"}).json()) == 1
    assert desk.get(path, {"state": "open"}).json() == []
    assert desk.get(path, {"state": "other"}).status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        {"text": "a"},
        {"at_ms": 1},
        {"at_ms": 1, "answer_to": 1, "text": "a"},
        {"at_ms": -1, "text": "a"},
        {"at_ms": 2**31, "text": "a"},
        {"at_ms": 1, "text": "  "},
        {"at_ms": 1, "text": "x" * 2001},
        {"at": 1, "text": "a"},
    ],
)
def test_what_cannot_be_said_is_named(desk: Program, path: str, body: Any) -> None:
    answer = desk.send("POST", path, body)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert not ReviewComment.objects.exists()


def test_only_its_author_changes_a_text(desk: Program, path: str, bob: User) -> None:
    bob.is_staff = True
    bob.save()
    for codename in ("view_call", "comment_call"):
        bob.user_permissions.add(Permission.objects.get(codename=codename))
    other = Program(User.objects.get(pk=bob.pk))
    key = desk.send("POST", path, {"at_ms": 0, "text": "mine"}).json()["id"]
    assert other.send("PATCH", f"{path}/{key}", {"text": "yours"}).status_code == 403
    assert other.send("DELETE", f"{path}/{key}").status_code == 403
    assert other.send("PATCH", f"{path}/{key}", {"resolved": True}).status_code == 200
    other.send("POST", path, {"answer_to": key, "text": "seen"})
    assert desk.send("DELETE", f"{path}/{key}").status_code == 409
    assert desk.send("PATCH", f"{path}/{key}", {"text": "still mine"}).status_code == 200
    assert desk.send("DELETE", f"{path}/{key + 99}").status_code == 404


def test_the_owner_reads_where_the_setting_says_so(
    desk: Program, program: Program, path: str, settings: Any
) -> None:
    desk.send("POST", path, {"at_ms": 0, "text": "for you", "staff_only": False})
    hidden = desk.send("POST", path, {"at_ms": 0, "text": "for us"}).json()["id"]
    assert program.get(path).status_code == 403
    settings.VOICE = {**settings.VOICE, "REVIEW_FOR_OWNER": ["comments"]}
    assert [row["text"] for row in program.get(path).json()] == ["for you"]
    assert program.send("POST", path, {"at_ms": 0, "text": "hm"}).status_code == 403
    assert program.send("PATCH", f"{path}/{hidden}", {"resolved": True}).status_code == 403


def test_who_reads_them_is_logged(desk: Program, path: str, call: Call) -> None:
    desk.get(path)
    entry = AccessLog.objects.get(call=call)
    assert (entry.action, entry.detail) == ("read", "comments over REST")
