"""The rows of saved views and of checks in the table of tests/test_access_matrix.py."""

from dataclasses import replace
from typing import Any

from django.utils import timezone

from sessions_app.models import ConnectionCheck
from sessions_app.services import connection_checks, saved_views
from sessions_app.services.saved_views import ViewWish
from tests.access_rows import open_to_all, page, rest

PRIVATE = "xylophone"
"""A word that the table takes for private."""

TO_VIEWS = "/calls/views/"
ONE, AT = "saved-views/<int:number>", "saved-views/{view}"

CHECKS = [
    page("check/", "/check/", 200, 200, 200, 200),
    page("check/results", "/check/results", 400, 400, 400, 400, method="POST"),
    open_to_all("voicesite-ca.crt", 404),  # without HTTPS of our own
]

PAGES = [
    open_to_all("language", "/"),
    *CHECKS,
    page("calls/views/", TO_VIEWS, 200, 200, 200, 200),
    replace(
        page("calls/views/", f"{TO_VIEWS}?q=x", *[TO_VIEWS] * 4, method="POST"),
        body={"name": "New"},
    ),
    *(
        replace(
            page(
                f"calls/views/<int:number>/{tail}",
                f"{TO_VIEWS}{{view}}/{tail}",
                TO_VIEWS,
                *[404] * 3,
                method="POST",
            ),
            body={"name": "Other"},
        )
        for tail in ("", "delete")
    ),
]

REST = [
    *rest("saved-views/", "saved-views/", 200, 200, 200, 200),
    *rest(
        "saved-views/",
        "saved-views/",
        *[201] * 4,
        method="POST",
        body={"name": "New", "query": "q=x"},
    ),
    *rest(ONE, AT, 200, 404, 404, 404),
    *rest(ONE, AT, 200, 404, 404, 404, method="PATCH", body={"name": "Other"}),
    *rest(ONE, AT, 200, 404, 404, 404, method="DELETE"),
]


def a_view(owner: Any) -> dict[str, int]:
    """Returns the keys of a view that its owner shares with nobody, and of a check."""
    view = saved_views.save(owner, ViewWish(PRIVATE, f"q={PRIVATE}"))
    until = timezone.now() + connection_checks.KEPT
    check = ConnectionCheck.objects.create(code="K7QM3XTP", passed=True, expires_at=until)
    return {"view": view.pk, "check": check.pk}
