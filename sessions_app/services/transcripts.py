"""Operations on segments."""

import math
from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Q, QuerySet

from sessions_app.engine.core.events import SegmentFinal, Word
from sessions_app.engine.text.cleaning import one_line
from sessions_app.models import Call, Segment
from sessions_app.models.segment import DERIVED, SegmentSource
from sessions_app.services import changes

KEPT = [
    "speaker",
    "text",
    "heard_text",
    "turn_index",
    "start_ms",
    "end_ms",
    "confidence",
    "language",
    "said_by",
    "typed_by_staff",
    "words",
    *DERIVED,
]

UNSURE = 0.7
"""A line is marked below this confidence, the mean of its words'.

Of Moonshine's words at that confidence a third are wrong (docs/campaigns/confidence.md). Higher
marks more lines that are right; lower leaves more wrong ones unmarked.
"""

IS_UNSURE = Q(confidence__lt=UNSURE, edited_text="", edited_at=None, revised_at=None)
"""The recogniser was unsure of what people read: nobody has corrected it or had it done again."""


def is_unsure(segment: Segment) -> bool:
    """Returns what IS_UNSURE says of one segment."""
    known = segment.confidence is not None and segment.confidence < UNSURE
    return known and not segment.is_corrected and segment.revised_at is None


def append(rows: Iterable[tuple[int, SegmentFinal]]) -> None:
    """Stores segments of calls (by key). Storing one again changes nothing.

    Conflicts are updated, never ignored: on SQLite `ignore_conflicts` would also swallow
    rows that break a constraint. Corrections are kept.
    """
    # by their place: PostgreSQL refuses to write one row twice in a statement
    made = {(call_pk, segment.seq): _row(call_pk, segment) for call_pk, segment in rows}
    with transaction.atomic():
        _forget_deleted(made.values())
        Segment.objects.bulk_create(
            made.values(),
            update_conflicts=True,
            unique_fields=["call", "seq"],
            update_fields=KEPT,
        )
        _derive_again(made)


def _forget_deleted(rows: Iterable[Segment]) -> None:
    """Leaves out typists who were deleted before their lines were stored."""
    typed = [row for row in rows if row.said_by_id is not None]
    if not typed:
        return
    asked = User.objects.select_for_update(no_key=True).filter(
        pk__in={row.said_by_id for row in typed}
    )
    known = set(asked.values_list("pk", flat=True))
    for row in typed:
        if row.said_by_id not in known:
            row.said_by_id = None


def _derive_again(places: Iterable[tuple[int, int]]) -> None:
    """Counts and folds again segments that were stored before and corrected or revised since."""
    by_call: dict[int, set[int]] = {}
    for call_pk, seq in places:
        by_call.setdefault(call_pk, set()).add(seq)
    for call_pk, seqs in by_call.items():
        changed = ~Q(edited_text="") | Q(edited_at__isnull=False) | Q(revised_at__isnull=False)
        for segment in Segment.objects.filter(changed, call_id=call_pk, seq__in=seqs):
            segment.save(update_fields=DERIVED)


def after(call: Call, seq: int) -> QuerySet[Segment]:
    """Returns the call's segments with a greater `seq`, by `seq`."""
    return _of(call).filter(seq__gt=seq).order_by("seq")


def in_order(call: Call) -> QuerySet[Segment]:
    """Returns the call's segments by the time they were said."""
    return _of(call).order_by("start_ms", "seq")


def _of(call: Call) -> QuerySet[Segment]:
    return Segment.objects.filter(call=call).select_related("edited_by", "said_by")


def revise(call: Call, seq: int, **values: Any) -> None:
    """Stores a second pass's `values` in one of the call's segments, if it exists."""
    with transaction.atomic():
        for segment in Segment.objects.select_for_update().filter(call=call, seq=seq):
            for name, value in values.items():
                setattr(segment, name, value)
            segment.revision += 1
            segment.save(update_fields=[*values, "revision"])
        changes.updated(call.pk)


def _row(call_pk: int, segment: SegmentFinal) -> Segment:
    start = max(0, round(segment.start_ms))
    row = Segment(
        call_id=call_pk,
        seq=segment.seq,
        speaker=segment.speaker.value,
        text=one_line(segment.text),
        heard_text=None if segment.heard_text is None else one_line(segment.heard_text),
        turn_index=segment.turn,
        source=SegmentSource.KEYPAD if segment.key else SegmentSource.LIVE,
        start_ms=start,
        end_ms=max(start, round(segment.end_ms)),
        confidence=_share(segment.confidence),
        language=segment.language,
        said_by_id=segment.said_by or None,
        typed_by_staff=bool(segment.said_by),
        words=[word_row(word) for word in segment.words],
    )
    row.derive()
    return row


def word_row(word: Word) -> dict[str, Any]:
    """Returns a word as rows keep it."""
    start = max(0, round(word.start_ms))
    row = {
        "text": one_line(word.text),
        "start_ms": start,
        "end_ms": max(start, round(word.end_ms)),
        "confidence": _share(word.confidence),
    }
    return row | ({"speaker": one_line(word.speaker)} if word.speaker else {})


def heard_words(rows: Iterable[Mapping[str, Any]]) -> tuple[Word, ...]:
    """Returns words as they were before `word_row`."""
    return tuple(
        Word(w["text"], w["start_ms"], w["end_ms"], w.get("confidence"), w.get("speaker", ""))
        for w in rows
    )


def _share(confidence: float | None) -> float | None:
    """Returns a confidence within 0..1: engines round, and some count in logarithms."""
    if confidence is None or math.isnan(confidence):
        return None
    return min(1.0, max(0.0, confidence))
