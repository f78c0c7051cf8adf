"""The list of calls as a table."""

from typing import Any

from django.http import HttpResponseBase
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request

from sessions_app.api import filters, schema
from sessions_app.api.base import WHERE
from sessions_app.api.views import CallList
from sessions_app.services import call_lists
from sessions_app.services.finding.filters import CallFilter
from sessions_app.services.streaming import attachment


class CallTable(CallList):
    """The list of calls for spreadsheets: the same filters, without pages."""

    pagination_class = None
    parameters = (*CallFilter.base_filters, "ordering", *filters.KEYS)

    @extend_schema(
        operation_id="calls_csv",
        summary="The same calls as a CSV file, all of them",
        description="Takes the filters and the order of the list, and has no pages. Calls that are "
        "erased while it is sent are left out. A cell that a spreadsheet could take for a formula, "
        "a number or a date begins with a word joiner (U+2060).",
        tags=["calls"],
        filters=True,
        responses={
            (200, "text/csv"): OpenApiResponse(OpenApiTypes.STR, "A line of names, a line a call."),
            **schema.SIGNED_IN,
            400: schema.INVALID,
        },
    )
    def get(self, request: Request, *_args: Any, **_address: Any) -> HttpResponseBase:  # type: ignore[override]
        found = self.filter_queryset(self.get_queryset())
        pieces = call_lists.as_csv(found, request.user, WHERE)
        name = f"calls-{timezone.localtime():%Y%m%d-%H%M%S}.csv"
        return attachment(request, pieces, call_lists.MEDIA_TYPE, name)
