from typing import Any

import pytest
from django.contrib.auth.models import User

from sessions_app.core import events
from sessions_app.core.events import NoteKind, SegmentFinal, Speaker
from sessions_app.core.states import CallState
from sessions_app.models import AccessLog, Call, Summary
from sessions_app.models.work import WorkState
from sessions_app.services import calls, queueing, summaries, transcripts, turns, work
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
    assert (kept.text, kept.key_points) == (lines[1], [])
    assert kept.speakers == [{"speaker": "caller", "spoken_ms": 1800, "words": 15}]


TALK = [
    "The budget of the garden project is almost spent.",
    "The trees of the garden project arrive on monday.",
    "The garden has forty trees of five different kinds.",
    "The film of yesterday evening was three hours long.",
    "The neighbours asked about the noise of the machines.",
    "The weather of the last few weeks was far too dry.",
    "The machines of the neighbours stand in the garden now.",
    "We will send the contract to the customer by friday.",
    "Take a note the gate of the garden is broken.",
]


@pytest.mark.parametrize("sentences", [1, 2, 3, 5, 8, 9])
def test_people_read_no_sentence_of_a_summary_twice(
    alice: User, make_call: CallMaker, sentences: int
) -> None:
    call = make_call(alice)
    said = TALK[-sentences:]
    transcripts.append(
        [
            (call.pk, SegmentFinal(n, Speaker.CALLER, text, 1000 * n, 1000 * n + 900))
            for n, text in enumerate(said, start=1)
        ]
    )
    gate = events.Note(1, NoteKind.NOTE, "the gate of the garden is broken", 8000)
    turns.replace_notes(call.pk, [gate])
    row = Summary.objects.create(call=call)
    summaries.summarise(call, row, ExtractiveSummariser())
    told = summaries.told(row)
    listed = [point["text"] for point in (*told.key_points, *told.action_items)]
    shown = " ".join([told.text, *listed])
    assert shown
    assert all(shown.count(text.removeprefix("Take a note ")) <= 1 for text in said)
    assert shown.count(TALK[7]) == (1 if sentences > 1 else 0)
    assert len(told.key_points) == (0 if sentences <= 6 else 4)


def test_people_read_old_summaries_without_repeats() -> None:
    points = [{"text": text, "seq": n} for n, text in enumerate(TALK[:3], start=1)]
    noted = {"text": "milk", "seq": None}
    row = Summary(
        text=" ".join(TALK[:3]), key_points=[noted, *points], action_items=[points[1], noted]
    )
    told = summaries.told(row)
    assert told == summaries.Told("", [points[0], points[2]], [points[1], noted])


def test_a_text_of_its_own_is_shown_beside_key_points() -> None:
    points = [{"text": TALK[0], "seq": 1}]
    row = Summary(text="They spoke of money.", key_points=points)
    assert summaries.told(row) == summaries.Told("They spoke of money.", points, [])


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
