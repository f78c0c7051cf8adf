"""A transcript without its words: enough to tell where its lines are. One light query."""

from collections.abc import Iterable
from typing import NamedTuple

from django.db.models import BooleanField, ExpressionWrapper, Q

from sessions_app.models import Call, Segment
from sessions_app.services import search, transcripts


class Outlined(NamedTuple):
    """One segment; `has_line` if a transcript shows it, as `transcript_lines.lines` says.

    `unsure` if the recogniser was, as `transcripts.IS_UNSURE` says.
    """

    seq: int
    speaker: str
    start_ms: int
    end_ms: int
    turn_index: int
    revision: int
    has_line: bool
    unsure: bool


_GONE = Q(shown="", revised_at__isnull=False, edited_at__isnull=True)
"""A second pass found no words in it, and nobody has said anything else."""


def of(call: Call) -> list[Outlined]:
    """Returns the call's segments by the time they were said."""
    rows = Segment.objects.filter(call=call).annotate(
        shown=search.SHOWN,
        has_line=ExpressionWrapper(~_GONE, BooleanField()),
        unsure=ExpressionWrapper(
            transcripts.IS_UNSURE & Q(confidence__isnull=False), BooleanField()
        ),
    )
    ordered = rows.order_by("start_ms", "seq").values_list(*Outlined._fields)
    return [Outlined._make(row) for row in ordered.iterator()]


def segments(call: Call, rows: Iterable[Outlined]) -> list[Segment]:
    """Returns the segments of `rows` with everything, in their order."""
    return list(transcripts.in_order(call).filter(seq__in=[row.seq for row in rows]))
