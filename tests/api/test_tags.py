"""Tags over REST."""

from typing import Any

from django.contrib.auth.models import User

from sessions_app.models import Call
from sessions_app.services import tags
from tests.api.conftest import Program
from tests.conftest import CallMaker

CALLS = "/api/v1/calls/"


def test_tags_are_set_whole(program: Program, call: Call) -> None:
    path = f"{CALLS}{call.public_id}/tags"
    assert program.get(path).json() == {"tags": []}
    assert program.send("PUT", path, {"tags": ["B", "a"]}).json() == {"tags": ["a", "b"]}
    assert program.send("PUT", path, {"tags": ["b"]}).json() == {"tags": ["b"]}
    assert program.get(f"{CALLS}{call.public_id}/").json()["tags"] == ["b"]
    assert program.get(CALLS).json()["results"][0]["tags"] == ["b"]


def test_what_is_no_tag_is_named(program: Program, call: Call) -> None:
    path = f"{CALLS}{call.public_id}/tags"
    for body in ({"tags": ["a,b"]}, {"tags": ["x" * 41]}, {"tags": "a"}, {"tag": ["a"]}, {}):
        answer = program.send("PUT", path, body)
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid")
    assert tags.tags_of(call) == []


def test_the_list_is_filtered_by_tags(
    program: Program, call: Call, alice: User, make_call: CallMaker
) -> None:
    tags.add(call, alice, ["a", "b"])
    tags.add(make_call(alice, offer_key="2"), alice, ["a"])

    def found(tag: str) -> int:
        return int(program.get(CALLS, {"tag": tag}).json()["count"])

    assert [found(tag) for tag in ("A", "a,b", "c", "")] == [2, 1, 0, 2]
    by_cursor = program.get(CALLS, {"tag": "a", "cursor": "", "page_size": 1}).json()
    assert [row["tags"] for row in by_cursor["results"]] == [["a"]]


def test_viewers_without_the_permission_change_nothing(viewer: User, call: Call) -> None:
    path = f"{CALLS}{call.public_id}/tags"
    answer: Any = Program(viewer).send("PUT", path, {"tags": ["a"]})
    assert answer.status_code == 403
    assert tags.tags_of(call) == []


def test_known_tags_begin_as_asked(program: Program, call: Call, alice: User) -> None:
    tags.add(call, alice, ["billing", "angry"])
    assert program.get("/api/v1/tags", {"begins": "Bi"}).json() == [{"name": "billing", "calls": 1}]
    assert len(program.get("/api/v1/tags").json()) == 2
