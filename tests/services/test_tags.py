"""Tags: how they are kept, who may set them, and which calls have them."""

import pytest
from django.contrib.auth.models import Permission, User

from sessions_app.models import AccessLog, Call
from sessions_app.services import access, tags
from tests.conftest import CallMaker


@pytest.fixture
def call(alice: User, make_call: CallMaker) -> Call:
    return make_call(alice)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("  Follow  UP ", "follow up"), ("Straße", "straße"), ("CAFE\u0301", "caf\u00e9")],
)
def test_a_tag_is_one_line_in_lower_case(typed: str, kept: str) -> None:
    assert tags.tidy(typed) == kept


@pytest.mark.parametrize("typed", ["", "   ", "a,b", "x" * 41, "\u202e\x00"])
def test_what_is_no_tag_is_refused(typed: str) -> None:
    with pytest.raises(tags.TagRefusedError):
        tags.tidy(typed)


def test_the_same_tag_in_another_case_is_the_same(call: Call, alice: User) -> None:
    assert tags.add(call, alice, ["Billing", "BILLING", "angry"]) == ["angry", "billing"]
    assert tags.remove(call, alice, "Billing") == ["angry"]
    assert tags.tags_of(call) == ["angry"]


def test_a_call_has_only_so_many(call: Call, alice: User) -> None:
    tags.add(call, alice, [f"tag {number}" for number in range(tags.MOST_TAGS)])
    with pytest.raises(tags.TagRefusedError):
        tags.add(call, alice, ["one more"])
    assert len(tags.tags_of(call)) == tags.MOST_TAGS


def test_changes_are_logged_and_nothing_else_is(call: Call, alice: User) -> None:
    tags.add(call, alice, ["a"])
    tags.add(call, alice, ["a"])
    logged = AccessLog.objects.filter(call=call).values_list("user", "action", "detail")
    assert list(logged) == [(alice.pk, "edited", "tags")]


def test_its_owner_and_permitted_staff_may_tag_a_call(call: Call, alice: User, bob: User) -> None:
    assert tags.may_tag(alice, call)
    bob.is_staff = True
    bob.save()
    bob.user_permissions.add(Permission.objects.get(codename="view_call"))
    assert not tags.may_tag(User.objects.get(pk=bob.pk), call)
    bob.user_permissions.add(Permission.objects.get(codename="tag_call"))
    assert tags.may_tag(User.objects.get(pk=bob.pk), call)


def test_only_tags_of_calls_that_one_sees_are_known(
    call: Call, alice: User, bob: User, staff: User, make_call: CallMaker
) -> None:
    tags.add(call, alice, ["billing", "angry"])
    tags.add(make_call(bob), bob, ["billing", "birthday"])
    assert tags.known(bob) == [{"name": "billing", "calls": 1}, {"name": "birthday", "calls": 1}]
    assert tags.known(staff, "BI") == [
        {"name": "billing", "calls": 2},
        {"name": "birthday", "calls": 1},
    ]


def test_calls_that_have_all_of_several_tags(
    call: Call, alice: User, make_call: CallMaker, django_assert_num_queries: object
) -> None:
    other = make_call(alice, offer_key="2")
    tags.add(call, alice, ["a", "b"])
    tags.add(other, alice, ["a"])
    mine = access.visible_calls(alice)
    assert set(tags.tagged(mine, tags.wanted("A"))) == {call, other}
    assert list(tags.tagged(mine, tags.wanted("a, B"))) == [call]
    make_call(alice, offer_key="3")
    with django_assert_num_queries(1):  # type: ignore[operator]
        rows = list(tags.with_tags(mine).order_by("pk"))
    shown = [sorted(row.tag_names or []) for row in rows]  # type: ignore[attr-defined]
    assert shown == [["a", "b"], ["a"], []]
