"""Webhooks in the admin: what may be typed, secrets, the log and sending again."""

from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from sessions_app.models import Call, WebhookDelivery, WebhookEndpoint, WebhookEvent
from sessions_app.models.work import WorkState
from sessions_app.services import webhooks
from tests.conftest import CallMaker

ENDPOINTS, DELIVERIES = (
    f"/admin/sessions_app/{name}/" for name in ("webhookendpoint", "webhookdelivery")
)
TYPED = {
    "name": "crm",
    "url": "https://example.org/hook",
    "events": ["call.ended"],
    "enabled": "on",
}


@pytest.fixture
def desk(client: Client, staff: User) -> Client:
    client.force_login(staff)
    return client


@pytest.fixture
def endpoint(desk: Client) -> WebhookEndpoint:
    assert desk.post(f"{ENDPOINTS}add/", TYPED).status_code == 302
    return WebhookEndpoint.objects.get()


@pytest.fixture
def call(alice: User, make_call: CallMaker) -> Call:
    return make_call(alice)


def test_an_endpoint_is_added_with_a_secret_of_its_own(
    desk: Client, endpoint: WebhookEndpoint, staff: User
) -> None:
    assert (endpoint.events, endpoint.created_by) == (["call.ended"], staff)
    page = desk.get(f"{ENDPOINTS}{endpoint.pk}/change/").content.decode()
    assert endpoint.secret in page
    assert endpoint.secret.startswith("whsec_")


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ({"url": "https://10.0.0.7/"}, "WEBHOOK_ALLOWED_PRIVATE may name it"),
        ({"url": "http://example.org/"}, "use an https:// address"),
        ({"url": "ftp://example.org/"}, "must begin with https://"),
        ({"events": []}, "This field is required"),
    ],
)
def test_what_can_never_work_is_refused_and_why(
    desk: Client, typed: dict[str, Any], why: str
) -> None:
    page = desk.post(f"{ENDPOINTS}add/", TYPED | typed)
    assert why in page.content.decode()
    assert not WebhookEndpoint.objects.exists()


def test_a_new_secret_keeps_the_one_before_for_a_day(
    desk: Client, endpoint: WebhookEndpoint
) -> None:
    before = endpoint.secret
    chosen = {"action": "rotate_secrets", "_selected_action": str(endpoint.pk)}
    page = desk.post(ENDPOINTS, chosen, follow=True)
    assert "Copy the new secret" in page.content.decode()
    endpoint.refresh_from_db()
    assert endpoint.previous_secret == before != endpoint.secret


def test_a_message_that_was_given_up_is_sent_again_with_its_id(
    desk: Client, endpoint: WebhookEndpoint, call: Call
) -> None:
    webhooks.schedule(WebhookEvent.CALL_ENDED, call.public_id)
    row = WebhookDelivery.objects.get()
    told = {"state": WorkState.FAILED, "attempts": 10, "status": 500, "error": "It answered 500."}
    WebhookDelivery.objects.filter(pk=row.pk).update(**told)
    assert "Failed (500)" in desk.get(DELIVERIES).content.decode()
    page = desk.get(f"{DELIVERIES}{row.pk}/change/").content.decode()
    assert "It answered 500." in page
    desk.post(DELIVERIES, {"action": "send_again", "_selected_action": str(row.pk)})
    row.refresh_from_db()
    assert (row.state, row.attempts, row.error) == (WorkState.PENDING, 0, "")
    assert WebhookDelivery.objects.get().message_id == row.message_id


def test_nothing_is_said_to_be_sent_to_an_endpoint_that_is_off(
    desk: Client, endpoint: WebhookEndpoint, call: Call
) -> None:
    webhooks.schedule(WebhookEvent.CALL_ENDED, call.public_id)
    row = WebhookDelivery.objects.get()
    WebhookDelivery.objects.update(state=WorkState.FAILED, status=410, error="It answered 410.")
    WebhookEndpoint.objects.update(enabled=False)
    chosen = {"action": "send_again", "_selected_action": str(row.pk)}
    page = desk.post(DELIVERIES, chosen, follow=True).content.decode()
    assert "1 will not: its endpoint is switched off" in page
    assert "will be sent again" not in page
    row.refresh_from_db()
    assert (row.state, row.error) == (WorkState.FAILED, "It answered 410.")
