"""Finding calls by what was said."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import reduce
from operator import or_

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
from django.db.models.functions import Coalesce

from sessions_app.engine.core.party import Party
from sessions_app.engine.text.cleaning import one_line
from sessions_app.engine.text.folding import folded
from sessions_app.engine.text.queries import Term, asked
from sessions_app.engine.text.writing import join_sentences
from sessions_app.models import Call, Segment
from sessions_app.services.search.index import having, index_of, reading

SHOWN = Case(
    When(~Q(edited_text="") | Q(edited_at__isnull=False), then=F("edited_text")),
    When(revised_at__isnull=False, then=F("revised_text")),
    default=Coalesce(F("heard_text"), F("text")),
)
"""What people read of a segment, as `Segment.shown_text` says it."""


LIKELY = 20
"""How many equally good segments are compared.

More reads more texts for each call; fewer may miss the best place.
"""


def calls_saying(
    calls: QuerySet[Call], text: str, speaker: str = "", *, first: int = 0
) -> QuerySet[Call]:
    """Returns those of `calls` in which all terms of `text` were said, anywhere.

    With a `speaker`, that side said each of them. Whoever reads only the `first` of what is found,
    newest or oldest first, says how many, which spares finding all others.

    Terms are as `text.queries` reads them. Searches what was recognised live and in a second pass,
    what was heard of it, and corrections. All of `calls` fit an empty `text`.
    """
    wanted = asked(one_line(text))
    if not wanted:
        return calls
    found, left = index_of(calls.db).saying(wanted, first)
    calls = calls.filter(found)
    for term in wanted if speaker else left:  # the index does not know who speaks
        calls = calls.filter(reading(term, speaker))
    return calls


@dataclass(frozen=True, slots=True)
class BestSegment:
    """The segment of a call that best fits a search, and what people read of it."""

    seq: int
    shown_text: str


def best_segments(calls: Iterable[Call], text: str) -> dict[int, BestSegment]:
    """Returns of each call, by its key, the segment that has most of the terms.

    Of the first LIKELY equals it is the one whose shown text has most of them, then the one with
    most of them as words or their beginnings, then the first. A call in which none of them was
    said has no entry.
    """
    wanted = asked(one_line(text))
    if not wanted:
        return {}
    many = sum((_has(term) for term in wanted), start=Value(0))
    said = Segment.objects.filter(holding(text), call__in=list(calls))
    rows = said.annotate(many=many, shown=SHOWN).order_by("-many", "start_ms", "seq")
    likely: dict[int, list[tuple[int, BestSegment]]] = {}
    for call_id, has, seq, shown in rows.values_list("call_id", "many", "seq", "shown"):
        several = likely.setdefault(call_id, [])
        if len(several) < LIKELY and (not several or several[0][0] == has):
            several.append((has, BestSegment(seq, shown)))
    return {
        call_id: max((hit for _, hit in several), key=lambda hit: _rank(hit.shown_text, wanted))
        for call_id, several in likely.items()
    }


def _rank(shown: str, wanted: Iterable[Term]) -> tuple[int, int]:
    """Returns how many terms a text has, and how many as the beginning of a word."""
    plain = folded(shown)
    has = [term for term in wanted if term.is_in(plain)]
    return len(has), sum(Term(term.text, begins=True).is_in(plain) for term in has)


def _has(term: Term) -> Case:
    """Returns 1 of a segment that has the term, else 0."""
    has = When(having(term), then=Value(1))
    return Case(has, default=Value(0), output_field=IntegerField())


def with_word_count(calls: QuerySet[Call]) -> QuerySet[Call]:
    """Returns `calls` with `word_count`: the words of the transcript as people read it."""
    counted = (
        Segment.objects.filter(call_id=OuterRef("pk"))
        .order_by()
        .values("call_id")
        .annotate(total=Sum("word_count"))
        .values("total")
    )
    return calls.annotate(
        word_count=Coalesce(Subquery(counted, output_field=IntegerField()), Value(0))
    )


@dataclass(frozen=True, slots=True)
class Earlier:
    """A past call: ISO date, title, and its summary or what was said first."""

    date: str
    title: str
    text: str


def earlier_calls(party: Party, before_pk: int, query: str, limit: int) -> list[Earlier]:
    """Returns the party's calls before one (by key) in which `query` was said, newest first.

    A visitor without a name has none: earlier calls may be somebody else's.
    """
    if not party.recurs:
        return []
    own = Call.objects.filter(
        owner_id=party.user_id, visitor=party.visitor, pk__lt=before_pk
    ).order_by("-pk")
    found = calls_saying(own, query).select_related("summary")[:limit]
    return [
        Earlier(call.created_at.date().isoformat(), call.title, _gist(call, query))
        for call in found
    ]


def _gist(call: Call, query: str) -> str:
    summary = getattr(call, "summary", None)
    if summary is not None and summary.text:
        return str(summary.text)
    said = Segment.objects.filter(call=call).filter(holding(query))
    return join_sentences(segment.shown_text for segment in said.order_by("seq")[:5])


def holding(text: str) -> Q:
    """Returns the filter for segments that have one of the terms of `text` or more."""
    return reduce(or_, map(having, asked(one_line(text))), Q(pk__in=[]))
