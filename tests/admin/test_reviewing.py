"""The review of calls in the admin."""

from typing import Any

from django.contrib.auth.models import User

from sessions_app.models import Call
from sessions_app.services import tags

LIST = "/admin/sessions_app/call/"


def page(call: Call) -> str:
    return f"{LIST}{call.pk}/change/"


def test_staff_tag_a_call_on_its_page(at_desk: Any, ended: Call) -> None:
    assert "Add tags" in at_desk.get(page(ended)).content.decode()
    answer = at_desk.post(f"/calls/{ended.public_id}/tags", {"add": "price", "on": "admin"})
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
