from dataclasses import replace
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from sessions_app.engine.core.events import SegmentFinal, Speaker, Word
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


def test_a_key_is_kept_as_such_and_counts_as_no_word(alice: User, make_call: CallMaker) -> None:
    call = make_call(alice)
    pressed = SegmentFinal(1, Speaker.CALLER, "Pressed 5", 9, 9, typed=True, key="5")
    transcripts.append([(call.pk, pressed), (call.pk, final(2))])
    key, words = Segment.objects.filter(call=call).order_by("seq")
    assert (key.text, key.source, key.word_count) == ("Pressed 5", "keypad", 0)
    assert (words.source, words.word_count) == ("live", 1)


def test_storing_a_segment_again_makes_no_second_one(alice: User, make_call: CallMaker) -> None:
    call = make_call(alice)
    transcripts.append([(call.pk, final(1))])
    transcripts.append([(call.pk, final(1)), (call.pk, final(2))])
    assert list(Segment.objects.values_list("seq", flat=True)) == [1, 2]


def test_a_row_that_breaks_a_rule_is_refused_not_dropped(alice: User, make_call: CallMaker) -> None:
    call = make_call(alice)
    with pytest.raises(IntegrityError), transaction.atomic():
        transcripts.append([(call.pk, final(1)), (call.pk, final(-1))])
    assert not Segment.objects.exists()


@pytest.mark.parametrize(
    ("told", "kept"), [(1.0000002, 1.0), (-0.1, 0.0), (float("nan"), None), (None, None)]
)
def test_a_confidence_is_a_share(
    alice: User, make_call: CallMaker, told: float | None, kept: float | None
) -> None:
    word = Word("x", 0, 1, told)
    call = make_call(alice)
    transcripts.append([(call.pk, SegmentFinal(1, Speaker.CALLER, "x", 0, 1, (word,), told))])
    segment = Segment.objects.get()
    assert segment.confidence == segment.words[0]["confidence"] == kept


def test_one_batch_may_hold_a_segment_twice(alice: User, make_call: CallMaker) -> None:
    call = make_call(alice)
    transcripts.append([(call.pk, final(1, "first")), (call.pk, final(1, "second"))])
    assert Segment.objects.get().text == "second"


def test_text_is_kept_as_one_line_that_every_database_takes(
    alice: User, make_call: CallMaker
) -> None:
    call = make_call(alice)
    word = Word("a\x00", 0, 1)
    transcripts.append([(call.pk, SegmentFinal(1, Speaker.CALLER, " a\x00 \n b ", 0, 1, (word,)))])
    segment = Segment.objects.get()
    assert (segment.text, segment.words[0]["text"]) == ("a b", "a")


def test_segments_come_in_two_orders(alice: User, make_call: CallMaker) -> None:
    call = make_call(alice)
    transcripts.append([(call.pk, final(1, start=5000.0)), (call.pk, final(2, start=0.0))])
    assert [s.seq for s in transcripts.after(call, 0)] == [1, 2]
    assert [s.seq for s in transcripts.in_order(call)] == [2, 1]


def test_times_are_put_in_order(alice: User, make_call: CallMaker) -> None:
    call = make_call(alice)
    transcripts.append([(call.pk, SegmentFinal(1, Speaker.CALLER, "x", -3.0, -5.0))])
    kept = Segment.objects.get()
    assert (kept.start_ms, kept.end_ms) == (0, 0)


def test_a_line_stays_marked_as_typed_without_who_typed_it(
    alice: User, staff: User, make_call: CallMaker
) -> None:
    call = make_call(alice)
    said = [replace(final(seq), speaker=Speaker.AGENT, said_by=staff.pk) for seq in (1, 2)]
    transcripts.append([(call.pk, said[0])])
    staff.delete()
    transcripts.append([(call.pk, said[1]), (call.pk, final(3))])  # they were deleted meanwhile
    rows: Any = call.segments.order_by("seq").values_list("said_by", "typed_by_staff")
    assert list(rows) == [(None, True), (None, True), (None, False)]
