from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from sessions_app import tasks
from sessions_app.engine.core.states import CallState
from sessions_app.models import Call, Recording, Summary
from sessions_app.models.work import WorkState
from sessions_app.services import calls, work
from sessions_app.services.queueing import FINALISE, SUMMARISE
from tests.conftest import CallMaker, Queued
from voicesite.celery import app

pytestmark = pytest.mark.django_db


@pytest.fixture
def committed(django_capture_on_commit_callbacks: Any) -> Any:
    """Returns a block at whose end what waits for the commit is done."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


@pytest.fixture
def ended(alice: User, make_call: CallMaker) -> Call:
    call = make_call(alice, consented=True)
    calls.move(call.public_id, CallState.FAILED, duration_ms=0)
    return Call.objects.get()


def test_tasks_have_the_names_they_are_queued_by() -> None:
    app.loader.import_default_modules()
    scheduled = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert {FINALISE, SUMMARISE, *scheduled} <= set(app.tasks)


def test_recording_then_summary(ended: Call, queued: Queued, committed: Any) -> None:
    with committed():
        tasks.finalise_call(ended.pk)
    assert Recording.objects.get().state == WorkState.DONE
    assert Summary.objects.get().state == WorkState.PENDING
    assert queued() == [(SUMMARISE, ended.pk)]
    tasks.summarise_call(ended.pk)
    assert Summary.objects.get().state == WorkState.DONE


def test_tasks_may_run_twice(ended: Call) -> None:
    for _ in range(2):
        tasks.finalise_call(ended.pk)
        tasks.summarise_call(ended.pk)
    assert (Recording.objects.get().attempts, Summary.objects.get().attempts) == (1, 1)


@pytest.mark.parametrize("task", [tasks.finalise_call, tasks.summarise_call])
def test_a_live_call_or_none_is_left_alone(
    alice: User, make_call: CallMaker, task: Any, queued: Queued, committed: Any
) -> None:
    call = make_call(alice, consented=True)
    Summary.objects.create(call=call)
    with committed():
        task(call.pk)
        task(call.pk + 1)
    assert Summary.objects.get().state == WorkState.PENDING
    assert queued() == []


def test_a_call_whose_process_died_is_ended_and_finalised(
    alice: User,
    make_call: CallMaker,
    queued: Queued,
    committed: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tasks, "SECOND_LOOK_S", 0.0)
    call = make_call(alice)
    Call.objects.update(heartbeat_at=timezone.now() - timedelta(minutes=1))
    with committed():
        tasks.reap_stale_calls()
    assert Call.objects.get().end_reason == "server_died"
    assert queued() == [(FINALISE, call.pk)]


def test_a_call_that_beats_before_the_second_look_lives_on(
    alice: User, make_call: CallMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = make_call(alice)
    Call.objects.update(heartbeat_at=timezone.now() - timedelta(minutes=1))
    looks: list[float] = []

    def sleep(seconds: float) -> None:
        looks.append(seconds)
        calls.beat([call.public_id], timezone.now())

    monkeypatch.setattr("sessions_app.tasks.time.sleep", sleep)
    tasks.reap_stale_calls()
    assert Call.objects.get().is_live
    assert looks == [tasks.SECOND_LOOK_S]
    tasks.reap_stale_calls()
    assert len(looks) == 1


def test_due_work_is_queued_once_in_a_while(ended: Call, queued: Queued, committed: Any) -> None:
    with committed():
        tasks.requeue_due_work()
        tasks.requeue_due_work()
    assert queued() == [(FINALISE, ended.pk)]


def test_work_of_a_dead_worker_is_queued_again(ended: Call, queued: Queued, committed: Any) -> None:
    tasks.finalise_call(ended.pk)
    assert work.claim(Summary, ended.pk) is not None
    with committed():
        tasks.requeue_due_work()
    assert queued() == []
    Summary.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    with committed():
        tasks.requeue_due_work()
    assert queued() == [(FINALISE, ended.pk)]
