"""The review of calls in the admin."""

from typing import Any

from django.contrib.auth.models import User

from sessions_app.models import Call
from sessions_app.services import comments, tags

LIST = "/admin/sessions_app/call/"


def page(call: Call) -> str:
    return f"{LIST}{call.pk}/change/"


def test_staff_tag_a_call_on_its_page(at_desk: Any, ended: Call) -> None:
    assert "Add tags" in at_desk.get(page(ended)).content.decode()
    answer = at_desk.post(f"/calls/{ended.public_id}/tags?on=admin", {"add": "price"})
    assert answer.headers["Location"] == f"{page(ended)}#review"
    assert "Remove the tag price" in at_desk.get(page(ended)).content.decode()


def test_who_only_looks_tags_nothing(looking: Any, ended: Call) -> None:
    assert "Add tags" not in looking.get(page(ended)).content.decode()


def test_the_list_shows_and_filters_tags(at_desk: Any, ended: Call, alice: User) -> None:
    tags.add(ended, alice, ["price"])
    found = at_desk.get(f"{LIST}?tag=price").content.decode()
    assert '<bdi class="rv-tag">price</bdi>' in found
    assert "1 call" in found
    assert ended.public_id not in at_desk.get(f"{LIST}?tag=nothing").content.decode()


def test_comments_are_on_the_call_s_page(at_desk: Any, recording: Any, staff: User) -> None:
    call = recording.call
    comments.say(call, staff, 2000, "Listen here.", staff_only=True)
    shown = at_desk.get(page(call)).content.decode()
    assert 'data-play-ms="2000"' in shown
    assert "Listen here." in shown
    given = {"what": "say", "at": "0:05", "text": "And here."}
    answer = at_desk.post(f"/calls/{call.public_id}/comments?on=admin", given)
    assert answer.headers["Location"].startswith(f"{page(call)}#comment-")


def test_who_may_not_read_comments_sees_none(looking: Any, ended: Call, staff: User) -> None:
    comments.say(ended, staff, 2000, "Listen here.", staff_only=True)
    assert "Listen here." not in looking.get(page(ended)).content.decode()
