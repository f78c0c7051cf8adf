"""Reviewed calls, and the queue of those that wait."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from sessions_app.models import AccessLog, Call, CallReview
from sessions_app.models.call import new_public_id
from sessions_app.services import reviews, tags
from sessions_app.services.reviews import ReviewQueue
from tests.conftest import CallMaker

Several = Callable[[int], list[Call]]


@pytest.fixture
def ended_calls(alice: User, make_call: CallMaker) -> Several:
    """Returns what makes ended calls, the oldest first."""

    def make(count: int) -> list[Call]:
        made = [make_call(alice, offer_key=str(number)) for number in range(count)]
        for age, call in enumerate(reversed(made), start=1):
            at = timezone.now() - timedelta(days=age)
            Call.objects.filter(pk=call.pk).update(state="ended", created_at=at)
            call.refresh_from_db()
        return made

    return make


def test_who_and_when_is_kept_until_it_is_taken_back(ended_calls: Several, staff: User) -> None:
    (call,) = ended_calls(1)
    assert reviews.of(call) is None
    assert reviews.mark(call, staff, reviewed=True)
    assert not reviews.mark(call, staff, reviewed=True)
    review = CallReview.objects.get(call=call)
    assert review.reviewed_by == staff
    assert review.reviewed_at is not None
    assert reviews.mark(call, staff, reviewed=False)
    assert CallReview.objects.filter(reviewed_by=None, reviewed_at=None).exists()
    logged = AccessLog.objects.order_by("pk").values_list("detail", flat=True)
    assert list(logged) == ["reviewed", "not reviewed"]


def test_what_waits_has_ended_and_is_not_reviewed(
    ended_calls: Several, alice: User, staff: User, make_call: CallMaker
) -> None:
    first, second, third = ended_calls(3)
    make_call(alice, offer_key="live")
    reviews.mark(second, staff, reviewed=True)
    assert list(reviews.waiting(ReviewQueue())) == [first, third]
    tags.add(third, staff, ["price"])
    assert list(reviews.waiting(ReviewQueue(tag="Price"))) == [third]
    assert list(reviews.waiting(ReviewQueue(agent="nobody"))) == []
    assert list(reviews.waiting(ReviewQueue(since=third.created_at))) == [third]
    assert list(reviews.waiting(ReviewQueue(before=third.created_at))) == [first]


def test_two_reviewers_get_different_calls(
    ended_calls: Several, alice: User, bob: User, staff: User
) -> None:
    first, second = ended_calls(2)
    assert reviews.take_next(staff, ReviewQueue()) == first
    assert reviews.take_next(bob, ReviewQueue()) == second
    assert reviews.take_next(alice, ReviewQueue()) is None
    assert reviews.take_next(staff, ReviewQueue()) == first  # it is still theirs
    reviews.mark(first, staff, reviewed=True)
    assert reviews.take_next(staff, ReviewQueue()) is None
    holder = reviews.holder(Call.objects.get(pk=second.pk))
    assert holder is not None
    assert holder.claimed_by == bob


def test_a_claim_is_over_after_a_while(ended_calls: Several, bob: User, staff: User) -> None:
    (call,) = ended_calls(1)
    reviews.take_next(staff, ReviewQueue())
    assert reviews.take_next(bob, ReviewQueue()) is None
    CallReview.objects.update(claimed_until=timezone.now() - timedelta(seconds=1))
    assert reviews.holder(Call.objects.get(pk=call.pk)) is None
    assert reviews.take_next(bob, ReviewQueue()) == call


def test_what_somebody_took_who_is_gone_is_free(
    ended_calls: Several, bob: User, staff: User
) -> None:
    (call,) = ended_calls(1)
    assert reviews.take_next(bob, ReviewQueue()) == call
    bob.delete()
    assert reviews.take_next(staff, ReviewQueue()) == call


def test_skipping_goes_on_and_comes_round(ended_calls: Several, staff: User) -> None:
    first, second, third = ended_calls(3)
    taken = [reviews.take_next(staff, ReviewQueue())]
    taken += [reviews.take_next(staff, ReviewQueue(), skip=True) for _ in range(3)]
    assert taken == [first, second, third, first]
    assert CallReview.objects.exclude(claimed_by=None).count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_those_who_ask_at_once_each_gets_another_one(ended_calls: Several) -> None:
    made = ended_calls(4)
    people = [User.objects.create_user(f"reviewer {number}") for number in range(4)]
    got: list[Call | None] = []
    together = threading.Barrier(len(people))

    def take(user: User) -> None:
        together.wait()
        got.append(reviews.take_next(user, ReviewQueue()))
        connection.close()

    threads = [threading.Thread(target=take, args=(user,)) for user in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {call.pk for call in got if call is not None} == {call.pk for call in made}


def test_a_sample_is_the_same_each_time_and_part_of_a_larger_one(alice: User) -> None:
    def ids(percent: int) -> set[str]:
        found = reviews.sampled(Call.objects.all(), percent)
        return set(found.values_list("public_id", flat=True))

    from sessions_app.services import calls

    calls.seed_agents()
    agent = calls.agent_for("")
    common: dict[str, Any] = {"owner": alice, "agent": agent, "language": "en", "recogniser": "x"}
    Call.objects.bulk_create([Call(public_id=new_public_id(), **common) for _ in range(4000)])
    tenth, half = ids(10), ids(50)
    assert ids(10) == tenth
    assert tenth < half < ids(100)
    assert 270 < len(tenth) < 530  # 400 of 4000, give or take 6.8 deviations
    assert 1780 < len(half) < 2220
    assert len(ids(100)) == 4000


def test_a_queue_comes_back_from_a_session_as_it_was() -> None:
    queue = ReviewQueue("scribe", "price", timezone.now(), None, 5)
    assert reviews.queue_of(reviews.as_json(queue)) == queue
    assert reviews.queue_of({}) == ReviewQueue()
