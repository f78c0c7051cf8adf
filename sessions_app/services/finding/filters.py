"""The filters of calls: one definition for REST, the calls page and the admin."""

from collections.abc import Collection
from datetime import time, timedelta
from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Any

import django_filters  # type: ignore[import-untyped]
from django import forms
from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from sessions_app.engine.core.events import Speaker
from sessions_app.engine.core.states import CallState, EndReason
from sessions_app.models import Call, Extraction, Recording, Segment, Summary, Version
from sessions_app.models.work import WorkState
from sessions_app.services import reviews, search
from sessions_app.services.finding import named
from sessions_app.services.finding.fields import (
    STATES,
    AgentFilter,
    DayFilter,
    MomentFilter,
    SeveralFilter,
    SpeakerFilter,
    StateFilter,
    TagFilter,
    TrueOrFalseFilter,
    WholeNumberFilter,
)

REVIEW_NOT_TOLD = (
    "Only staff see whether a call was reviewed, and its owner where the setting "
    "REVIEW_FOR_OWNER names reviewed."
)
BACKWARD = "Choose the same day or a later one."
LOST = (EndReason.CONNECTION_LOST.value, EndReason.NEVER_CONNECTED.value)
OURS = (
    EndReason.SERVER_STOPPED.value,
    EndReason.SERVER_DIED.value,
    EndReason.INTERNAL_ERROR.value,
)
ANY_FAILURE = "any"
WORK: dict[str, Any] = {
    "recording": Recording,
    "summary": Summary,
    "extraction": Extraction,
    "second_pass": Version,
}
FAILURES = (ANY_FAILURE, "call", "connection", "server", *WORK)

MOST_DAYS = 36_500
"""A hundred years. Without a limit the first day could lie before the year 1, which fails."""


def _same(names: Collection[str]) -> list[tuple[str, str]]:
    return [(name, name) for name in names]


class FindingForm(forms.Form):
    """Checks what one filter alone cannot."""

    user: Any = None

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        since, until = data.get("since"), data.get("until")
        if since and until and until < since:
            self.add_error("until", BACKWARD)
        if data.get("reviewed") is not None and not named.sees_reviewed(self.user):
            self.add_error("reviewed", REVIEW_NOT_TOLD)
        scores = [name for name in data if name.startswith(named.SCORE) and data[name]]
        scores += ["scored"] if data.get("scored") is not None else []
        if scores and not named.may_ask_scores(self.user):
            for name in scores:
                self.add_error(name, named.NO_SCORES)
        return data


class CallFilter(django_filters.FilterSet):  # type: ignore[misc] # untyped library
    """The filters by name; those of `named`, of any name, are added to what a query asks.

    `form.errors` says what is wrong and how to fix it; `qs` leaves wrong values out.
    """

    tag = TagFilter(
        help_text="A tag; several, separated by commas, for calls that have all of them."
    )
    reviewed = TrueOrFalseFilter(
        method="was_reviewed", help_text="Whether somebody reviewed it: true or false."
    )
    scored = TrueOrFalseFilter(
        method="was_scored",
        help_text="Whether it has a scorecard that you may see: true or false.",
    )
    speaker = SpeakerFilter(
        choices=_same([speaker.value for speaker in Speaker]),
        method="said_by",
        help_text="With `q`: who said them.",
    )
    language = django_filters.CharFilter(
        method="in_language",
        help_text="The language that its agent listened for: `de` for all German, or `de-AT`.",
    )
    duration_min_ms = WholeNumberFilter(
        field_name="duration_ms", lookup_expr="gte", help_text="This long or longer, in ms."
    )
    duration_max_ms = WholeNumberFilter(
        field_name="duration_ms", lookup_expr="lte", help_text="This long or shorter, in ms."
    )
    confidence_below = django_filters.NumberFilter(
        method="doubtful",
        min_value=0,
        max_value=1,
        help_text="Something in it was recognised with less confidence, 0 to 1.",
    )
    interrupted = TrueOrFalseFilter(
        method="cut", help_text="Whether the agent was interrupted: true or false."
    )
    gaps = TrueOrFalseFilter(
        method="broken", help_text="Whether the connection was lost in between: true or false."
    )
    failure = SeveralFilter(
        choices=_same(FAILURES),
        method="failed",
        help_text="What failed: the `call` itself, its `connection`, the `server`, or what is made "
        "of it afterwards; `any` of them, or several by repeating the parameter.",
    )
    end_reason = SeveralFilter(
        choices=_same([reason.value for reason in EndReason]),
        help_text="Why it ended; several by repeating the parameter.",
    )
    updated_after = MomentFilter(
        field_name="updated_at",
        lookup_expr="gte",
        help_text="Changed at this time or later, ISO 8601. Calls may become visible later than "
        "they were changed: /api/v1/changes/ misses none.",
    )
    since = DayFilter(
        time.min, lookup_expr="gte", help_text="On this day or later, in the site's time zone."
    )
    until = DayFilter(
        time.max, lookup_expr="lte", help_text="On this day or earlier, in the site's time zone."
    )
    last_days = WholeNumberFilter(
        method="lately",
        min_value=1,
        max_value=MOST_DAYS,
        help_text="In the last this many days, of 24 hours each.",
    )
    state = StateFilter(
        choices=_same(STATES),
        help_text="One state, or several by repeating the parameter; `live`: all that are not "
        "over.",
    )
    agent = AgentFilter(field_name="agent__slug", help_text="An agent's slug.")
    owner = django_filters.CharFilter(
        field_name="owner__username",
        help_text="A user name. Useful for staff: others see only their own calls.",
    )
    visitor = django_filters.CharFilter(
        help_text="Who came by a ticket, as a call's `visitor` says it, such as id:4711."
    )
    created_after = MomentFilter(
        field_name="created_at", lookup_expr="gte", help_text="At this time or later, ISO 8601."
    )
    created_before = MomentFilter(
        field_name="created_at", lookup_expr="lt", help_text="Before this time, ISO 8601."
    )
    q = django_filters.CharFilter(
        method="saying",
        help_text='Words that were all said in the call; "in quotes": as a phrase; begin*: words '
        "that begin with it.",
    )

    class Meta:
        model = Call
        fields: list[str] = []
        form = FindingForm

    def __init__(self, data: Any = None, queryset: Any = None, **more: Any) -> None:
        super().__init__(data, queryset, **more)
        for name, added in named.filters_of(self.data):
            added.model, added.parent = Call, self
            self.filters[name] = added

    first: int = 0
    """How many calls are read of what is found, as `search.calls_saying` says."""

    @property
    def user(self) -> Any:
        """The user who filters; an anonymous one without a request."""
        return getattr(self.request, "user", AnonymousUser())

    @property
    def form(self) -> Any:
        """The checked query."""
        made = super().form
        made.user = self.user
        return made

    def saying(self, queryset: QuerySet[Call], name: str, value: str) -> QuerySet[Call]:
        speaker = self.form.cleaned_data.get("speaker") or ""
        return search.calls_saying(queryset, value, speaker, first=self.first)

    def said_by(self, queryset: QuerySet[Call], name: str, value: str) -> QuerySet[Call]:
        """Narrows nothing by itself: `saying` asks for it."""
        return queryset

    def in_language(self, queryset: QuerySet[Call], name: str, value: str) -> QuerySet[Call]:
        tag = value.replace("_", "-")
        return queryset.filter(Q(language__iexact=tag) | Q(language__istartswith=f"{tag}-"))

    def doubtful(self, queryset: QuerySet[Call], name: str, value: Decimal) -> QuerySet[Call]:
        return queryset.filter(_having(confidence__lt=float(value)))

    def cut(self, queryset: QuerySet[Call], name: str, value: bool) -> QuerySet[Call]:
        had = _having(heard_text__isnull=False)
        return queryset.filter(had if value else ~had)

    def broken(self, queryset: QuerySet[Call], name: str, value: bool) -> QuerySet[Call]:
        return queryset.exclude(gaps=[]) if value else queryset.filter(gaps=[])

    def failed(self, queryset: QuerySet[Call], name: str, value: list[str]) -> QuerySet[Call]:
        if not value:
            return queryset
        kinds = FAILURES[1:] if ANY_FAILURE in value else value
        return queryset.filter(reduce(or_, map(_failed, kinds)))

    def lately(self, queryset: QuerySet[Call], name: str, value: int) -> QuerySet[Call]:
        return queryset.filter(created_at__gte=timezone.now() - timedelta(days=int(value)))

    def was_reviewed(self, queryset: QuerySet[Call], name: str, value: bool) -> QuerySet[Call]:
        return reviews.with_reviewed(queryset, reviewed=value)

    def was_scored(self, queryset: QuerySet[Call], name: str, value: bool) -> QuerySet[Call]:
        return named.scored(queryset, self.user, is_scored=value)


def is_filter(name: str) -> bool:
    """Returns whether a query parameter is a filter, also of a tag, a score or a value."""
    return name in CallFilter.base_filters or named.is_named(name)


def _failed(kind: str) -> Q:
    if kind == "call":
        return Q(state=CallState.FAILED.value)
    if kind == "connection":
        return Q(end_reason__in=LOST)
    if kind == "server":
        return Q(end_reason__in=OURS)
    return Q(pk__in=WORK[kind].objects.filter(state=WorkState.FAILED).values("call"))


def _having(**wanted: Any) -> Exists:
    """Returns whether a call has a segment like that."""
    return Exists(Segment.objects.filter(call=OuterRef("pk"), **wanted))
