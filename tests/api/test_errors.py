"""Errors help."""

from typing import Any

import pytest
from django.db import OperationalError

from sessions_app.models import Call
from sessions_app.services import access
from tests.api.conftest import Program


@pytest.mark.parametrize("tail", ["no/such/thing", "", "calls/a%0Ab/c"])
def test_an_unknown_address_is_json_for_anyone(client: Any, tail: str) -> None:
    answer = client.get(f"/api/v1/{tail}")
    assert answer.status_code == 404
    assert answer.json() == {
        "code": "not_found",
        "message": "There is no such address. See /api/v1/docs/ for the list.",
    }


def test_a_wrong_method_is_named(program: Program) -> None:
    answer = program.send("DELETE", "/api/v1/calls/")
    assert answer.status_code == 405
    assert answer.json()["code"] == "method_not_allowed"
    assert "GET" in answer["Allow"]


def test_bad_json_and_a_wrong_content_type(program: Program, call: Call) -> None:
    address = f"/api/v1/calls/{call.public_id}/"
    answer: Any = program.send("PATCH", address, "{nope")
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_json")
    answer = program._client.patch(
        address, "a=b", content_type="text/plain", headers=program._signed
    )
    assert (answer.status_code, answer.json()["code"]) == (415, "bad_content_type")
    assert "application/json" in answer.json()["message"]


HOSTILE = ["[" * 50_000, '{"title":' * 9_000, "9" * 5_000, '{"title": NaN}']


@pytest.mark.parametrize("body", HOSTILE)
def test_json_that_breaks_readers_is_refused(program: Program, call: Call, body: str) -> None:
    answer = program.send("PATCH", f"/api/v1/calls/{call.public_id}/", body)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_json")


def test_text_that_no_database_takes_is_cleaned(program: Program, call: Call) -> None:
    body = '{"title": "one\\u0000\\n \\ud83dtwo"}'
    answer = program.send("PATCH", f"/api/v1/calls/{call.public_id}/", body)
    assert (answer.status_code, answer.json()["title"]) == (200, "one two")


def test_more_parameters_than_django_takes_are_refused(program: Program) -> None:
    answer = program.get("/api/v1/calls/?" + "page=1&" * 2_000)
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_json")


@pytest.mark.parametrize("value", ["9" * 30, "-1", "1e9", "%F0%9F", "%ED%A0%80", "a" * 8_000])
@pytest.mark.parametrize(
    "address",
    [
        "/api/v1/calls/?page={}",
        "/api/v1/calls/?page_size={}",
        "/api/v1/calls/?q={}",
        "/api/v1/calls/?owner={}",
        "/api/v1/calls/?created_after={}",
        "/api/v1/calls/?ordering={}",
        "/api/v1/calls/{}/",
        "/api/v1/calls/call/segments?after={}",
        "/api/v1/calls/call/segments/{}",
        "/api/v1/calls/call/versions/{}",
        "/api/v1/protocol/{}",
    ],
)
def test_absurd_values_in_an_address_are_the_clients_fault(
    program: Program, call: Call, address: str, value: str
) -> None:
    answer = program.get(address.replace("/call/", f"/{call.public_id}/").format(value))
    assert answer.status_code < 500


def test_the_unforeseen_is_json_and_logged_without_its_words(
    program: Program, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_args: Any) -> None:
        raise RuntimeError("boom")

    monkeypatch.setattr(access, "sees_all", broken)
    program._client.raise_request_exception = False
    answer = program.get("/api/v1/me")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert "boom" not in answer.content.decode()
    assert any("Me failed" in line.getMessage() for line in caplog.records)


@pytest.mark.parametrize("accept", ["text/html", "audio/ogg", "application/xml"])
def test_any_accept_header_is_answered_in_json(program: Program, accept: str) -> None:
    answer = program.get("/api/v1/me", Accept=accept)
    assert answer["Content-Type"] == "application/json"


def test_a_database_that_is_away_is_worth_another_try(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_args: Any) -> None:
        raise OperationalError("the server closed the connection")

    monkeypatch.setattr(access, "sees_all", away)
    answer = program.get("/api/v1/me")
    assert (answer.status_code, answer.json()["code"]) == (503, "busy")
    assert int(answer["Retry-After"]) > 0
