"""The review of calls in the admin."""

from typing import Any

from django.contrib.auth.models import User

from sessions_app.models import Call
from sessions_app.services import comments, reviews, tags

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


def test_a_refused_comment_is_kept_in_its_form(at_desk: Any, ended: Call) -> None:
    given = {"what": "say", "at": "soon", "text": "Listen."}
    answer = at_desk.post(f"/calls/{ended.public_id}/comments?on=admin", given)
    assert answer.headers["Location"] == page(ended)
    shown = at_desk.get(page(ended)).content.decode()
    assert 'id="rv-at-problem"' in shown
    assert ">Listen.</textarea>" in shown
    assert 'class="messagelist"' not in shown


def test_who_may_not_read_comments_sees_none(looking: Any, ended: Call, staff: User) -> None:
    comments.say(ended, staff, 2000, "Listen here.", staff_only=True)
    assert "Listen here." not in looking.get(page(ended)).content.decode()


WAITING = f"{LIST}waiting/"


def test_the_list_shows_and_filters_what_was_reviewed(
    at_desk: Any, ended: Call, staff: User
) -> None:
    assert "1 call" in at_desk.get(f"{LIST}?reviewed=no").content.decode()
    at_desk.post(LIST, {"action": "mark_reviewed", "_selected_action": [ended.pk]})
    shown = at_desk.get(f"{LIST}?reviewed=yes").content.decode()
    assert " by staff</td>" in shown
    assert ended.public_id not in at_desk.get(f"{LIST}?reviewed=no").content.decode()
    at_desk.post(LIST, {"action": "mark_not_reviewed", "_selected_action": [ended.pk]})
    assert ended.public_id in at_desk.get(f"{LIST}?reviewed=no").content.decode()


def test_the_queue_hands_out_the_next_call(at_desk: Any, ended: Call, bob: User) -> None:
    assert "1 call waits for review" in at_desk.get(WAITING).content.decode()
    answer = at_desk.post(f"{WAITING}?percent=100&tag=&agent=transcribe-only")
    assert answer.headers["Location"] == page(ended)
    assert "Reviewed, next call" in at_desk.get(page(ended)).content.decode()
    assert "staff, until" in at_desk.get(WAITING).content.decode()
    none = at_desk.post(f"{WAITING}?tag=nothing", follow=True).content.decode()
    assert "No call of this queue is free" in none


def test_a_queue_that_there_is_not_is_named(at_desk: Any, ended: Call) -> None:
    shown = at_desk.get(f"{WAITING}?percent=0&agent=nobody&since=1-1-1").content.decode()
    assert shown.count('class="vs-error"') == 3
    assert "1 call waits" in shown


def test_only_who_may_review_sees_the_queue(looking: Any, ended: Call) -> None:
    assert looking.get(WAITING).status_code == 403
    assert "waiting/" not in looking.get(LIST).content.decode()
    looking.post(LIST, {"action": "mark_reviewed", "_selected_action": [ended.pk]})
    assert not reviews.of(Call.objects.get(pk=ended.pk))
