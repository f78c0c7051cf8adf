"""Filters for the admin's lists."""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext

from sessions_app.i18n import gettext_lazy
from sessions_app.models import Call
from sessions_app.models.work import WorkState

NONE = "none"


class _WorkStateFilter(admin.SimpleListFilter):
    """Filters calls by the state of a row that belongs to them, or by having none."""

    relation = ""

    def lookups(
        self,
        request: HttpRequest,
        model_admin: admin.ModelAdmin[Call],
    ) -> list[tuple[str, str]]:
        return [*((state.value, str(state.label)) for state in WorkState), (NONE, gettext("None"))]

    def queryset(
        self,
        request: HttpRequest,
        queryset: QuerySet[Call],
    ) -> QuerySet[Call]:
        value = self.value()
        if value == NONE:
            return queryset.filter(**{f"{self.relation}__isnull": True})
        if value is None:
            return queryset
        if value not in WorkState.values:
            raise IncorrectLookupParameters
        return queryset.filter(**{f"{self.relation}__state": value})


class RecordingStateFilter(_WorkStateFilter):
    """Finds calls whose recording is still being made, or failed."""

    title = "recording"
    parameter_name = "recording"
    relation = "recording"


class SummaryStateFilter(_WorkStateFilter):
    """Finds calls whose summary is still being made, or failed."""

    title = "summary"
    parameter_name = "summary"
    relation = "summary"


class _SetDateFilter(admin.SimpleListFilter):
    """Filters rows by whether a date of theirs is set."""

    date_field = ""
    options: ClassVar[Mapping[str, tuple[str, bool]]] = {}
    """Each value of the filter: its label, and whether the date of the rows it shows is set."""

    def lookups(
        self,
        request: HttpRequest,
        model_admin: admin.ModelAdmin[Any],
    ) -> list[tuple[str, str]]:
        return [(value, label) for value, (label, _) in self.options.items()]

    def queryset(
        self,
        request: HttpRequest,
        queryset: QuerySet[Any],
    ) -> QuerySet[Any]:
        value = self.value()
        if value is None:
            return queryset
        if value not in self.options:
            raise IncorrectLookupParameters
        _, is_set = self.options[value]
        return queryset.filter(**{f"{self.date_field}__isnull": not is_set})


class LegalHoldFilter(_SetDateFilter):
    """Finds the calls that must not be erased."""

    title = gettext_lazy("legal hold")
    parameter_name = "hold"
    date_field = "held_at"
    options: ClassVar = {
        "yes": (gettext_lazy("Under legal hold"), True),
        "no": (gettext_lazy("Under none"), False),
    }


class TokenStatusFilter(_SetDateFilter):
    """Tells the tokens that still work from those that were revoked."""

    title = "status"
    parameter_name = "status"
    date_field = "revoked_at"
    options: ClassVar = {
        "valid": (gettext_lazy("Valid"), False),
        "revoked": (gettext_lazy("Revoked"), True),
    }


class NamedValuesFilter(admin.AllValuesFieldListFilter):
    """All values of a field; the empty one is shown as (none) and can be chosen."""

    def choices(self, changelist: Any) -> Iterator[Any]:
        for choice in super().choices(changelist):
            yield {**choice, "display": choice["display"] or f"({NONE})"}
