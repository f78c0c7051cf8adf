from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from sessions_app.models import Summary
from sessions_app.models.work import WorkState
from sessions_app.services import work
from tests.conftest import CallMaker

pytestmark = pytest.mark.django_db


@pytest.fixture
def row(alice: User, make_call: CallMaker) -> Summary:
    return Summary.objects.create(call=make_call(alice))


def expire(row: Summary) -> None:
    Summary.objects.update(leased_until=timezone.now() - timedelta(seconds=1))


def test_one_worker_gets_the_work(row: Summary) -> None:
    taken = work.take(Summary, row.call_id)
    assert taken is not None
    assert (taken.state, taken.attempts) == (WorkState.RUNNING, 1)
    assert work.take(Summary, row.call_id) is None
    assert work.owed(Summary, timezone.now()) == []


def test_a_lease_that_ran_out_is_owed_again(row: Summary) -> None:
    work.take(Summary, row.call_id)
    expire(row)
    assert work.owed(Summary, timezone.now()) == [row.call_id]
    taken = work.take(Summary, row.call_id)
    assert taken is not None
    assert taken.attempts == 2


def test_failures_are_tried_again_and_then_told(row: Summary) -> None:
    for attempt in (1, 2, 3):
        taken = work.take(Summary, row.call_id)
        assert taken is not None
        work.fail(taken, f"reason {attempt}")
    row.refresh_from_db()
    assert (row.state, row.error) == (WorkState.FAILED, "reason 3")
    assert work.take(Summary, row.call_id) is None
    work.again(row)
    assert work.take(Summary, row.call_id) is not None


def test_a_worker_that_dies_each_time_fails_the_work(row: Summary) -> None:
    for _ in range(work.MAX_ATTEMPTS):
        work.take(Summary, row.call_id)
        expire(row)
    assert work.take(Summary, row.call_id) is None
    row.refresh_from_db()
    assert (row.state, row.error) == (WorkState.FAILED, work.GIVE_UP_AFTER)


def test_done_work_is_not_owed(row: Summary) -> None:
    taken = work.take(Summary, row.call_id)
    assert taken is not None
    work.done(taken)
    assert work.take(Summary, row.call_id) is None
    assert work.owed(Summary, timezone.now()) == []
