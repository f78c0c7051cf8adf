"""Events for endpoints: queued with the change, signed, sent until they are accepted."""

import json
import ssl
import subprocess
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone as clock
from standardwebhooks.webhooks import Webhook

from sessions_app.engine.core.states import CallState, EndReason
from sessions_app.models import (
    Call,
    ErasureCause,
    Recording,
    Summary,
    WebhookDelivery,
    WebhookEndpoint,
)
from sessions_app.models import WebhookEvent as Event
from sessions_app.models.work import WorkState
from sessions_app.services import calls, erasure, recordings, webhook_posts, webhooks, work
from sessions_app.services.queueing import DELIVER
from sessions_app.tasks import deliver_webhook, requeue_due_work
from tests.conftest import CallMaker, Queued

pytestmark = pytest.mark.django_db

EVERY = [event.value for event in Event]


class Receiver:
    """A real HTTP server that keeps what it was sent, and answers as it is told."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self.answers: list[int] = []
        self.messages: list[tuple[dict[str, str], bytes]] = []
        self.holds: threading.Event | None = None
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                receiver.messages.append((headers, body))
                if receiver.holds is not None:
                    receiver.holds.wait(30)
                self.send_response(receiver.answers.pop(0) if receiver.answers else 204)
                self.send_header("location", "http://127.0.0.1:1/")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        if context is not None:
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_port
        self.url = f"http://127.0.0.1:{self.port}/hook?from=voicesite"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    settings.WEBHOOK_ALLOWED_PRIVATE = ["127.0.0.1"]
    made = Receiver()
    yield made
    made.close()


def endpoint_for(url: str, events: list[str] = EVERY) -> WebhookEndpoint:
    return WebhookEndpoint.objects.create(name="crm", url=url, events=events)


@pytest.fixture
def call(alice: User, make_call: CallMaker) -> Call:
    return make_call(alice, consented=True)


def run(call: Call) -> None:
    """Takes a call from its offer to its end."""
    for state in (CallState.CONNECTING, CallState.ACTIVE, CallState.ENDING, CallState.ENDED):
        calls.move(call.public_id, state, reason=EndReason.CALLER_HUNG_UP, duration_ms=9000)


def one(endpoint: WebhookEndpoint, call: Call) -> WebhookDelivery:
    """Queues an event and returns the endpoint's one message."""
    webhooks.schedule(Event.CALL_ENDED, call.public_id)
    return endpoint.deliveries.get()


def test_a_call_is_told_from_its_answer_to_its_end(call: Call, receiver: Receiver) -> None:
    endpoint = endpoint_for(receiver.url)
    run(call)
    for row in endpoint.deliveries.order_by("sequence"):
        deliver_webhook(row.pk)
    told = [json.loads(body) for _, body in receiver.messages]
    assert [(one["type"], one["sequence"]) for one in told] == [
        ("call.started", 1),
        ("call.ended", 2),
        ("transcript.ready", 3),
    ]
    assert told[1]["data"]["call"]["id"] == call.public_id
    assert told[1]["data"]["call"]["duration_ms"] == 9000
    assert told[1]["data"]["call"]["end_reason"] == "caller_hung_up"
    assert {row.state for row in endpoint.deliveries.all()} == {WorkState.DONE}


def test_recording_and_summary_are_told_once_they_are_there(
    call: Call, tmp_path: Path, queued: Queued
) -> None:
    endpoint = endpoint_for("https://example.org/", ["recording.ready", "summary.ready"])
    run(call)
    source = tmp_path / "merged.ogg"
    source.write_bytes(b"OggS sound")
    with work.claimed(Recording, call.pk) as row:
        assert row is not None
        recordings.keep(row, source, {"size": 10})
    assert [row.event for row in endpoint.deliveries.all()] == ["recording.ready"]
    assert Summary.objects.get(call=call).state == WorkState.PENDING


def test_an_endpoint_is_told_only_what_it_asked_for_and_once(call: Call) -> None:
    ended = endpoint_for("https://example.org/", ["call.ended"])
    off = endpoint_for("https://example.org/")
    WebhookEndpoint.objects.filter(pk=off.pk).update(enabled=False)
    for _ in range(2):
        webhooks.schedule(Event.CALL_ENDED, call.public_id)
        webhooks.schedule(Event.CALL_STARTED, call.public_id)
    assert [row.event for row in WebhookDelivery.objects.all()] == ["call.ended"]
    assert ended.deliveries.count() == 1


def test_an_erased_call_is_told(call: Call, alice: User) -> None:
    endpoint = endpoint_for("https://example.org/", ["call.erased"])
    run(call)
    erasure.erase_call(call, alice, ErasureCause.OWNER)
    (row,) = endpoint.deliveries.all()
    assert row.payload["data"]["call"]["id"] == call.public_id


def test_what_is_taken_out_of_a_message_while_it_is_sent_stays_out(
    call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    Call.objects.filter(pk=call.pk).update(variables={"code": "secret"})
    row = one(endpoint_for("https://example.com/"), call)
    assert row.payload["data"]["call"]["variables"] == {"code": "secret"}

    def posted(_: WebhookDelivery) -> webhook_posts.PostAnswer:
        webhooks.erase_call_data([call.pk])
        return webhook_posts.PostAnswer(200)

    monkeypatch.setattr(webhooks, "_posted", posted)
    deliver_webhook(row.pk)
    row.refresh_from_db()
    assert (row.state, row.status) == (WorkState.DONE, 200)
    assert row.payload["data"]["call"]["variables"] == {}


def test_what_is_rolled_back_is_not_told(call: Call) -> None:
    endpoint = endpoint_for("https://example.org/")
    with transaction.atomic():
        calls.move(call.public_id, CallState.CONNECTING)
        calls.move(call.public_id, CallState.ACTIVE)
        assert endpoint.deliveries.exists()
        transaction.set_rollback(True)
    assert not endpoint.deliveries.exists()


def test_a_message_is_queued_as_soon_as_it_is_scheduled(
    call: Call, queued: Queued, django_capture_on_commit_callbacks: Any
) -> None:
    endpoint = endpoint_for("https://example.org/")
    with django_capture_on_commit_callbacks(execute=True):
        row = one(endpoint, call)
    assert (DELIVER, row.pk) in queued()


def test_a_message_verifies_with_the_library(call: Call, receiver: Receiver) -> None:
    endpoint = endpoint_for(receiver.url)
    row = one(endpoint, call)
    webhooks.deliver(row.pk)
    headers, body = receiver.messages[0]
    told = Webhook(endpoint.secret).verify(body, headers)
    assert told["data"]["call"]["id"] == call.public_id
    assert headers["webhook-id"] == row.message_id
    assert headers["content-type"] == "application/json"
    assert headers["host"] == f"127.0.0.1:{receiver.port}"


@pytest.mark.parametrize("hours", [-11, 0, 5])
def test_the_zone_of_a_clock_changes_no_signature(hours: int) -> None:
    endpoint = WebhookEndpoint(secret="whsec_" + "QUJD" * 8)
    now = datetime.now(timezone(timedelta(hours=hours)))
    headers = webhooks.signed(endpoint, "msg_1", "{}", now)
    assert Webhook(endpoint.secret).verify("{}", dict(headers)) == {}


def test_a_new_secret_and_the_one_before_both_verify_for_a_day(call: Call) -> None:
    endpoint = endpoint_for("https://example.org/")
    before = endpoint.secret
    webhooks.rotate(endpoint)
    now = datetime.now(UTC)
    for secret in (before, endpoint.secret):
        headers = dict(webhooks.signed(endpoint, "msg_1", "{}", now))
        assert Webhook(secret).verify("{}", headers) == {}
    endpoint.rotated_at = now - timedelta(days=1, seconds=1)
    assert " " not in webhooks.signed(endpoint, "msg_1", "{}", now)["webhook-signature"]


def test_a_message_that_is_not_accepted_is_sent_again_with_the_same_id(
    call: Call, receiver: Receiver
) -> None:
    receiver.answers = [500, 302, 200]
    row = one(endpoint_for(receiver.url), call)
    for pause in WebhookDelivery.PAUSES[:2]:
        webhooks.deliver(row.pk)
        row.refresh_from_db()
        assert row.state == WorkState.PENDING
        assert row.leased_until is not None
        waits = (row.leased_until - clock.now()).total_seconds()
        assert waits == pytest.approx(pause.total_seconds(), abs=5)
    assert row.status == 302  # no redirect is followed
    webhooks.deliver(row.pk)
    row.refresh_from_db()
    assert (row.state, row.status, row.attempts) == (WorkState.DONE, 200, 3)
    assert len({headers["webhook-id"] for headers, _ in receiver.messages}) == 1


def test_after_three_days_a_message_is_given_up_and_may_be_sent_again(
    call: Call, receiver: Receiver
) -> None:
    receiver.answers = [500] * 10
    row = one(endpoint_for(receiver.url), call)
    for _ in range(10):
        webhooks.deliver(row.pk)
    row.refresh_from_db()
    assert (row.state, row.error) == (WorkState.FAILED, "It answered 500.")
    webhooks.deliver(row.pk)
    assert len(receiver.messages) == 10
    assert webhooks.send_again(row)
    webhooks.deliver(row.pk)
    row.refresh_from_db()
    assert row.state == WorkState.DONE
    assert sum(WebhookDelivery.PAUSES, timedelta()) > timedelta(days=3)


def test_an_endpoint_that_does_not_answer_rests_and_costs_no_attempts(
    call: Call, settings: Any
) -> None:
    settings.WEBHOOK_ALLOWED_PRIVATE = ["127.0.0.1"]
    gone = Receiver()
    gone.close()
    endpoint = endpoint_for(gone.url)
    row = one(endpoint, call)
    webhooks.deliver(row.pk)
    webhooks.schedule(Event.CALL_STARTED, call.public_id)
    other = endpoint.deliveries.get(event="call.started")
    webhooks.deliver(other.pk)
    other.refresh_from_db()
    endpoint.refresh_from_db()
    assert (other.attempts, other.state) == (0, WorkState.PENDING)
    assert other.leased_until == endpoint.resting_until
    assert endpoint.problem == "It did not answer."


def test_an_endpoint_that_is_gone_is_switched_off(call: Call, receiver: Receiver) -> None:
    receiver.answers = [410]
    endpoint = endpoint_for(receiver.url)
    row = one(endpoint, call)
    webhooks.deliver(row.pk)
    endpoint.refresh_from_db()
    assert not endpoint.enabled
    webhooks.deliver(row.pk)
    row.refresh_from_db()
    assert (row.state, len(receiver.messages)) == (WorkState.FAILED, 1)


def test_a_lost_hint_is_queued_again(
    call: Call, queued: Queued, django_capture_on_commit_callbacks: Any
) -> None:
    row = one(endpoint_for("https://example.org/"), call)
    with django_capture_on_commit_callbacks(execute=True):
        requeue_due_work()
    assert (DELIVER, row.pk) in queued()


def test_the_log_is_forgotten_but_not_what_is_pending(call: Call, receiver: Receiver) -> None:
    endpoint = endpoint_for(receiver.url)
    webhooks.deliver(one(endpoint, call).pk)
    webhooks.schedule(Event.CALL_STARTED, call.public_id)
    assert webhooks.forget_old(clock.now() + timedelta(days=31)) == 1
    assert [row.event for row in endpoint.deliveries.all()] == ["call.started"]


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "https://10.1.2.3/",
        "https://[::1]/",
        "https://[::ffff:192.168.0.1]/",
        "https://[::127.0.0.1]/",
        "https://[64:ff9b::10.0.0.1]/",
        "https://[64:ff9b:1::10.0.0.1]/",
        "https://[2002:7f00:1::]/",
        "https://[fec0::1]/",
        "https://169.254.169.254/latest/",
        "https://0.0.0.0/",
        "http://93.184.215.14/",
        "ftp://example.org/",
        "https://user:word@example.org/",
        "https://example.org:99999/",
        "example.org",
        "https://a..b/",
        "http://example.org/",
    ],
)
def test_addresses_that_can_never_be_told_are_refused_when_they_are_typed(url: str) -> None:
    with pytest.raises(webhook_posts.AddressRefusedError):
        webhook_posts.checked_url(url, webhook_posts.AllowedHosts.of([]))


@pytest.mark.parametrize(
    ("url", "allowed"),
    [
        ("https://example.org/", []),
        ("https://93.184.215.14/", []),
        ("https://[2606:4700::1111]/", []),
        ("https://[64:ff9b::93.184.215.14]/", []),
        ("http://10.1.2.3:8000/", ["10.0.0.0/8"]),
        ("http://hooks.internal/", ["hooks.internal"]),
        ("http://[fd00::7]/", [" FD00::/8 "]),
    ],
)
def test_other_addresses_may_be_typed(url: str, allowed: list[str]) -> None:
    webhook_posts.checked_url(url, webhook_posts.AllowedHosts.of(allowed))


async def test_a_name_that_leads_to_a_private_address_is_refused() -> None:
    allowed = webhook_posts.AllowedHosts.of([])
    with pytest.raises(webhook_posts.AddressRefusedError, match="private"):
        await webhook_posts.resolved("https://localhost/", allowed)
    named = webhook_posts.AllowedHosts.of(["localhost"])
    target = await webhook_posts.resolved("http://localhost:8123/a?b=c", named)
    assert (target.host_header, target.path) == ("localhost:8123", "/a?b=c")
    assert target.address.is_loopback


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("tls")
    key, made = folder / "key.pem", folder / "cert.pem"
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    subprocess.run(
        [*command, *names, "-keyout", str(key), "-out", str(made)], check=True, capture_output=True
    )
    return key, made


@pytest.mark.parametrize(
    ("name", "known", "accepted"),
    [("localhost", True, True), ("127.0.0.1", True, False), ("localhost", False, False)],
)
async def test_the_certificate_must_be_that_of_the_name_and_known(
    certificate: tuple[Path, Path],
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    known: bool,
    accepted: bool,
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate[1], certificate[0])
    if known:
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate[1]))
    receiver = Receiver(context)
    allowed = webhook_posts.AllowedHosts.of(["127.0.0.0/8", "::1"])
    url = f"https://{name}:{receiver.port}/"
    try:
        if accepted:
            assert (await webhook_posts.post(url, b"{}", {}, allowed)).status == 204
        else:
            with pytest.raises(webhook_posts.NoAnswerError, match="certificate is not accepted"):
                await webhook_posts.post(url, b"{}", {}, allowed)
    finally:
        receiver.close()
