"""Finding calls by what was said."""

from django.db.models import IntegerField, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce, Length, Replace

from sessions_app.models import Call, Segment


def calls_saying(calls: QuerySet[Call], text: str) -> QuerySet[Call]:
    """Returns those of `calls` in which `text` was said, whatever its case."""
    wanted = text.strip()
    if not wanted:
        return calls
    said = Segment.objects.filter(Q(text__icontains=wanted) | Q(edited_text__icontains=wanted))
    return calls.filter(pk__in=said.values("call_id"))


def with_word_count(calls: QuerySet[Call]) -> QuerySet[Call]:
    """Returns `calls` with `word_count`: blanks between the words of each segment, plus one."""
    blanks = Length("text") - Length(Replace("text", Value(" "), Value("")))
    counted = (
        Segment.objects.filter(call_id=OuterRef("pk"))
        .order_by()
        .values("call_id")
        .annotate(total=Sum(blanks + 1))
        .values("total")
    )
    return calls.annotate(
        word_count=Coalesce(Subquery(counted, output_field=IntegerField()), Value(0))
    )
