"""The feed of changed calls over REST."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from sessions_app.models import ApiToken, Call, ErasureCause
from sessions_app.services import calls, erasure
from tests.api.conftest import Program, end
from tests.conftest import CallMaker

PATH = "/api/v1/changes/"


def test_a_copy_is_kept_by_asking_from_where_one_was(
    program: Program, alice: User, bob: User, make_call: CallMaker
) -> None:
    first, second = make_call(alice), make_call(alice)
    make_call(bob)
    page = program.get(PATH, {"page_size": 1}).json()
    assert [row["id"] for row in page["results"]] == [first.public_id]
    assert page["more"]
    page = program.get(PATH, {"page_size": 1, "cursor": page["cursor"]}).json()
    assert [row["id"] for row in page["results"]] == [second.public_id]
    assert not page["more"]
    quiet = program.get(PATH, {"cursor": page["cursor"]}).json()
    assert quiet == {"results": [], "cursor": page["cursor"], "more": False}
    end(first)
    calls.rename(first, alice, "Monday")
    changed = program.get(PATH, {"cursor": page["cursor"]}).json()
    [row] = changed["results"]
    assert (row["id"], row["change"], row["call"]["title"]) == (
        first.public_id,
        "updated",
        "Monday",
    )
    assert row["call"] == program.get("/api/v1/calls/").json()["results"][1]
    erasure.erase_call(first, None, ErasureCause.OWNER)
    [row] = program.get(PATH, {"cursor": changed["cursor"]}).json()["results"]
    assert (row["id"], row["change"], row["call"]) == (first.public_id, "erased", None)


def test_a_feed_begins_empty(program: Program) -> None:
    assert program.get(PATH).json() == {"results": [], "cursor": "0", "more": False}
    assert program.get(PATH, {"cursor": ""}).json()["cursor"] == "0"


@pytest.mark.parametrize("cursor", ["x", "-1", "1.5", "9" * 19, "\u0663"])
def test_another_cursor_is_refused(program: Program, cursor: str) -> None:
    answer = program.get(PATH, {"cursor": cursor})
    assert (answer.status_code, list(answer.json()["fields"])) == (400, ["cursor"])


def test_a_cursor_that_is_ahead_is_refused(
    program: Program, alice: User, make_call: CallMaker
) -> None:
    """As of a program that read on, while the database was restored from a copy."""
    make_call(alice)
    cursor = int(program.get(PATH).json()["cursor"])
    assert program.get(PATH, {"cursor": str(cursor)}).status_code == 200
    for ahead in (str(cursor + 1), "9" * 18):
        answer = program.get(PATH, {"cursor": ahead})
        assert (answer.status_code, list(answer.json()["fields"])) == (400, ["cursor"])


def test_a_deleted_token_reads_no_feed(program: Program) -> None:
    assert program.get(PATH).status_code == 200
    ApiToken.objects.all().delete()
    assert program.get(PATH).status_code == 401


@pytest.mark.parametrize("size", ["0", "201", "x"])
def test_another_size_is_refused(program: Program, size: str) -> None:
    assert list(program.get(PATH, {"page_size": size}).json()["fields"]) == ["page_size"]


def test_lists_take_a_time_of_change(program: Program, alice: User, make_call: CallMaker) -> None:
    old, new = make_call(alice), make_call(alice)
    Call.objects.update(updated_at=timezone.now() - timedelta(hours=2))
    calls.rename(new, alice, "Monday")
    since = (timezone.now() - timedelta(hours=1)).isoformat()
    listed: Any = program.get("/api/v1/calls/", {"updated_after": since}).json()["results"]
    assert [call["id"] for call in listed] == [new.public_id]
    assert listed[0]["updated_at"] > since[:19]
    assert program.get("/api/v1/calls/", {"updated_after": "x"}).status_code == 400
    with_zone = since.replace("Z", "+00:00")
    unescaped = program.get(f"/api/v1/calls/?updated_after={with_zone}")  # its plus is a blank
    assert unescaped.json()["results"] == listed
    assert old.public_id not in str(listed)
