"""Filters and ordering of the list of calls."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

import django_filters  # type: ignore[import-untyped]
from django import forms
from django.db.models import Exists, OuterRef, QuerySet
from django_filters.fields import IsoDateTimeField  # type: ignore[import-untyped]
from rest_framework.exceptions import ValidationError
from rest_framework.filters import OrderingFilter
from rest_framework.request import Request
from rest_framework.views import APIView

from sessions_app.api.parameters import not_known, perhaps, shown
from sessions_app.api.reviews import ReviewedFilter
from sessions_app.api.tags import TagFilter
from sessions_app.api.true_or_false import TrueOrFalseFilter
from sessions_app.engine.core.events import Speaker
from sessions_app.engine.core.states import CallState
from sessions_app.engine.core.timestamps import OUT_OF_RANGE, is_storable
from sessions_app.models import Agent, Call, Segment
from sessions_app.services import search


def _refused(told: str) -> forms.ValidationError:
    """Returns an error that quotes what a client sent; the library formats messages with `%`."""
    return forms.ValidationError("%(told)s", params={"told": told})


class MomentField(IsoDateTimeField):  # type: ignore[misc] # untyped library
    """A time in ISO 8601 that is representable in UTC."""

    default_error_messages = {
        "invalid": "Give a date and time in ISO 8601, such as 2026-05-01T12:00:00Z."
    }

    def clean(self, value: Any) -> datetime | None:
        moment: datetime | None = super().clean(value)
        if moment is not None and not is_storable(moment):
            raise forms.ValidationError(OUT_OF_RANGE)
        return moment


class MomentFilter(django_filters.IsoDateTimeFilter):  # type: ignore[misc] # untyped library
    """Compares with a time."""

    field_class = MomentField


class WholeNumberFilter(django_filters.NumberFilter):  # type: ignore[misc] # untyped library
    """Compares with a whole number."""

    field_class = forms.IntegerField


class StateField(forms.MultipleChoiceField):
    """Call states by name; the error lists them."""

    def validate(self, value: Any) -> None:
        for name in value:
            if not self.valid_value(name):
                raise _refused(not_known(str(name), [s.value for s in CallState]))


class StateFilter(django_filters.MultipleChoiceFilter):  # type: ignore[misc] # untyped library
    """Calls in any of the given states."""

    field_class = StateField


class AgentField(forms.CharField):
    """The slug of any agent; the error lists the active ones."""

    def clean(self, value: Any) -> str:
        slug: str = super().clean(value)
        if slug and not Agent.objects.filter(slug=slug).exists():
            active = Agent.objects.filter(is_active=True).values_list("slug", flat=True)
            raise _refused(not_known(slug, list(active)))
        return slug


class AgentFilter(django_filters.CharFilter):  # type: ignore[misc] # untyped library
    """Calls with an agent."""

    field_class = AgentField


class SpeakerFilterField(forms.ChoiceField):
    """Who speaks; the error lists them."""

    def validate(self, value: Any) -> None:
        if value and not self.valid_value(value):
            told = not_known(str(value), [speaker.value for speaker in Speaker])
            raise _refused(told)


class SpeakerFilter(django_filters.ChoiceFilter):  # type: ignore[misc] # untyped library
    """Calls in which a side spoke."""

    field_class = SpeakerFilterField


class CallFilter(django_filters.FilterSet):  # type: ignore[misc] # untyped library
    """The list's query parameters, but for those of pages and order."""

    tag = TagFilter(help_text="A tag; several, parted by commas, for calls that have all of them.")
    reviewed = ReviewedFilter(help_text="Whether somebody reviewed it: true or false.")
    speaker = SpeakerFilter(
        choices=[(speaker.value, speaker.value) for speaker in Speaker],
        method="said_by",
        help_text="With `q`: who said them.",
    )
    duration_min_ms = WholeNumberFilter(
        field_name="duration_ms", lookup_expr="gte", help_text="So long or longer, in ms."
    )
    duration_max_ms = WholeNumberFilter(
        field_name="duration_ms", lookup_expr="lte", help_text="So long or shorter, in ms."
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
    tag = TagFilter(help_text="A tag; several, parted by commas, for calls that have all of them.")
    reviewed = ReviewedFilter(help_text="Whether somebody reviewed it: true or false.")
    updated_after = MomentFilter(
        field_name="updated_at",
        lookup_expr="gte",
        help_text="Changed at this time or later, ISO 8601. Calls may become visible later than "
        "they were changed: /api/v1/changes/ misses none.",
    )
    state = StateFilter(
        choices=[(state.value, state.value) for state in CallState],
        help_text="One state, or several by repeating the parameter.",
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
        "that begin so.",
    )

    class Meta:
        model = Call
        fields: list[str] = []

    def saying(
        self,
        queryset: QuerySet[Call],
        name: str,
        value: str,
    ) -> QuerySet[Call]:
        return search.calls_saying(queryset, value, str(self.data.get("speaker", "")))

    def said_by(self, queryset: QuerySet[Call], name: str, value: str) -> QuerySet[Call]:
        """Narrows nothing by itself: `saying` asks for it."""
        return queryset

    def doubtful(self, queryset: QuerySet[Call], name: str, value: Decimal) -> QuerySet[Call]:
        return queryset.filter(_having(confidence__lt=float(value)))

    def cut(self, queryset: QuerySet[Call], name: str, value: bool) -> QuerySet[Call]:
        had = _having(heard_text__isnull=False)
        return queryset.filter(had if value else ~had)

    def broken(self, queryset: QuerySet[Call], name: str, value: bool) -> QuerySet[Call]:
        return queryset.exclude(gaps=[]) if value else queryset.filter(gaps=[])


def _having(**wanted: Any) -> Exists:
    """Returns whether a call has a segment like that."""
    return Exists(Segment.objects.filter(call=OuterRef("pk"), **wanted))


class StrictOrdering(OrderingFilter):
    """`?ordering=`; an unknown field is an error instead of ignored."""

    def remove_invalid_fields(
        self, queryset: QuerySet[Any], fields: Iterable[str], view: APIView, request: Request
    ) -> list[str]:
        valid = [name for name, _ in self.get_valid_fields(queryset, view, {"request": request})]
        wanted = list(fields)
        for field in wanted:
            if field.removeprefix("-") not in valid:
                wrong = f"There is no {shown(field)!r}{perhaps(field.removeprefix('-'), valid)}."
                how = f"Order by {', '.join(valid)}, or -field."
                raise ValidationError({"ordering": [f"{wrong} {how}"]})
        return wanted
