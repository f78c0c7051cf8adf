"""Rows of tests/test_access_matrix.py about versions of agents."""

from tests.access_rows import desk

_VERSIONS = "/admin/sessions_app/agent/{agent}/versions/"

ADMIN = [
    desk("sessions_app/agent/<int:pk>/versions/", 200, address=_VERSIONS),
    desk("sessions_app/agent/<int:pk>/versions/<int:number>/", 200, address=f"{_VERSIONS}1/"),
    desk(
        "sessions_app/agent/<int:pk>/versions/<int:number>/restore/",
        "/admin/sessions_app/agent/{agent}/change/",
        address=f"{_VERSIONS}1/restore/",
        method="POST",
    ),
]
