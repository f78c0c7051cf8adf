"""Comments: who writes, who reads, and what becomes of them."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission, User

from sessions_app.models import AccessLog, Call, ErasureCause, ReviewComment
from sessions_app.services import comments, erasure
from sessions_app.services.comments import AnsweredError, CommentRefusedError
from tests.conftest import CallMaker


@pytest.fixture
def call(alice: User, make_call: CallMaker) -> Call:
    return make_call(alice)


@pytest.fixture
def owners_see(settings: Any) -> None:
    settings.VOICE = {**settings.VOICE, "REVIEW_FOR_OWNER": ["comments"]}


def texts(call: Call, user: User) -> list[tuple[str, list[str]]]:
    found = comments.threads(call, user)
    return [(one.comment.text, [row.text for row in one.answers]) for one in found]


@pytest.mark.parametrize(
    ("typed", "at_ms"),
    [("1:05", 65_000), (" 0:00", 0), ("65", 65_000), ("1:02:03", 3_723_000), ("90:00", 5_400_000)],
)
def test_places_are_read_as_people_write_them(typed: str, at_ms: int) -> None:
    assert comments.place_of(typed) == at_ms


@pytest.mark.parametrize("typed", ["", "x", "1:", "1:60", "-1", "1.5", "1:2:3:4", "9" * 30])
def test_what_is_no_place_is_refused(typed: str) -> None:
    with pytest.raises(CommentRefusedError):
        comments.place_of(typed)


def test_threads_are_in_the_order_of_the_call(call: Call, staff: User) -> None:
    comments.say(call, staff, 5000, "late", staff_only=True)
    first = comments.say(call, staff, 1000, " early\r\n", staff_only=True)
    one = comments.answer(first, staff, "yes", staff_only=True)
    comments.answer(one, staff, "no", staff_only=True)
    assert texts(call, staff) == [("early", ["yes", "no"]), ("late", [])]


@pytest.mark.parametrize("text", ["", " \n ", "x" * 2001])
def test_empty_and_long_ones_are_refused(call: Call, staff: User, text: str) -> None:
    with pytest.raises(CommentRefusedError):
        comments.say(call, staff, 0, text, staff_only=True)
    assert not ReviewComment.objects.exists()


def test_a_call_has_only_so_many(call: Call, staff: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comments, "MOST_COMMENTS", 1)
    first = comments.say(call, staff, 0, "one", staff_only=True)
    with pytest.raises(CommentRefusedError):
        comments.answer(first, staff, "two", staff_only=True)


def test_the_owner_sees_none_by_default(call: Call, alice: User, staff: User) -> None:
    comments.say(call, staff, 0, "for you", staff_only=False)
    assert not comments.may_read(alice, call)
    assert texts(call, alice) == []


@pytest.mark.usefixtures("owners_see")
def test_the_owner_never_sees_what_is_for_staff_alone(
    call: Call, alice: User, bob: User, staff: User
) -> None:
    told = comments.say(call, staff, 0, "for you", staff_only=False)
    hidden = comments.say(call, staff, 1, "for us", staff_only=True)
    comments.answer(told, staff, "and this", staff_only=False)
    comments.answer(told, staff, "but not this", staff_only=True)
    assert comments.answer(hidden, staff, "nor this", staff_only=False).staff_only
    assert texts(call, alice) == [("for you", ["and this"])]
    assert texts(call, bob) == []
    comments.change(told, staff, "no longer for you", staff_only=True)
    assert texts(call, alice) == []


def test_permissions_to_read_and_to_write(call: Call, alice: User, bob: User) -> None:
    comments.say(call, bob, 0, "here", staff_only=True)
    bob.is_staff = True
    bob.save()

    def given(codename: str) -> tuple[bool, bool]:
        bob.user_permissions.add(Permission.objects.get(codename=codename))
        who = User.objects.get(pk=bob.pk)
        return comments.may_read(who, call), comments.may_write(who)

    assert given("comment_call") == (False, False)  # without the permission to view calls
    assert given("view_call") == (True, True)
    bob.user_permissions.remove(Permission.objects.get(codename="comment_call"))
    assert given("view_reviewcomment") == (True, False)
    assert not comments.may_write(alice)


def test_threads_are_resolved_and_opened_again(call: Call, staff: User) -> None:
    first = comments.say(call, staff, 65_000, "here", staff_only=True)
    reply = comments.answer(first, staff, "done", staff_only=True)
    assert comments.resolve(reply, staff, resolved=True)
    assert not comments.resolve(first, staff, resolved=True)
    first.refresh_from_db()
    assert (first.resolved_at is not None, first.resolved_by) == (True, staff)
    assert comments.resolve(first, staff, resolved=False)
    first.refresh_from_db()
    assert (first.resolved_at, first.resolved_by) == (None, None)
    logged = AccessLog.objects.order_by("pk").values_list("detail", flat=True)
    assert list(logged) == [
        "comment at 1:05",
        "answer at 1:05",
        "comment at 1:05 resolved",
        "comment at 1:05 opened again",
    ]


def test_what_was_answered_stays(call: Call, staff: User) -> None:
    first = comments.say(call, staff, 0, "here", staff_only=True)
    reply = comments.answer(first, staff, "yes", staff_only=True)
    with pytest.raises(AnsweredError):
        comments.delete(first, staff)
    comments.delete(reply, staff)
    comments.delete(first, staff)
    assert not ReviewComment.objects.exists()


def test_they_go_with_the_words(call: Call, staff: User) -> None:
    comments.say(call, staff, 0, "They said their name.", staff_only=True)
    Call.objects.update(state="ended")
    receipt = erasure.erase_text(call, staff, ErasureCause.STAFF)
    assert receipt is not None
    assert receipt.counts["reviewcomment"] == 1
    assert not ReviewComment.objects.exists()
