"""Webhooks: an event of a call is queued in the same transaction as the change, and sent later.

`owe` queues an event's messages, `deliver` sends one. Messages follow Standard Webhooks:
`webhook-id` is the same at each attempt, `webhook-timestamp` the attempt's time, and
`webhook-signature` covers both and the body. They hold what a call was given at its start, and no
words of it: a receiver fetches what it may read over REST. Delivery is at least once, and in order
but for retries: `sequence` counts an endpoint's messages.
"""

import asyncio
import json
import logging
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from standardwebhooks.webhooks import Webhook

from sessions_app.models import Call, WebhookDelivery, WebhookEndpoint, WebhookEvent
from sessions_app.models.webhook import new_secret
from sessions_app.models.work import WorkState
from sessions_app.services import webhook_posts, work
from sessions_app.services.queueing import DELIVER, queue
from sessions_app.services.webhook_posts import AllowedHosts, NoAnswerError

logger = logging.getLogger(__name__)

OVERLAP = timedelta(days=1)
"""How long after a rotation messages are signed by the secret before, too."""

BACK_OFF = timedelta(minutes=1)
"""How long an endpoint that did not answer gets no messages: each attempt may take seconds.

Smaller lets a dead endpoint hold up the worker more often; larger delays messages once it is back.
"""

KEPT = timedelta(days=30)
"""How long the log of deliveries is kept; longer keeps more rows, and what calls were given."""

GONE = 410
"""An endpoint that answers so wants no more messages (Standard Webhooks)."""


class NotAcceptedError(NoAnswerError):
    """The endpoint answered with another status than 2xx."""


def allowed_hosts() -> AllowedHosts:
    """Returns the private hosts that the settings allow."""
    return AllowedHosts.of(settings.WEBHOOK_ALLOWED_PRIVATE)


def owe(event: WebhookEvent, call_id: str, once: str = "") -> None:
    """Queues a message about a call (its public id) to each endpoint that wants the event.

    Call it in the transaction of the change. Each endpoint gets an event once per call; pass a
    distinct `once` for events that may repeat.
    """
    enabled = WebhookEndpoint.objects.filter(enabled=True)
    wanted = [endpoint for endpoint in enabled if event.value in endpoint.events]
    if not wanted:
        return
    call = Call.objects.select_related("agent").get(public_id=call_id)
    about = ":".join(filter(None, (event.value, call_id, once)))
    for endpoint in wanted:
        _owe_one(endpoint.pk, event, call, about)


def _owe_one(endpoint_pk: int, event: WebhookEvent, call: Call, about: str) -> None:
    with transaction.atomic():
        endpoint = WebhookEndpoint.objects.select_for_update().get(pk=endpoint_pk)
        if endpoint.deliveries.filter(about=about).exists():
            return
        endpoint.last_sequence += 1
        endpoint.save(update_fields=["last_sequence"])
        row = WebhookDelivery.objects.create(
            endpoint=endpoint,
            call=call,
            event=event.value,
            about=about,
            sequence=endpoint.last_sequence,
            payload=_payload(event, call, endpoint.last_sequence),
        )
        queue(DELIVER, row.pk)


def _payload(event: WebhookEvent, call: Call, sequence: int) -> dict[str, Any]:
    return {
        "type": event.value,
        "timestamp": _iso_utc(timezone.now()),
        "sequence": sequence,
        "data": {
            "call": {
                "id": call.public_id,
                "agent": call.agent.slug,
                "state": call.state,
                "end_reason": call.end_reason,
                "door": call.door,
                "language": call.language,
                "created_at": _iso_utc(call.created_at),
                "answered_at": _iso_utc(call.answered_at),
                "ended_at": _iso_utc(call.ended_at),
                "duration_ms": call.duration_ms,
                "variables": call.variables,
                "metadata": call.metadata,
                "url": f"/api/v1/calls/{call.public_id}/",
            }
        },
    }


def _iso_utc(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def deliver(delivery_pk: int) -> None:
    """Sends one pending message, unless another worker is doing so; safe to run twice."""
    row = WebhookDelivery.objects.select_related("endpoint").filter(pk=delivery_pk).first()
    if row is None or not _may_send(row):
        return
    with work.doing(WebhookDelivery, delivery_pk) as taken:
        if taken is None:
            return
        try:
            taken.status = _posted(taken)
            _check_status(taken)
        except NoAnswerError:
            _back_off(taken)
            raise
        with transaction.atomic():
            if work.is_held(taken):
                # what the call was given may have been erased while it was sent
                taken.refresh_from_db(fields=["payload"])
            work.done(taken)


def _may_send(row: WebhookDelivery) -> bool:
    """Returns whether the endpoint takes messages now; waiting for it costs no attempt."""
    endpoint = row.endpoint
    if not endpoint.enabled:
        waiting = WebhookDelivery.objects.filter(pk=row.pk, state=WorkState.PENDING)
        waiting.update(state=WorkState.FAILED, error="The endpoint is switched off.")
        return False
    resting = endpoint.resting_until
    if resting is not None and resting > timezone.now():
        waiting = WebhookDelivery.objects.filter(pk=row.pk, state=WorkState.PENDING)
        waiting.filter(leased_until__lt=resting).update(leased_until=resting)
        waiting.filter(leased_until=None).update(leased_until=resting)
        return False
    return True


def _posted(row: WebhookDelivery) -> int:
    """Returns the status of the answer; raises AddressRefusedError and NoAnswerError."""
    body = json.dumps(row.payload, separators=(",", ":"))
    headers = signed(row.endpoint, row.message_id, body, timezone.now())
    sending = webhook_posts.post(row.endpoint.url, body.encode(), headers, allowed_hosts())
    return asyncio.run(sending)


def signed(
    endpoint: WebhookEndpoint, message_id: str, body: str, at: datetime
) -> Mapping[str, str]:
    """Returns the headers of a message: id, time and signatures."""
    at = at.astimezone(UTC)  # the library takes any zone's clock for that of UTC
    secrets = [endpoint.secret]
    if endpoint.rotated_at is not None and at - endpoint.rotated_at < OVERLAP:
        secrets.append(endpoint.previous_secret)
    signatures = [Webhook(secret).sign(message_id, at, body) for secret in secrets]
    return {
        "content-type": "application/json",
        "user-agent": "voicesite",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def _check_status(row: WebhookDelivery) -> None:
    """Raises NotAcceptedError for any status but 2xx; GONE also disables the endpoint."""
    status = row.status or 0
    endpoints = WebhookEndpoint.objects.filter(pk=row.endpoint_id)
    if status == GONE:
        endpoints.update(enabled=False, problem="It answered 410: it wants no more messages.")
    if not 200 <= status < 300:  # noqa: PLR2004 - what HTTP calls successful
        WebhookDelivery.objects.filter(pk=row.pk).update(status=status)
        raise NotAcceptedError(f"It answered {status}.")
    endpoints.exclude(problem="", resting_until=None).update(problem="", resting_until=None)


def _back_off(row: WebhookDelivery) -> None:
    if row.status is None:
        WebhookEndpoint.objects.filter(pk=row.endpoint_id).update(
            resting_until=timezone.now() + BACK_OFF, problem="It did not answer."
        )


def forget_given(call_keys: Iterable[int], left: Mapping[str, Any] | None = None) -> None:
    """Removes what calls were given from the messages about them, sent or not.

    `left` are the variables and metadata that are kept, if any.
    """
    stays = {"variables": {}, "metadata": {}} | dict(left or {})
    told = WebhookDelivery.objects.filter(call_id__in=list(call_keys))
    for row in told.select_for_update():
        call = row.payload.get("data", {}).get("call", {})
        if call.get("variables") or call.get("metadata"):
            call |= stays
            row.save(update_fields=["payload"])


def rotate(endpoint: WebhookEndpoint) -> None:
    """Gives an endpoint a new secret; messages are signed by the old one, too, for OVERLAP."""
    endpoint.previous_secret, endpoint.secret = endpoint.secret, new_secret()
    endpoint.rotated_at = timezone.now()
    endpoint.save(update_fields=["previous_secret", "secret", "rotated_at"])


def send_again(row: WebhookDelivery) -> bool:
    """Queues a message again, with its id and its sequence; False while it is being sent."""
    with transaction.atomic():
        if not work.again(row):
            return False
        queue(DELIVER, row.pk)
    return True


def forget_old(now: datetime) -> int:
    """Deletes deliveries older than KEPT from the log; returns how many."""
    over = WebhookDelivery.objects.filter(state__in=[WorkState.DONE, WorkState.FAILED])
    return over.filter(created_at__lt=now - KEPT).delete()[0]
