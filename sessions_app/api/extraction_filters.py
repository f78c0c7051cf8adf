"""`?extraction.callback_wanted=true`: calls by the values taken from them."""

import re
from typing import Any

from django.db.models import Q, QuerySet
from rest_framework.exceptions import ValidationError
from rest_framework.filters import BaseFilterBackend
from rest_framework.request import Request
from rest_framework.views import APIView

from sessions_app.api.given_filters import check_number
from sessions_app.api.parameters import shown
from sessions_app.models.work import WorkState

PREFIX = "extraction."
DESCRIPTION = (
    "`extraction.<field>=<value>` narrows the list to calls from which that value was taken, such "
    "as `extraction.callback_wanted=true` or `extraction.mood=angry`; `null` finds those that do "
    "not say it."
)
_NAME = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
_NUMBER = re.compile(r"-?\d{1,15}(?:\.\d{1,9})?")
LONGEST = 40


class ExtractionFilter(BaseFilterBackend):
    """Narrows calls by values; several parameters must all hold."""

    def filter_queryset(
        self, request: Request, queryset: QuerySet[Any], view: APIView
    ) -> QuerySet[Any]:
        check_number(request.query_params, (PREFIX,))
        for name, value in request.query_params.items():
            if name.startswith(PREFIX):
                queryset = queryset.filter(_having(name.removeprefix(PREFIX), str(value)))
        return queryset

    def get_schema_operation_parameters(self, view: APIView) -> list[dict[str, Any]]:
        """Returns nothing: OpenAPI has no way to name parameters of any name."""
        return []


def _having(name: str, value: str) -> Q:
    """Returns which calls have a value; a text matches as it is, or as the JSON that it is."""
    if not _NAME.fullmatch(name) or len(name) > LONGEST:
        told = f"{shown(name)!r} cannot be a field's name. Use a to z, digits and underscores."
        raise ValidationError({f"{PREFIX}{shown(name)}": [told]})
    key = f"extraction__values__{name}"
    done = Q(extraction__state=WorkState.DONE)
    if value == "null":
        return done & Q(**{f"{key}": None})
    found = Q(**{key: value})
    if value in {"true", "false"}:
        found |= Q(**{key: value == "true"})
    elif _NUMBER.fullmatch(value):
        found |= Q(**{key: float(value)}) if "." in value else Q(**{key: int(value)})
    return done & found
