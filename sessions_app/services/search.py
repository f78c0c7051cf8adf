"""Finding calls by what was said."""

import re

from django.db import connection
from django.db.models import (
    Case,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce, Length, Replace

from sessions_app.models import Call, Segment
from sessions_app.services.storable import one_line

SHOWN = Case(When(edited_text="", then=F("text")), default=F("edited_text"))
"""What people read of a segment, as `Segment.shown_text` says it."""


def calls_saying(calls: QuerySet[Call], text: str) -> QuerySet[Call]:
    """Returns those of `calls` in which `text` was said, whatever its case.

    Both what was recognised and what staff made of it are searched, segment by segment. All
    of `calls` fit an empty `text`.
    """
    wanted = one_line(text)
    if not wanted:
        return calls
    said = Segment.objects.filter(_holds("text", wanted) | _holds("edited_text", wanted))
    return calls.filter(pk__in=said.values("call_id"))


def with_word_count(calls: QuerySet[Call]) -> QuerySet[Call]:
    """Returns `calls` with `word_count`: the words of the transcript as people read it."""
    blanks = Length(SHOWN) - Length(Replace(SHOWN, Value(" "), Value("")))
    words = Case(When(text="", edited_text="", then=Value(0)), default=blanks + 1)
    counted = (
        Segment.objects.filter(call_id=OuterRef("pk"))
        .order_by()
        .values("call_id")
        .annotate(total=Sum(words))
        .values("total")
    )
    return calls.annotate(
        word_count=Coalesce(Subquery(counted, output_field=IntegerField()), Value(0))
    )


def _holds(field: str, wanted: str) -> Q:
    if connection.vendor == "sqlite" and not wanted.isascii():
        # SQLite's LIKE knows the case of ASCII letters only; its REGEXP is Python's
        return Q(**{f"{field}__iregex": re.escape(wanted)})
    return Q(**{f"{field}__icontains": wanted})
