"""Jobs that wait or failed are queued at once, each in its own way."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from sessions_app.models import (
    Archive,
    Call,
    ErasureReceipt,
    Recording,
    Summary,
    WebhookDelivery,
    WebhookEndpoint,
)
from sessions_app.models.work import LeasedJob, WorkState
from sessions_app.services import job_tasks, queueing, retrying
from tests.conftest import CallMaker, Queued

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def over(make_call: CallMaker, alice: User) -> Call:
    call = make_call(alice)
    Call.objects.filter(pk=call.pk).update(state="ended", ended_at=timezone.now())
    call.refresh_from_db()
    return call


def test_every_kind_of_job_can_be_queued_as_beat_does() -> None:
    assert set(job_tasks.TASKS) == set(LeasedJob.__subclasses__())
    assert set(job_tasks.TASKS) > job_tasks.WAITING


def test_a_failed_one_has_all_its_attempts_again(over: Call, staff: User, queued: Queued) -> None:
    Summary.objects.create(call=over, state=WorkState.FAILED, attempts=3, error="It was late.")
    assert retrying.retry_now(Summary, staff) == 1
    row = Summary.objects.get()
    assert (row.state, row.attempts, row.error) == (WorkState.PENDING, 0, "")
    assert queued() == [(queueing.SUMMARISE, over.pk)]
    assert over.access_log.filter(user=staff).exists()


def test_what_waits_for_its_next_attempt_need_not(over: Call, staff: User, queued: Queued) -> None:
    later = timezone.now() + timedelta(hours=1)
    receipt = ErasureReceipt.objects.create(
        kind="audio", cause="rule", subject="x", target=1, leased_until=later
    )
    assert retrying.retry_now(ErasureReceipt, staff) == 1
    receipt.refresh_from_db()
    assert receipt.leased_until is not None
    assert receipt.leased_until < later
    assert queued() == [(queueing.ERASE, receipt.pk)]


def test_what_a_worker_has_and_what_must_not_come_back_is_left(
    over: Call, staff: User, queued: Queued, monkeypatch: pytest.MonkeyPatch
) -> None:
    Recording.objects.create(call=over, state=WorkState.RUNNING, leased_until=timezone.now())
    Archive.objects.create(user=staff, kind="own", state=WorkState.FAILED)
    assert retrying.retry_now(Recording, staff) == 0
    assert retrying.retry_now(Archive, staff) == 0
    Recording.objects.update(state=WorkState.FAILED)
    Call.everything.update(erasing_at=timezone.now())
    assert retrying.retry_now(Recording, staff) == 0
    assert queued() == []


def test_a_press_queues_so_many(staff: User, queued: Queued, monkeypatch: Any) -> None:
    monkeypatch.setattr(retrying, "MOST", 2)
    hook = WebhookEndpoint.objects.create(name="crm", url="https://example.org/", events=[])
    for number in range(3):
        about = f"call.ended {number}"
        row = {"event": "call.ended", "about": about, "sequence": number}
        WebhookDelivery.objects.create(endpoint=hook, state=WorkState.FAILED, **row)
    assert retrying.retry_now(WebhookDelivery, staff) == 2
    assert {task for task, _ in queued()} == {queueing.DELIVER}
    assert WebhookDelivery.objects.filter(state=WorkState.FAILED).count() == 1
