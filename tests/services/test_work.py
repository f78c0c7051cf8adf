import errno
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from sessions_app.engine.core.errors import MediaError
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
    taken = work.claim(Summary, row.call_id)
    assert taken is not None
    assert (taken.state, taken.attempts) == (WorkState.RUNNING, 1)
    assert work.claim(Summary, row.call_id) is None
    assert work.due(Summary, timezone.now()) == []


def test_a_job_with_an_expired_lease_is_due_again(row: Summary) -> None:
    work.claim(Summary, row.call_id)
    expire(row)
    assert work.due(Summary, timezone.now()) == [row.call_id]
    taken = work.claim(Summary, row.call_id)
    assert taken is not None
    assert taken.attempts == 2


def test_failures_are_tried_again_and_then_told(row: Summary) -> None:
    for attempt in (1, 2, 3):
        taken = work.claim(Summary, row.call_id)
        assert taken is not None
        work.fail(taken, f"reason {attempt}")
    row.refresh_from_db()
    assert (row.state, row.error) == (WorkState.FAILED, "reason 3")
    assert work.claim(Summary, row.call_id) is None
    assert work.retry(row)
    taken = work.claim(Summary, row.call_id)
    assert taken is not None
    assert (taken.attempts, taken.error) == (1, "")


def test_a_worker_that_dies_each_time_fails_the_work(row: Summary) -> None:
    for _ in range(work.MAX_CLAIMS):
        work.claim(Summary, row.call_id)
        expire(row)
    assert work.claim(Summary, row.call_id) is None
    row.refresh_from_db()
    assert (row.state, row.error) == (WorkState.FAILED, work.GAVE_UP)


def test_a_completed_job_is_not_due(row: Summary) -> None:
    taken = work.claim(Summary, row.call_id)
    assert taken is not None
    work.complete(taken)
    assert work.claim(Summary, row.call_id) is None
    assert work.due(Summary, timezone.now()) == []


def test_the_block_that_works_holds_the_row(row: Summary) -> None:
    with work.claimed(Summary, row.call_id) as held:
        assert held is not None
        with work.claimed(Summary, row.call_id) as other:
            assert other is None
        held.text = "done"
        assert work.complete(held)
    row.refresh_from_db()
    assert (row.state, row.text, row.leased_until) == (WorkState.DONE, "done", None)
    with work.claimed(Summary, row.call_id) as late:
        assert late is None


def test_what_the_block_raises_is_the_reason(
    row: Summary, caplog: pytest.LogCaptureFixture
) -> None:
    said = "my secret words"
    with work.claimed(Summary, row.call_id):
        raise ValueError(f"cannot parse {said!r}")
    row.refresh_from_db()
    assert (row.state, row.attempts) == (WorkState.PENDING, 1)
    assert row.error == "ValueError: cannot parse 'my secret words'"
    assert "ValueError" in caplog.text
    assert "test_work.py" in caplog.text
    assert "secret words" not in caplog.text


def test_what_is_done_stays_done(row: Summary) -> None:
    with work.claimed(Summary, row.call_id) as held:
        assert held is not None
        work.complete(held)
        raise ValueError("afterwards")
    row.refresh_from_db()
    assert (row.state, row.error) == (WorkState.DONE, "")


def test_an_error_of_ours_is_told_in_its_own_words(row: Summary) -> None:
    with work.claimed(Summary, row.call_id):
        raise MediaError("Mend it " + "so " * 500)
    row.refresh_from_db()
    assert row.error.startswith("Mend it so")
    assert len(row.error) == 500


def test_a_failed_attempt_waits_a_little_before_it_is_due(row: Summary) -> None:
    with work.claimed(Summary, row.call_id):
        raise ValueError
    now = timezone.now()
    assert work.due(Summary, now) == []
    assert work.due(Summary, now + work.PAUSE) == [row.call_id]


def test_queued_work_is_not_queued_again_at_once(row: Summary) -> None:
    now = timezone.now()
    assert work.due(Summary, now) == [row.call_id]
    work.mark_queued(Summary, [row.call_id], now)
    assert work.due(Summary, now) == []
    assert work.due(Summary, now + work.REQUEUE_EVERY + timedelta(seconds=1)) == [row.call_id]
    assert work.claim(Summary, row.call_id) is not None


def test_a_hint_does_not_prolong_a_lease(row: Summary) -> None:
    taken = work.claim(Summary, row.call_id)
    assert taken is not None
    work.mark_queued(Summary, [row.call_id], timezone.now() + timedelta(hours=1))
    row.refresh_from_db()
    assert row.leased_until == taken.leased_until


def test_who_lost_the_work_does_not_overwrite_it(row: Summary) -> None:
    slow = work.claim(Summary, row.call_id)
    expire(row)
    quick = work.claim(Summary, row.call_id)
    assert slow is not None
    assert quick is not None
    quick.text, slow.text = "quick", "slow"
    work.fail(slow, "too slow")
    assert not work.complete(slow)
    assert work.complete(quick)
    assert not work.complete(slow)
    row.refresh_from_db()
    assert (row.state, row.text, row.error) == (WorkState.DONE, "quick", "")


def _asked_again(row: Summary, _held: Summary) -> None:
    assert work.retry(row)


def _given_back(row: Summary, held: Summary) -> None:
    work.release(held)
    other = work.claim(Summary, row.call_id)
    assert other is not None
    work.release(other)


def _put_off(row: Summary, held: Summary) -> None:
    other = work.claim(Summary, row.call_id)
    assert other is not None
    work.postpone(other, "later", timedelta(0))


@pytest.mark.parametrize("meanwhile", [_asked_again, _given_back, _put_off])
@pytest.mark.parametrize("taken_anew", [True, False])
def test_who_stood_still_never_holds_the_work_again(
    row: Summary, meanwhile: Callable[[Summary, Summary], None], taken_anew: bool
) -> None:
    """Whatever happens to the count of attempts, which goes back to where it was."""
    slow = work.claim(Summary, row.call_id)
    assert slow is not None
    expire(row)
    meanwhile(row, slow)
    now = work.claim(Summary, row.call_id) if taken_anew else None
    slow.text = "slow"
    with transaction.atomic():
        assert not work.is_held(slow)
    assert not work.complete(slow)
    work.fail(slow, "too slow")
    work.release(slow)
    assert Summary.objects.get().text == ""
    if now is not None:
        assert work.complete(now)
        row.refresh_from_db()
        assert (row.state, row.error) == (WorkState.DONE, "")


def test_work_under_way_cannot_be_asked_for_again(row: Summary) -> None:
    assert work.claim(Summary, row.call_id) is not None
    assert not work.retry(row)
    expire(row)
    assert work.retry(row)


@pytest.mark.django_db(transaction=True)
def test_a_long_work_keeps_its_lease(row: Summary) -> None:
    lease = timedelta(seconds=0.3)
    with work.claimed(Summary, row.call_id, lease) as held:
        assert held is not None
        assert held.leased_until is not None
        end = time.monotonic() + 10
        while Summary.objects.get().leased_until == held.leased_until:
            assert time.monotonic() < end, "the lease was not renewed"
            time.sleep(0.01)
    assert not [t for t in threading.enumerate() if t.name.startswith("lease-")]


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_one_gets_the_work(row: Summary) -> None:
    barrier = threading.Barrier(4)

    def grab(_: int) -> Summary | None:
        try:
            barrier.wait(10)
            return work.claim(Summary, row.call_id)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        taken = [found for found in pool.map(grab, range(4)) if found is not None]
    assert len(taken) == 1
    assert Summary.objects.get().attempts == 1


def test_a_full_disk_is_waited_for(row: Summary) -> None:
    full = OSError(errno.ENOSPC, "No space left on device")
    for attempt in range(1, work.MAX_CLAIMS):
        with work.claimed(Summary, row.call_id):
            raise full
        row.refresh_from_db()
        assert (row.state, row.attempts) == (WorkState.PENDING, attempt)
    with work.claimed(Summary, row.call_id):
        raise full
    row.refresh_from_db()
    assert row.state == WorkState.FAILED
    assert "No space left" in row.error


def test_what_passes_is_told_from_what_stays() -> None:
    assert work.is_passing(OperationalError("database is locked"))
    assert not work.is_passing(OSError(errno.ENOENT, "No such file"))
    assert not work.is_passing(MediaError("no audio"))
