"""Pages of a list."""

from typing import Any

from rest_framework.pagination import PageNumberPagination


class Pages(PageNumberPagination):
    """`?page=` and `?page_size=`, up to 200 rows a page."""

    page_size_query_param = "page_size"
    max_page_size = 200

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Returns the OpenAPI schema of a page of `schema`, with real addresses in it."""
        page: dict[str, Any] = super().get_paginated_response_schema(schema)
        for key, number in (("next", 3), ("previous", 1)):
            page["properties"][key]["example"] = (
                f"https://voice.example.com/api/v1/calls/?page={number}"
            )
        return page
