"""Pagination of lists."""

from typing import Any

from rest_framework.exceptions import ValidationError
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

from sessions_app.api import cursors
from sessions_app.services.paging import MOST_COUNTED, PAGE_NUMBER, Keyed, reach

MOST_DIGITS = 9
"""A page number or size with more digits is refused."""
FAR = 10**MOST_DIGITS
"""The number of a page that every list ends before: for `?page=last`."""


class Pages(PageNumberPagination):
    """`?page=` and `?page_size=`, up to 200 rows a page; other values are an error.

    With `?cursor=`, at first empty, `next` leads from place to place: nothing is counted, and no
    rows are passed over, so that a page far within costs what the first one does.
    """

    page_size_query_param = "page_size"
    cursor_query_param = "cursor"
    max_page_size = 200
    parameters = ("page", "page_size", "cursor")
    invalid_page_message = "There is no page {page_number}: the list ends before it."

    def paginate_queryset(
        self, queryset: Any, request: Request, view: APIView | None = None
    ) -> list[Any] | None:
        """Returns the rows of the page; raises ValidationError, or NotFound past the last page."""
        asked = request.query_params
        if asked.get("page") not in self.last_page_strings:
            _number("page", asked.get("page", "1"))
        _number("page_size", asked.get("page_size", "1"), self.max_page_size)
        if self.cursor_query_param in asked:
            return self._from_cursor(queryset, request)
        most = self.reach(request) if asked.get("q") else None
        rows: Any = Keyed(queryset, most=most)
        return super().paginate_queryset(rows, request, view)

    def reach(self, request: Request) -> int:
        """Returns how many rows a search must find for the page that is asked for."""
        asked, size = request.query_params, self.get_page_size(request) or 1
        if self.cursor_query_param in asked:
            return size + 1
        number = asked.get("page", "1")
        return reach(int(number) if PAGE_NUMBER.fullmatch(number) else FAR, size)

    def get_paginated_response(self, data: Any) -> Response:
        """Returns the page as JSON; by cursor, `count` and `previous` are null.

        `count_is_exact` is false where a search found more than `count`.
        """
        if hasattr(self, "_next"):
            links = {"next": self._next, "previous": None}
            return Response({"count": None, "count_is_exact": False, **links, "results": data})
        page: Any = self.page
        rows = page.paginator.object_list
        count = rows.more_than or rows.count()
        links = {"next": self.get_next_link(), "previous": self.get_previous_link()}
        exact = not rows.more_than
        return Response({"count": count, "count_is_exact": exact, **links, "results": data})

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """Returns the query parameters for the OpenAPI document."""
        cursor = {
            "name": self.cursor_query_param,
            "required": False,
            "in": "query",
            "description": "Instead of `page`: empty at first, then as `next` has it. It stays "
            "quick in long lists, and skips and repeats nothing while calls are added.",
            "schema": {"type": "string"},
        }
        numbers = super().get_schema_operation_parameters(view)
        for number in numbers:
            number["schema"]["minimum"] = 1
            if number["name"] == self.page_size_query_param:
                number["schema"]["maximum"] = self.max_page_size
        return [*numbers, cursor]

    def _from_cursor(self, queryset: Any, request: Request) -> list[Any]:
        asked = request.query_params
        if "page" in asked:
            raise ValidationError({"cursor": ["Give a page or a cursor, not both."]})
        size, rows = self.get_page_size(request) or 1, queryset
        if asked["cursor"]:
            try:
                rows = cursors.after(queryset, asked["cursor"])
            except cursors.WrongCursorError:
                told = "This is no cursor of this list: begin with an empty one."
                raise ValidationError({"cursor": [told]}) from None
        order = cursors.columns(queryset)
        rows = rows.order_by(*(column.order() for column in order))
        found = list(rows[: size + 1])
        here = request.build_absolute_uri()
        more = cursors.cursor_of(found[size - 1], order) if len(found) > size else ""
        self._next = replace_query_param(here, self.cursor_query_param, more) if more else None
        return found[:size]

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Returns the OpenAPI schema of a page of `schema`, with realistic example URLs."""
        page: dict[str, Any] = super().get_paginated_response_schema(schema)
        page["properties"]["count"] |= {
            "nullable": True,
            "description": f"How many there are. Of a search at most {MOST_COUNTED} are counted, "
            "and with a cursor none.",
        }
        page["properties"]["count_is_exact"] = {
            "type": "boolean",
            "description": "False where there are more than `count`, or it is null.",
        }
        page["required"] = [*page.get("required", ()), "count_is_exact"]
        for key, number in (("next", 3), ("previous", 1)):
            page["properties"][key]["example"] = (
                f"https://voice.example.com/api/v1/calls/?page={number}"
            )
        return page


def page_size_of(request: Request, usual: int, most: int) -> int:
    """Returns `?page_size=`, or the usual one; raises ValidationError."""
    return _number("page_size", request.query_params.get("page_size", str(usual)), most)


def _number(name: str, text: str, most: int | None = None) -> int:
    """Returns a whole number of at least 1; raises ValidationError that names the parameter."""
    plain = text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS
    if not plain or not 1 <= int(text) <= (most or int(text)):
        span = f"from 1 to {most}" if most else "of 1 or more"
        raise ValidationError({name: [f"Give a whole number {span}."]})
    return int(text)
