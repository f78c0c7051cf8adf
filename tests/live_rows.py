"""The rows of the live desk in the table of tests/test_access_matrix.py; the call is over."""

from tests.access_rows import page

PAGES = [
    page("live/", "/live/", 404, 404, 200, 404),
    page("live/<slug:public_id>/", "/live/{id}/", 404, 404, "/calls/{id}/", 404),
    page(
        "live/<slug:public_id>/end", "/live/{id}/end", 404, 404, "/live/{id}/", 404, method="POST"
    ),
]
