import pytest
from django.contrib.auth.models import User

from sessions_app.core.events import SegmentFinal, Speaker
from sessions_app.models import AccessLog, Summary
from sessions_app.models.work import WorkState
from sessions_app.services import summaries, transcripts, work
from sessions_app.summaries.extractive import ExtractiveSummariser
from tests.conftest import CallMaker

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


def test_a_summary_can_be_asked_for_again(alice: User, staff: User, make_call: CallMaker) -> None:
    call = make_call(alice)
    Summary.objects.create(call=call, state=WorkState.FAILED, attempts=3, error="it broke")
    summaries.ask_again(call, staff)
    row = Summary.objects.get(call=call)
    assert (row.state, row.attempts, row.error) == (WorkState.PENDING, 0, "")
    assert AccessLog.objects.get().user == staff
