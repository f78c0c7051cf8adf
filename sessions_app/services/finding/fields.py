"""How the values of filters are parsed, and the errors about wrong ones."""

import re
from collections.abc import Collection
from datetime import date, datetime, time
from typing import Any

import django_filters  # type: ignore[import-untyped]
from django import forms
from django.db.models import QuerySet
from django.utils import timezone
from django_filters.fields import IsoDateTimeField  # type: ignore[import-untyped]

from sessions_app.engine.core.events import Speaker
from sessions_app.engine.core.states import LIVE, CallState
from sessions_app.engine.core.timestamps import OUT_OF_RANGE, in_utc, is_storable
from sessions_app.models import Agent, Call
from sessions_app.services import tags
from sessions_app.services.finding.words import not_known

LIVE_STATES = "live"
"""Stands for every state of a call that is not over."""

STATES = (*(state.value for state in CallState), LIVE_STATES)


def refused(told: str) -> forms.ValidationError:
    """Returns an error that quotes what a client sent; the library formats messages with `%`."""
    return forms.ValidationError("%(told)s", params={"told": told})


_PLUS_IS_BLANK = re.compile(r"(.+[0-9]{2}:[0-9]{2}\S*) ([0-9]{2}:?[0-9]{2})")
"""A time of which the `+` before its zone was not written as %2B, which makes it a blank."""


class MomentField(IsoDateTimeField):  # type: ignore[misc] # untyped library
    """A time in ISO 8601 that is representable in UTC."""

    default_error_messages = {
        "invalid": "Give a date and time in ISO 8601, such as 2026-05-01T12:00:00Z."
    }

    def clean(self, value: Any) -> datetime | None:
        meant = _PLUS_IS_BLANK.fullmatch(value) if isinstance(value, str) else None
        moment: datetime | None = super().clean(f"{meant[1]}+{meant[2]}" if meant else value)
        try:
            return None if moment is None else in_utc(moment)
        except OverflowError:
            raise forms.ValidationError(OUT_OF_RANGE) from None


class MomentFilter(django_filters.IsoDateTimeFilter):  # type: ignore[misc] # untyped library
    """Compares with a time."""

    field_class = MomentField


class DayField(forms.DateField):
    """A day of the site's time zone; its time that is compared must be representable in UTC."""

    default_error_messages = {"invalid": "Give a day as year-month-day, such as 2026-05-01."}

    def __init__(self, moment: time, **more: Any) -> None:
        super().__init__(**more)
        self._moment = moment

    def clean(self, value: Any) -> date | None:
        day: date | None = super().clean(value)
        if day and not is_storable(_at(day, self._moment)):
            raise forms.ValidationError(OUT_OF_RANGE)
        return day


class DayFilter(django_filters.DateFilter):  # type: ignore[misc] # untyped library
    """Calls from a day on (`time.min`), or until it (`time.max`)."""

    field_class = DayField

    def __init__(self, moment: time, **more: Any) -> None:
        super().__init__(moment=moment, **more)
        self._moment = moment

    def filter(self, queryset: QuerySet[Call], value: date | None) -> QuerySet[Call]:
        if value is None:
            return queryset
        lookup = f"created_at__{self.lookup_expr}"
        return queryset.filter(**{lookup: _at(value, self._moment)})


def _at(day: date, moment: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, moment))


class WholeNumberFilter(django_filters.NumberFilter):  # type: ignore[misc] # untyped library
    """Compares with a whole number."""

    field_class = forms.IntegerField


class SeveralField(forms.MultipleChoiceField):
    """Any of some names; the error lists them."""

    def validate(self, value: Any) -> None:
        choices: Any = self.choices
        for name in value:
            if not self.valid_value(name):
                raise refused(not_known(str(name), [known for known, _ in choices]))


class SeveralFilter(django_filters.MultipleChoiceFilter):  # type: ignore[misc] # untyped library
    """Calls of which any of the given names is true."""

    field_class = SeveralField

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, distinct=False, **more)


class StateFilter(SeveralFilter):
    """Calls in any of the given states."""

    def filter(self, queryset: QuerySet[Call], value: Collection[str]) -> QuerySet[Call]:
        if not value:
            return queryset
        states = set(value) | (set(LIVE) if LIVE_STATES in value else set())
        return queryset.filter(state__in=sorted(states - {LIVE_STATES}))


class AgentField(forms.CharField):
    """The slug of any agent; the error lists the active ones."""

    among: Collection[str] | None = None
    """The slugs of the agents that an error may list; None for all."""

    def clean(self, value: Any) -> str:
        slug: str = super().clean(value)
        if not slug:
            return slug
        if self.among is not None:
            if slug not in self.among:
                raise refused(not_known(slug, sorted(self.among)))
        elif not Agent.objects.filter(slug=slug).exists():
            active = Agent.objects.filter(is_active=True).values_list("slug", flat=True)
            raise refused(not_known(slug, list(active)))
        return slug


class AgentFilter(django_filters.CharFilter):  # type: ignore[misc] # untyped library
    """Calls with an agent."""

    field_class = AgentField


class SaidByField(forms.ChoiceField):
    """Who speaks; the error lists them."""

    def validate(self, value: Any) -> None:
        if value and not self.valid_value(value):
            raise refused(not_known(str(value), [speaker.value for speaker in Speaker]))


class SpeakerFilter(django_filters.ChoiceFilter):  # type: ignore[misc] # untyped library
    """Calls in which a side spoke."""

    field_class = SaidByField


class TrueOrFalseField(forms.Field):
    """ "true" or "false"; the library's own takes any other word for no filter at all."""

    def to_python(self, value: Any) -> bool | None:
        if value in self.empty_values:
            return None
        if str(value) not in ("true", "True", "false", "False"):
            raise forms.ValidationError("Give true or false.")
        return str(value).lower() == "true"


class TrueOrFalseFilter(django_filters.BooleanFilter):  # type: ignore[misc] # untyped library
    """Calls of which something is true, or those of which it is false."""

    field_class = TrueOrFalseField


class TagFilter(django_filters.CharFilter):  # type: ignore[misc] # untyped library
    """Calls that have all of the tags in a list with commas."""

    def filter(self, queryset: QuerySet[Call], value: str) -> QuerySet[Call]:
        return tags.tagged(queryset, tags.wanted(value)) if value else queryset
