"""Endpoints that answer otherwise than they should, and names that lead to several addresses."""

import asyncio
import socket
import socketserver
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from sessions_app.models import WebhookDelivery, WebhookEndpoint, WebhookEvent
from sessions_app.models.work import WorkState
from sessions_app.services import webhook_posts, webhooks, work
from sessions_app.services.webhook_posts import AllowedHosts
from tests.conftest import CallMaker

pytestmark = pytest.mark.django_db

LOCAL = AllowedHosts.of(["127.0.0.0/8"])
Say = Callable[[socket.socket], None]


class Endpoint:
    """A server of bytes: what is sent to it is read once, and answered as it is told."""

    def __init__(self) -> None:
        self.say: Say = lambda line: line.sendall(b"HTTP/1.1 204 No Content\r\n\r\n")
        self.asked = 0
        self.left = threading.Event()
        endpoint = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                self.request.recv(65536)
                endpoint.asked += 1
                try:
                    endpoint.say(self.request)
                except OSError:
                    endpoint.left.set()

        self.server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port: int = self.server.server_address[1]
        serve = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)
        serve.start()


@pytest.fixture
def endpoint(settings: Any) -> Iterator[Endpoint]:
    settings.WEBHOOK_ALLOWED_PRIVATE = ["127.0.0.0/8"]
    made = Endpoint()
    yield made
    made.left.set()
    made.server.shutdown()
    made.server.server_close()


@pytest.fixture
def row(endpoint: Endpoint, alice: User, make_call: CallMaker) -> WebhookDelivery:
    """A message that the endpoint is to get, the first of two."""
    url = f"http://127.0.0.1:{endpoint.port}/"
    events = ["call.started", "call.ended"]
    WebhookEndpoint.objects.create(name="crm", url=url, events=events)
    call = make_call(alice)
    webhooks.schedule(WebhookEvent.CALL_STARTED, call.public_id)
    webhooks.schedule(WebhookEvent.CALL_ENDED, call.public_id)
    return WebhookDelivery.objects.get(event="call.started")


def answers(status: str, *headers: str) -> Say:
    lines = [f"HTTP/1.1 {status}", *headers, "content-length: 0", "", ""]
    return lambda line: line.sendall("\r\n".join(lines).encode())


def sent(row: WebhookDelivery) -> WebhookDelivery:
    webhooks.deliver(row.pk)
    row.refresh_from_db()
    return row


def waits_s(row: WebhookDelivery) -> float:
    assert row.state == WorkState.PENDING
    assert row.leased_until is not None
    return (row.leased_until - timezone.now()).total_seconds()


@pytest.mark.parametrize(
    ("retry_after", "expected_s"),
    [("120", 120), ("date", 120), ("1", 5), ("soon", 5), ("-7", 5), ("9" * 40, 86_400)],
)
def test_an_endpoint_that_asks_for_a_pause_has_it(
    endpoint: Endpoint, row: WebhookDelivery, retry_after: str, expected_s: float
) -> None:
    in_two_minutes = format_datetime(timezone.now() + timedelta(seconds=120))
    told = in_two_minutes if retry_after == "date" else retry_after
    endpoint.say = answers("503 Busy", f"Retry-After: {told}")
    assert waits_s(sent(row)) == pytest.approx(expected_s, abs=3)
    assert (row.status, row.attempts) == (503, 1)


def test_after_too_many_requests_no_other_message_comes_either(
    endpoint: Endpoint, row: WebhookDelivery
) -> None:
    endpoint.say = answers("429 Too Many Requests", "Retry-After: 120")
    sent(row)
    other = WebhookDelivery.objects.exclude(pk=row.pk).get()
    assert waits_s(sent(other)) == pytest.approx(120, abs=3)
    assert (other.attempts, endpoint.asked) == (0, 1)
    WebhookEndpoint.objects.update(resting_until=timezone.now())
    endpoint.say = answers("204 No Content")
    assert sent(other).state == WorkState.DONE
    assert WebhookEndpoint.objects.get().problem == ""


def test_a_redirect_is_a_failure_and_not_followed(endpoint: Endpoint, row: WebhookDelivery) -> None:
    where = f"Location: http://127.0.0.1:{endpoint.port}/other"
    endpoint.say = answers("301 Moved Permanently", where, "Retry-After: 60")
    assert waits_s(sent(row)) == pytest.approx(60, abs=3)
    assert (row.error, endpoint.asked) == ("It answered 301.", 1)
    assert WebhookEndpoint.objects.get().resting_until is None


def test_an_answer_without_an_end_is_not_read(endpoint: Endpoint, row: WebhookDelivery) -> None:
    def endless(line: socket.socket) -> None:
        line.sendall(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
        while True:
            line.sendall(b"1000\r\n" + bytes(4096) + b"\r\n")

    endpoint.say = endless
    assert sent(row).state == WorkState.DONE
    assert endpoint.left.wait(10), "the connection was closed"


def _ends_early(line: socket.socket) -> None:
    line.sendall(b"HTTP/1.1 20")


def _speaks_otherwise(line: socket.socket) -> None:
    line.sendall(b"\x15\x03\x01\x00\x02\x02\x50 no HTTP\r\n\r\n")


@pytest.mark.parametrize("say", [_ends_early, _speaks_otherwise])
def test_what_is_no_answer_lets_the_endpoint_rest(
    endpoint: Endpoint, row: WebhookDelivery, say: Say
) -> None:
    endpoint.say = say
    assert sent(row).state == WorkState.PENDING
    assert row.error == "The connection failed (RemoteProtocolError)."
    assert WebhookEndpoint.objects.get().resting_until is not None


@pytest.mark.parametrize("drips", [False, True])
def test_whoever_is_slow_is_not_waited_for(
    endpoint: Endpoint, row: WebhookDelivery, drips: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slowly(line: socket.socket) -> None:
        while not endpoint.left.wait(0.05):
            if drips:
                line.sendall(b"H")

    monkeypatch.setattr(webhook_posts, "TIMEOUT_S", 0.4)
    endpoint.say = slowly
    assert sent(row).state == WorkState.PENDING
    assert WebhookEndpoint.objects.get().resting_until is not None


def test_an_endpoint_that_failed_and_then_is_out_rests(
    endpoint: Endpoint, row: WebhookDelivery
) -> None:
    endpoint.say = answers("500 Error")
    assert sent(row).status == 500
    assert WebhookEndpoint.objects.get().resting_until is None
    endpoint.say = _ends_early
    assert sent(row).status is None
    assert WebhookEndpoint.objects.get().resting_until is not None


def test_what_a_killed_worker_was_at_ends_with_its_endpoint(row: WebhookDelivery) -> None:
    assert work.claim(WebhookDelivery, row.pk) is not None
    WebhookEndpoint.objects.update(enabled=False)
    assert sent(row).state == WorkState.RUNNING, "somebody is at it"
    WebhookDelivery.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    assert sent(row).state == WorkState.FAILED
    assert work.due(WebhookDelivery, timezone.now()) == [row.pk + 1]


def named(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    def found(_host: str, port: int, **_: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", found)


async def test_the_next_address_is_tried_where_one_takes_no_connection(
    endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    named(monkeypatch, "127.0.0.3", "127.0.0.3", "127.0.0.1")
    url = f"http://hooks.example:{endpoint.port}/"
    assert (await webhook_posts.post(url, b"{}", {}, LOCAL)).status == 204
    named(monkeypatch, "127.0.0.3", "127.0.0.2")
    with pytest.raises(webhook_posts.NoAnswerError, match="ConnectError"):
        await webhook_posts.post(url, b"{}", {}, LOCAL)


async def test_a_name_without_an_address_is_tried_again() -> None:
    with pytest.raises(webhook_posts.NoAnswerError):
        await webhook_posts.resolved("https://nobody.invalid/", AllowedHosts.of([]))


async def test_one_private_address_among_many_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    named(monkeypatch, "93.184.215.14", "10.0.0.1")
    with pytest.raises(webhook_posts.AddressRefusedError, match="private"):
        await webhook_posts.resolved("https://hooks.example/", AllowedHosts.of([]))


async def test_a_name_in_any_script_goes_to_the_resolver_and_the_endpoint(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    named(monkeypatch, "93.184.215.14")
    target = await webhook_posts.resolved("https://b\u00fccher.example:8443/", AllowedHosts.of([]))
    assert target.host_header == "xn--bcher-kva.example:8443"


def test_a_resolver_that_is_silent_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    may_answer, answered = threading.Event(), threading.Event()

    def silent(*_given: Any, **_how: Any) -> list[Any]:
        may_answer.wait(5)
        answered.set()
        raise socket.gaierror

    monkeypatch.setattr(webhook_posts, "TIMEOUT_S", 0.1)
    monkeypatch.setattr(socket, "getaddrinfo", silent)
    with pytest.raises(webhook_posts.NoAnswerError, match="No answer"):
        asyncio.run(webhook_posts.post("http://hooks.example/", b"{}", {}, LOCAL))
    assert not answered.is_set()
    may_answer.set()
    assert answered.wait(5)
