"""Pages while the database does not answer."""

from collections.abc import Callable
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.sessions.backends.db import SessionStore
from django.db import DataError, OperationalError, connection
from django.test import AsyncClient, Client
from django.utils import timezone

from sessions_app.models import Call, Ticket
from sessions_app.services import access, database, sign_ins
from sessions_app.services.database import REQUEST_S, RETRY_AFTER_S
from sessions_app.views import review
from tests.conftest import PASSWORD, CallMaker
from tests.static_files import static_files

__all__ = ["static_files"]

pytestmark = pytest.mark.django_db


def locked(*_args: Any, **_named: Any) -> None:
    raise OperationalError("database is locked")


def check_told(answer: Any) -> None:
    assert (answer.status_code, answer["Retry-After"]) == (503, str(RETRY_AFTER_S))
    assert "The database is not responding" in answer.content.decode()
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


def _in_sessions(monkeypatch: pytest.MonkeyPatch) -> None:
    """After the view: what it changed in the session is saved."""
    monkeypatch.setattr(SessionStore, "save", locked)
    monkeypatch.setattr(settings, "SESSION_SAVE_EVERY_REQUEST", True)


def _in_sign_ins(monkeypatch: pytest.MonkeyPatch) -> None:
    """After signing in: the browser is given its cookie."""
    monkeypatch.setattr(sign_ins, "device_cookie", locked)


@pytest.mark.parametrize("asynchronous", [False, True])
@pytest.mark.parametrize(
    ("breaks", "path"),
    [
        (_in_sessions, "/calls/"),
        (_in_sessions, "/admin/"),
        (_in_sessions, "/api/v1/me"),
        (_in_sign_ins, "/login/"),
        (_in_sign_ins, "/admin/login/"),
    ],
)
def test_middleware_that_meets_it_says_so_too(
    staff: User,
    monkeypatch: pytest.MonkeyPatch,
    breaks: Callable[[pytest.MonkeyPatch], None],
    path: str,
    *,
    asynchronous: bool,
) -> None:
    client: Any = AsyncClient() if asynchronous else Client()
    client.raise_request_exception = False
    form = {"username": "staff", "password": PASSWORD} if "login" in path else None
    if not form:
        client.force_login(staff)
    breaks(monkeypatch)
    ask = client.post if form else client.get
    answer = (async_to_sync(ask) if asynchronous else ask)(path, form)
    check_told(answer)
    assert "sessionid" not in answer.cookies
    if path.startswith("/api/"):
        assert answer.json()["code"] == "busy"


@pytest.mark.parametrize("path", ["/calls/", "/api/v1/me"])
def test_a_fault_of_middleware_is_no_absence(
    admin_client: Client, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    def broken(*_args: Any) -> None:
        raise DataError("value too long")

    monkeypatch.setattr(SessionStore, "save", broken)
    monkeypatch.setattr(settings, "SESSION_SAVE_EVERY_REQUEST", True)
    admin_client.raise_request_exception = False
    answer = admin_client.get(path)
    assert answer.status_code == 500
    said = "internal_error" if path.startswith("/api/") else "Something went wrong on our side"
    assert said in answer.content.decode()


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


def test_a_call_that_was_erased_meanwhile_is_not_found(
    client: Client, alice: User, make_call: CallMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    call = make_call(alice)

    def looked_up(*_: Any) -> Call:
        Call.objects.update(erasing_at=timezone.now())
        return call

    monkeypatch.setattr(review, "the_call", looked_up)
    client.force_login(alice)
    answer = client.post(f"/calls/{call.public_id}/title", {"title": "new"})
    assert answer.status_code == 404
