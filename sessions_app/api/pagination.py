"""Pagination of lists."""

from typing import Any

from rest_framework.exceptions import ValidationError
from rest_framework.pagination import PageNumberPagination
from rest_framework.request import Request
from rest_framework.views import APIView

MOST_DIGITS = 9


class Pages(PageNumberPagination):
    """`?page=` and `?page_size=`, up to 200 rows a page; other values are an error."""

    page_size_query_param = "page_size"
    max_page_size = 200
    parameters = ("page", "page_size")
    invalid_page_message = "There is no page {page_number}: the list ends before it."

    def paginate_queryset(
        self, queryset: Any, request: Request, view: APIView | None = None
    ) -> list[Any] | None:
        """Returns the rows of the page; raises ValidationError, or NotFound past the last page."""
        asked = request.query_params
        if asked.get("page") not in self.last_page_strings:
            _number("page", asked.get("page", "1"))
        _number("page_size", asked.get("page_size", "1"), self.max_page_size)
        return super().paginate_queryset(queryset, request, view)

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Returns the OpenAPI schema of a page of `schema`, with realistic example URLs."""
        page: dict[str, Any] = super().get_paginated_response_schema(schema)
        for key, number in (("next", 3), ("previous", 1)):
            page["properties"][key]["example"] = (
                f"https://voice.example.com/api/v1/calls/?page={number}"
            )
        return page


def _number(name: str, text: str, most: int | None = None) -> int:
    """Returns a whole number of at least 1; raises ValidationError that names the parameter."""
    plain = text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS
    if not plain or not 1 <= int(text) <= (most or int(text)):
        span = f"from 1 to {most}" if most else "of 1 or more"
        raise ValidationError({name: [f"Give a whole number {span}."]})
    return int(text)
