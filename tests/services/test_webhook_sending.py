"""Receivers that are slow delay nobody but themselves."""

import json
import threading
from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User

from sessions_app.models import WebhookDelivery, WebhookEndpoint
from sessions_app.models import WebhookEvent as Event
from sessions_app.models.work import WorkState
from sessions_app.services import webhook_sending, webhooks
from sessions_app.services.webhook_sending import THREADS, Senders
from sessions_app.tasks import deliver_webhook
from tests.conftest import CallMaker
from tests.fixtures.server import wait_until
from tests.services.test_webhooks import Receiver, endpoint_for

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def senders(monkeypatch: pytest.MonkeyPatch) -> Iterator[Senders]:
    monkeypatch.setattr(webhook_sending, "_senders", [])
    webhook_sending.start()
    yield webhook_sending._senders[0]
    webhook_sending.stop()
    assert not webhook_sending._senders


@pytest.fixture
def receivers(settings: object) -> Iterator[tuple[Receiver, Receiver]]:
    settings.WEBHOOK_ALLOWED_PRIVATE = ["127.0.0.1"]  # type: ignore[attr-defined]
    made = Receiver(), Receiver()
    yield made
    for one in made:
        one.close()


def is_done(row: WebhookDelivery) -> bool:
    row.refresh_from_db()
    return row.state == WorkState.DONE


@pytest.mark.usefixtures("senders")
def test_a_slow_receiver_holds_up_its_own_messages_alone(
    alice: User, make_call: CallMaker, receivers: tuple[Receiver, Receiver]
) -> None:
    call = make_call(alice, consented=True)
    slow = receivers[0]
    slow.holds = threading.Event()
    ends = [endpoint_for(one.url) for one in receivers]
    assert ends[0].pk % THREADS != ends[1].pk % THREADS
    for event in (Event.CALL_STARTED, Event.CALL_ENDED):
        webhooks.schedule(event, call.public_id)
    rows = {end.pk: list(end.deliveries.order_by("sequence")) for end in ends}
    for row in rows[ends[0].pk] + rows[ends[1].pk]:
        deliver_webhook(row.pk)
    wait_until(lambda: all(map(is_done, rows[ends[1].pk])), 20, "the quick receiver's messages")
    wait_until(lambda: len(slow.messages) == 1, 20, "the slow receiver's first message")
    assert not any(map(is_done, rows[ends[0].pk]))
    slow.holds.set()
    wait_until(lambda: all(map(is_done, rows[ends[0].pk])), 20, "the slow receiver's messages")
    told = [json.loads(body)["sequence"] for _, body in slow.messages]
    assert told == sorted(told)
    assert len(told) == 2


def test_a_fault_ends_no_thread_and_too_many_wait_for_the_next_look(
    alice: User, make_call: CallMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook_sending, "MOST_WAITING", 2)
    endpoint = endpoint_for("https://example.org/")
    webhooks.schedule(Event.CALL_ENDED, make_call(alice, consented=True).public_id)
    row = endpoint.deliveries.get()
    goes_on, tried = threading.Event(), []

    def deliver(key: int) -> None:
        tried.append(key)
        goes_on.wait(20)
        raise OSError("The database is away.")

    senders = Senders(deliver)
    for _ in range(4):
        senders.send(row.pk)
    goes_on.set()
    wait_until(lambda: len(tried) == 2, 20, "both that had room")
    wait_until(lambda: senders._room.acquire(blocking=False), 20, "room again")
    senders.close()
    assert tried == [row.pk] * 2
    assert WebhookEndpoint.objects.get() == endpoint
