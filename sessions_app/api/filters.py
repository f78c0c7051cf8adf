"""Filters of the list of calls, as REST takes them, and its order."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet
from django_filters.rest_framework import DjangoFilterBackend  # type: ignore[import-untyped]
from rest_framework.exceptions import ValidationError
from rest_framework.filters import BaseFilterBackend, OrderingFilter
from rest_framework.request import Request
from rest_framework.settings import api_settings
from rest_framework.views import APIView

from sessions_app.services.finding import named
from sessions_app.services.finding.words import perhaps, shown

BY_TIME = "created_at"
"""Calls are read in this order one by one, the newest first; sorting needs all of them."""

KEYS = tuple(f"{beginning}KEY" for beginning in named.GIVEN_PREFIXES)
BEGINNINGS = named.PREFIXES
DESCRIPTION = (
    "`extraction.<field>=<value>` narrows the list to calls from which that value was taken, such "
    "as `extraction.callback_wanted=true` or `extraction.mood=angry`; `null` finds those that do "
    "not say it. `score.<question>=<answer>` narrows it to calls whose scorecards say that, by a "
    "question's key. Numbers may be ranges: `score.12=1..3`, `extraction.price=100..`."
)


class SearchedCalls(DjangoFilterBackend):  # type: ignore[misc] # has no types
    """`CallFilter`, which a search tells how many calls the page needs, where that spares some."""

    def get_filterset(self, request: Request, queryset: QuerySet[Any], view: Any) -> Any:
        found: Any = super().get_filterset(request, queryset, view)
        order = request.query_params.get(api_settings.ORDERING_PARAM) or BY_TIME
        by_time = order.removeprefix("-") == BY_TIME
        if found is not None and by_time and view.paginator is not None:
            found.first = view.paginator.reach(request)
        return found


class NamedParameters(BaseFilterBackend):
    """Documents the filters of any key, which `CallFilter` itself applies."""

    def filter_queryset(
        self, request: Request, queryset: QuerySet[Any], view: Any
    ) -> QuerySet[Any]:
        return queryset

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """Returns the query parameters for the OpenAPI document, with KEY for any key."""
        return [
            {
                "name": name,
                "required": False,
                "in": "query",
                "description": f"Calls whose {field} have this value at the key that stands in "
                f"KEY's place, as in `{field}.order=4711`.",
                "schema": {"type": "string"},
            }
            for field, name in zip(named.GIVEN, KEYS, strict=True)
        ]


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
