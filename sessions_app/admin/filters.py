"""Filters for the admin's lists."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.db.models import QuerySet
from django.http import HttpRequest

from sessions_app.models import ApiToken, Call
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
        return [*((state.value, str(state.label)) for state in WorkState), (NONE, "None")]

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
    title = "recording"
    parameter_name = "recording"
    relation = "recording"


class SummaryStateFilter(_WorkStateFilter):
    title = "summary"
    parameter_name = "summary"
    relation = "summary"


class LegalHoldFilter(admin.SimpleListFilter):
    title = "legal hold"
    parameter_name = "hold"

    def lookups(
        self,
        request: HttpRequest,
        model_admin: admin.ModelAdmin[Call],
    ) -> list[tuple[str, str]]:
        return [("yes", "Under legal hold"), ("no", "Under none")]

    def queryset(
        self,
        request: HttpRequest,
        queryset: QuerySet[Call],
    ) -> QuerySet[Call]:
        value = self.value()
        if value is None:
            return queryset
        if value not in ("yes", "no"):
            raise IncorrectLookupParameters
        return queryset.filter(held_at__isnull=value == "no")


class NamedValuesFilter(admin.AllValuesFieldListFilter):
    """All values of a field; the empty one is shown as (none) and can be chosen."""

    def choices(self, changelist: Any) -> Iterator[Any]:
        for choice in super().choices(changelist):
            yield {**choice, "display": choice["display"] or f"({NONE})"}


class TokenStatusFilter(admin.SimpleListFilter):
    title = "status"
    parameter_name = "status"

    def lookups(
        self,
        request: HttpRequest,
        model_admin: admin.ModelAdmin[ApiToken],
    ) -> list[tuple[str, str]]:
        return [("valid", "Valid"), ("revoked", "Revoked")]

    def queryset(
        self,
        request: HttpRequest,
        queryset: QuerySet[ApiToken],
    ) -> QuerySet[ApiToken]:
        value = self.value()
        if value is None:
            return queryset
        if value not in ("valid", "revoked"):
            raise IncorrectLookupParameters
        return queryset.filter(revoked_at__isnull=value == "valid")
