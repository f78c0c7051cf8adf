import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from sessions_app.core.events import SegmentFinal, Speaker, Word
from sessions_app.models import Segment
from sessions_app.services import transcripts
from tests.conftest import CallMaker

pytestmark = pytest.mark.django_db


def final(seq: int, text: str = "Hello.", start: float = 0.0) -> SegmentFinal:
    words = (Word("hello", start + 10.4, start + 500.6, 0.5),)
    return SegmentFinal(seq, Speaker.CALLER, text, start, start + 600.2, words, 0.5, "en-US")


def test_segments_are_kept_with_their_words(alice: User, make_call: CallMaker) -> None:
    call = make_call(alice)
    transcripts.append([(call.pk, final(1)), (call.pk, final(2, "Again.", 1000.0))])
    first = Segment.objects.get(call=call, seq=1)
    assert (first.start_ms, first.end_ms, first.confidence) == (0, 600, 0.5)
    assert first.words == [{"text": "hello", "start_ms": 10, "end_ms": 501, "confidence": 0.5}]
    assert [s.seq for s in transcripts.after(call, 1)] == [2]


def test_storing_a_segment_again_makes_no_second_one(alice: User, make_call: CallMaker) -> None:
    call = make_call(alice)
    transcripts.append([(call.pk, final(1))])
    transcripts.append([(call.pk, final(1)), (call.pk, final(2))])
    assert list(Segment.objects.values_list("seq", flat=True)) == [1, 2]


def test_a_row_that_breaks_a_rule_is_refused_not_dropped(alice: User, make_call: CallMaker) -> None:
    call = make_call(alice)
    wrong = SegmentFinal(1, Speaker.CALLER, "x", 0, 100, (), 1.5)
    with pytest.raises(IntegrityError), transaction.atomic():
        transcripts.append([(call.pk, wrong)])


def test_times_are_put_in_order(alice: User, make_call: CallMaker) -> None:
    call = make_call(alice)
    transcripts.append([(call.pk, SegmentFinal(1, Speaker.CALLER, "x", -3.0, -5.0))])
    kept = Segment.objects.get()
    assert (kept.start_ms, kept.end_ms) == (0, 0)
