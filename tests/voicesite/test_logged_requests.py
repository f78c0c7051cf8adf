"""What is kept out of the log."""

import logging

import pytest
from django.test import Client
from django.urls import reverse

from tests.static_files import static_files
from voicesite.logs import WithoutTickets, WrongHost

__all__ = ["static_files"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("static_files")]


def test_a_ticket_in_an_address_is_not_logged(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    client.post("/t/a-very-secret-ticket/no-such-door")
    assert "Not Found: /t/-/no-such-door" in caplog.text
    assert "secret" not in caplog.text


def test_a_wrong_host_takes_one_line_that_names_nobody(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    assert client.get(reverse("login"), headers={"Host": "secret.example"}).status_code == 400
    (line,) = [r for r in caplog.records if r.name == "django.security.DisallowedHost"]
    assert "ALLOWED_HOSTS" in line.getMessage()
    assert not line.exc_info
    assert "secret" not in line.getMessage()


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("/t/abc/ws/voice", "/t/-/ws/voice"),
        ("/talk", "/talk"),
        ("POST /t/abc/offer", "POST /t/-/offer"),
        (3, 3),
    ],
)
def test_only_tickets_are_taken_out(given: object, shown: object) -> None:
    record = logging.LogRecord("x", logging.INFO, "", 0, "%s", (given,), None)
    assert WithoutTickets().filter(record)
    assert record.args == (shown,)


def test_a_wrong_host_is_told_without_arguments() -> None:
    record = logging.LogRecord("x", logging.ERROR, "", 0, "Host %s", ("192.0.2.1",), None)
    assert WrongHost().filter(record)
    assert "192.0.2.1" not in record.getMessage()
