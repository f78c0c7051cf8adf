"""The receiver of docs/webhooks.md takes what voicesite sends, once, and nothing else."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx2
import pytest
from django.contrib.auth.models import User

from sessions_app.models import WebhookDelivery, WebhookEndpoint, WebhookEvent
from sessions_app.models.work import WorkState
from sessions_app.services import webhooks
from tests.conftest import CallMaker
from tests.fixtures.ports import free_port
from tests.fixtures.server import ROOT, wait_until

RECEIVER = ROOT / "docs/examples/webhook_receiver/receiver.py"


@contextmanager
def receiving(secret: str, port: int) -> Iterator[subprocess.Popen[str]]:
    env = {**os.environ, "WEBHOOK_SECRET": secret}
    command = [sys.executable, str(RECEIVER), str(port)]
    process = subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True)
    try:
        wait_until(lambda: _answers(port), 20, "the receiver")
        yield process
    finally:
        process.terminate()
        process.communicate()


def _answers(port: int) -> bool:
    try:
        return httpx2.post(f"http://127.0.0.1:{port}/", content=b"{}").status_code == 401
    except httpx2.TransportError:
        return False


@pytest.mark.django_db
def test_the_receiver_of_the_docs_takes_a_message_once(
    alice: User, make_call: CallMaker, settings: Any
) -> None:
    settings.WEBHOOK_ALLOWED_PRIVATE = ["127.0.0.1"]
    call, port = make_call(alice), free_port()
    endpoint = WebhookEndpoint.objects.create(
        name="crm", url=f"http://127.0.0.1:{port}/", events=["call.ended", "call.erased"]
    )
    with receiving(endpoint.secret, port) as process:
        webhooks.schedule(WebhookEvent.CALL_ENDED, call.public_id)
        row = WebhookDelivery.objects.get()
        webhooks.deliver(row.pk)
        webhooks.send_again(row)
        webhooks.deliver(row.pk)  # as if the first answer had been lost
        webhooks.schedule(WebhookEvent.CALL_ERASED, call.public_id)
        webhooks.deliver(WebhookDelivery.objects.get(event="call.erased").pk)
        assert process.stdout is not None
        lines = [process.stdout.readline() for _ in range(2)]
    assert lines == [f"call.ended {call.public_id}\n", f"call.erased {call.public_id}\n"]
    assert {one.state for one in WebhookDelivery.objects.all()} == {WorkState.DONE}
