"""Filters by what calls were given: `?metadata.order=4711`, `?variables.customer=Ada`."""

import re
from collections.abc import Iterable
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.fields.json import KeyTransform
from django.http import QueryDict
from rest_framework.exceptions import ValidationError
from rest_framework.filters import BaseFilterBackend
from rest_framework.request import Request

from sessions_app.api.parameters import shown
from sessions_app.engine.text.cleaning import read_json_as_sent

FIELDS = ("metadata", "variables")
BEGINNINGS = tuple(f"{field}." for field in FIELDS)
DOCUMENTED = tuple(f"{field}.KEY" for field in FIELDS)
KEY = re.compile(r"[A-Za-z_][\w:-]{0,63}", re.ASCII)
"""A top-level key to filter by; PostgreSQL would take a number for a place in a list."""

WRONG_KEY = (
    "Name a key at the top that begins with a letter or _ and holds up to 64 letters, digits, "
    "and _ - : of ASCII."
)


MOST = 50
"""The most values in one request: databases limit how deep a condition may be."""


def check_number(given: QueryDict, beginnings: tuple[str, ...]) -> None:
    """Raises ValidationError where more than MOST values are asked for by names that begin so."""
    names = [name for name in given if name.startswith(beginnings)]
    if sum(len(given.getlist(name)) for name in names) > MOST:
        raise ValidationError({shown(names[-1]): [f"Ask for {MOST} values at most."]})


def is_one(name: str) -> bool:
    """Returns whether a query parameter is one of these filters."""
    return name.startswith(BEGINNINGS)


class GivenFilter(BaseFilterBackend):
    """Calls whose metadata or variables have a value at a key: text, or the JSON that it reads as.

    `?metadata.order=4711` finds "4711" and 4711. A parameter given twice finds either value.
    """

    def filter_queryset(
        self, request: Request, queryset: QuerySet[Any], view: Any
    ) -> QuerySet[Any]:
        """Returns the calls that have all that is asked for; raises ValidationError for no key."""
        check_number(request.query_params, BEGINNINGS)
        for number, name in enumerate(filter(is_one, request.query_params)):
            field, _, key = name.partition(".")
            if not KEY.fullmatch(key):
                raise ValidationError({name: [WRONG_KEY]})
            place = f"given_{number}"
            wanted = _any_of(place, request.query_params.getlist(name))
            queryset = queryset.alias(**{place: KeyTransform(key, field)}).filter(wanted)
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
            for field, name in zip(FIELDS, DOCUMENTED, strict=True)
        ]


def _any_of(place: str, texts: Iterable[str]) -> Q:
    wanted = Q()
    for text in texts:
        for value in _readings(text):
            wanted |= Q(**{place: value})
    return wanted


def _readings(text: str) -> list[Any]:
    """Returns what a text may stand for: itself, and a number, true or false."""
    try:
        read = read_json_as_sent(text)
    except ValueError:
        return [text]
    return [text, read] if isinstance(read, bool | int | float) else [text]
