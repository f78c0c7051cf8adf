"""What is kept out of the log."""

import asyncio
import logging
from types import SimpleNamespace
from typing import Any

import pytest
from daphne.ws_protocol import WebSocketProtocol
from django.test import Client
from django.urls import reverse
from twisted.python.failure import Failure

from tests.static_files import static_files
from voicesite.logs import Requests, Servers, WithoutWords, WrongHost

__all__ = ["static_files"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("static_files")]


def test_a_ticket_in_an_address_is_not_logged(
    client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    client.post("/t/a-very-secret-ticket/no-such-door")
    assert "Not Found: /t/-/-" in caplog.text
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
        ("/talk", "/-"),
        ("/calls/", "/calls/"),
        ("Not Found", "Not Found"),
        ("POST", "POST"),
        ("WORDS", "-"),
        (3, 3),
    ],
)
def test_arguments_are_shown_as_far_as_they_are_ours(given: object, shown: object) -> None:
    record = logging.LogRecord("x", logging.INFO, "", 0, "%s", (given,), None)
    assert Requests().filter(record)
    assert record.args == (shown,)


@pytest.mark.parametrize("path", ["/%74/secret/start", "//t/secret", "/api/v1/secret", "/secret"])
def test_django_logs_no_part_of_an_address_that_was_sent(
    client: Client, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    client.generic("SECRET", path)
    client.post(path)
    told = [r.getMessage() for r in caplog.records if r.name.startswith("django.request")]
    assert told
    assert "secret" not in caplog.text.lower()


@pytest.mark.parametrize("header", ["Origin", "Referer"])
def test_an_origin_that_is_refused_is_not_logged(
    caplog: pytest.LogCaptureFixture, header: str
) -> None:
    client = Client(enforce_csrf_checks=True)
    sent = {header: "https://secret.example/ - secret"}
    assert client.post(reverse("login"), headers=sent, secure=True).status_code == 403
    assert f"Forbidden ({header} checking failed): /login/" in caplog.text
    assert "secret" not in caplog.text


def written(record: logging.LogRecord) -> str:
    """Returns the line that the console's filter and formatter make."""
    assert Servers().filter(record)
    return WithoutWords("{message}", style="{").format(record)


async def test_a_socket_that_is_killed_is_told_without_its_client() -> None:
    protocol: Any = SimpleNamespace(client_addr=["192.0.2.1", 59389], path=b"/t/secret/signaling")
    text = "Application instance %r for connection %s took too long to shut down and was killed."
    task = asyncio.create_task(asyncio.sleep(0), name="secret")
    args = (task, WebSocketProtocol.__repr__(protocol))
    line = written(logging.LogRecord("daphne.server", logging.WARNING, "", 0, text, args, None))
    await task
    assert line == text % ("Task", "WebSocketProtocol")


def test_a_traceback_that_daphne_put_into_words_is_told_by_kind() -> None:
    words = "secret"
    record = logging.LogRecord("daphne.ws_protocol", logging.ERROR, "", 0, "", (), None)
    try:
        raise ValueError(words)
    except ValueError as error:
        record.msg = f"Cannot build protocol: Traceback (most recent call last): {error}"
        line = written(record)
    assert line.startswith("an error\nValueError")
    assert "test_logged_requests.py" in line
    assert "secret" not in line


def test_a_failure_of_twisted_is_told_by_kind() -> None:
    kind: Any = Failure
    failure = kind(ValueError("secret"))
    record = logging.LogRecord("daphne.ws_protocol", logging.ERROR, "", 0, failure, (), None)
    assert written(record) == "ValueError"


async def test_asyncio_lists_no_objects(caplog: pytest.LogCaptureFixture) -> None:
    transport = SimpleNamespace(peer="192.0.2.1")
    asyncio.get_running_loop().default_exception_handler(
        {
            "message": "Exception in callback <secret 192.0.2.1>",
            "transport": transport,
            "exception": ValueError("secret"),
        }
    )
    (record,) = [record for record in caplog.records if record.name == "asyncio"]
    record.msg += f"\ntransport: {transport}"
    line = written(record)
    assert line.startswith("Exception in callback")
    assert "ValueError" in line
    assert "192.0.2.1" not in line
    assert "secret" not in line


def test_a_wrong_host_is_told_without_arguments() -> None:
    record = logging.LogRecord("x", logging.ERROR, "", 0, "Host %s", ("192.0.2.1",), None)
    assert WrongHost().filter(record)
    assert "192.0.2.1" not in record.getMessage()
