from typing import Any

import pytest
from django.contrib.auth.models import User

from sessions_app.core.events import SegmentFinal, Speaker
from sessions_app.core.states import CallState
from sessions_app.models import AccessLog, Call, Summary
from sessions_app.models.work import WorkState
from sessions_app.services import calls, queueing, summaries, transcripts, work
from sessions_app.summaries.extractive import ExtractiveSummariser
from tests.conftest import CallMaker, Queued

pytestmark = pytest.mark.django_db


def test_a_summary_is_filled_from_the_transcript(alice: User, make_call: CallMaker) -> None:
    call = make_call(alice)
    lines = ["We will send the contract to the customer by friday.", "The weather was good today."]
    transcripts.append(
        [
            (call.pk, SegmentFinal(n, Speaker.CALLER, text, 1000 * n, 1000 * n + 900))
            for n, text in enumerate(lines, start=1)
        ]
    )
    Summary.objects.create(call=call)
    row = work.take(Summary, call.pk)
    assert row is not None
    summaries.summarise(call, row, ExtractiveSummariser())
    kept = Summary.objects.get(call=call)
    assert (kept.state, kept.engine) == (WorkState.DONE, "extractive")
    assert kept.action_items == [{"text": lines[0], "seq": 1}]
    assert [point["seq"] for point in kept.key_points] == [1, 2]
    assert kept.speakers == [{"speaker": "caller", "spoken_ms": 1800, "words": 15}]


@pytest.fixture
def ended(alice: User, make_call: CallMaker) -> Call:
    call = make_call(alice)
    calls.move(call.public_id, CallState.FAILED)
    call.refresh_from_db()
    return call


def test_a_summary_can_be_asked_for_again(
    ended: Call, staff: User, queued: Queued, django_capture_on_commit_callbacks: Any
) -> None:
    Summary.objects.update(state=WorkState.FAILED, attempts=3, error="it broke", text="of before")
    with django_capture_on_commit_callbacks(execute=True):
        assert summaries.ask_again(ended, staff)
    row = Summary.objects.get(call=ended)
    assert (row.state, row.attempts, row.error) == (WorkState.PENDING, 0, "")
    assert row.text == "of before"
    entry = AccessLog.objects.get()
    assert (entry.user, entry.action) == (staff, "summarised")
    assert queued() == [(queueing.SUMMARISE, ended.pk)]


def test_a_call_without_a_summary_gets_one(ended: Call, staff: User) -> None:
    Summary.objects.all().delete()
    assert summaries.ask_again(ended, staff)
    assert Summary.objects.get().state == WorkState.PENDING


def test_a_live_call_or_a_summary_in_the_making_is_left_alone(
    ended: Call, alice: User, staff: User, make_call: CallMaker
) -> None:
    assert not summaries.ask_again(make_call(alice), staff)
    work.take(Summary, ended.pk)
    assert not summaries.ask_again(ended, staff)
    assert Summary.objects.get().attempts == 1
    assert not AccessLog.objects.exists()
