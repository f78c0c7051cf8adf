"""The rows of reviews in the table of tests/test_access_matrix.py."""

from typing import Any

from sessions_app.models import Call
from sessions_app.services import tags
from tests.access_rows import of_a_call, page, rest

PRIVATE_TAG = "xylophone"
"""A word that the table takes for private."""

TO_REVIEW = "/calls/{id}/#review"


def form(tail: str, *outcomes: int | str, body: Any = None) -> Any:
    """Returns the row of a form on a call's page: owner, other, staff, clerk."""
    row = page(f"calls/<slug:public_id>/{tail}", f"/calls/{{id}}/{tail}", *outcomes, method="POST")
    return type(row)(row.route, row.address, row.outcomes, row.method, body)


PAGES = [
    form("title", TO_REVIEW, 404, TO_REVIEW, 404, body={"title": "Monday"}),
    form("tags", TO_REVIEW, 404, TO_REVIEW, 404, body={"add": "one, two"}),
]

REST = [
    *of_a_call("tags"),
    *of_a_call("tags", method="PUT", body={"tags": ["a"]}),
    *rest("tags", "tags", 200, 200, 200, 200),
]

ADMIN: list[Any] = []


def a_review(call: Call, owner: Any) -> dict[str, Any]:
    """Gives the call all that a review can add; returns the keys of addresses."""
    tags.add(call, owner, [PRIVATE_TAG])
    return {}
