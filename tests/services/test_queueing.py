import socket
import threading
import time
from typing import Any

import pytest
from django.db import connections, transaction

from sessions_app.services import queueing
from tests.conftest import Queued
from voicesite.celery import app

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def silent_broker(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A broker that takes connections and never says a word; returns its socket."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"redis://127.0.0.1:{server.getsockname()[1]}/0"
        monkeypatch.setattr(app.conf, "broker_url", address)
        yield server


def test_a_task_is_queued_when_the_transaction_is_committed(queued: Queued) -> None:
    with transaction.atomic():
        queueing.queue(queueing.FINALISE, 7)
        assert queued() == []
    assert queued() == [("sessions_app.tasks.finalise_call", 7)]


def test_every_thread_queues_for_the_site(queued: Queued) -> None:
    def send() -> None:
        queueing.queue(queueing.FINALISE, 7)
        connections.close_all()

    thread = threading.Thread(target=send)
    thread.start()
    thread.join()
    assert queued() == [("sessions_app.tasks.finalise_call", 7)]


def test_what_is_rolled_back_is_not_queued(queued: Queued) -> None:
    with transaction.atomic():
        queueing.queue(queueing.FINALISE, 7)
        transaction.set_rollback(True)
    assert queued() == []


def test_a_silent_broker_costs_one_short_wait(
    queued: Queued, silent_broker: socket.socket, caplog: pytest.LogCaptureFixture
) -> None:
    started = time.monotonic()
    for call_pk in range(100):
        queueing.queue(queueing.FINALISE, call_pk)
    assert time.monotonic() - started < 2 * queueing.CONNECT_S + 1
    warnings = [record for record in caplog.records if record.levelname == "WARNING"]
    assert len(warnings) == 1
    assert "finalise_call for row 0 is not queued" in warnings[0].getMessage()


def test_a_broker_that_is_down_does_not_wait_at_all(
    queued: Queued, silent_broker: socket.socket
) -> None:
    silent_broker.close()
    started = time.monotonic()
    queueing.queue(queueing.FINALISE, 7)
    assert time.monotonic() - started < queueing.CONNECT_S


def test_a_broker_that_came_back_is_used_again(
    queued: Queued, silent_broker: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    silent_broker.close()
    queueing.queue(queueing.FINALISE, 7)
    monkeypatch.setattr(app.conf, "broker_url", "memory://")
    queueing.queue(queueing.FINALISE, 8)
    assert queued() == []
    monkeypatch.setattr(queueing, "REST_S", -1.0)
    queueing.pause.begin()
    queueing.queue(queueing.SUMMARISE, 9)
    assert queued() == [("sessions_app.tasks.summarise_call", 9)]
