"""Pages while the database does not answer."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from django.db import DataError, OperationalError, connection
from django.test import Client

from sessions_app.models import Ticket
from sessions_app.services import access, database
from sessions_app.services.database import REQUEST_S, RETRY_AFTER_S
from tests.conftest import PASSWORD
from tests.static_files import static_files

__all__ = ["static_files"]

pytestmark = pytest.mark.django_db


def locked(*_args: Any, **_named: Any) -> None:
    raise OperationalError("database is locked")


def check_told(answer: Any) -> None:
    assert (answer.status_code, answer["Retry-After"]) == (503, str(RETRY_AFTER_S))
    assert "The database does not answer" in answer.content.decode()
    assert "private" in answer["Cache-Control"]


@pytest.mark.parametrize("path", ["/", "/calls/", "/admin/", "/admin/sessions_app/call/"])
def test_every_page_says_when_to_try_again(
    admin_client: Client, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr(SessionStore, "load", locked)
    check_told(admin_client.get(path))


@pytest.mark.parametrize("path", ["/login/", "/admin/login/"])
def test_signing_in_says_so_too(
    client: Client, alice: User, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr(SessionStore, "save", locked)
    User.objects.update(is_staff=True)
    answer = client.post(path, {"username": "alice", "password": PASSWORD})
    check_told(answer)
    assert "sessionid" not in answer.cookies


@pytest.mark.parametrize("path", ["/logout/", "/admin/logout/"])
def test_who_signs_out_is_signed_out_in_this_browser(
    admin_client: Client, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.setattr(SessionStore, "delete", locked)
    answer = admin_client.post(path)
    check_told(answer)
    assert answer.cookies["sessionid"]["max-age"] == 0
    assert "signed out in this browser" in answer.content.decode()
    assert admin_client.get("/").status_code == 302


def test_a_fault_of_the_work_is_no_absence(
    admin_client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: Any) -> None:
        raise DataError("value too long")

    monkeypatch.setattr(access, "visible_calls", broken)
    admin_client.raise_request_exception = False
    assert admin_client.get("/calls/").status_code == 500


def test_requests_wait_less_than_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    options = {"timeout": 20}
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL's are tested end to end")
    monkeypatch.setitem(connection.settings_dict, "OPTIONS", options)
    database.serve_requests()
    assert connection.settings_dict["OPTIONS"]["timeout"] == REQUEST_S


def test_a_tickets_page_is_told_as_everybody_is(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Ticket.objects, "filter", locked)
    answer = client.post(
        "/t/secret/start", "{}", "application/json", headers={"Origin": "https://shop.example"}
    )
    assert (answer.status_code, answer.json()["code"]) == (429, "busy")
