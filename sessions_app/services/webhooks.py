"""Webhooks: an event of a call is queued in the same transaction as the change, and sent later.

`schedule` queues an event's messages, `deliver` sends one. Messages follow Standard Webhooks:
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
from sessions_app.services.webhook_posts import AllowedHosts, NoAnswerError, PostAnswer

logger = logging.getLogger(__name__)

OVERLAP = timedelta(days=1)
"""How long after a rotation messages are also signed with the previous secret."""

BACK_OFF = timedelta(minutes=1)
"""How long an endpoint that did not answer gets no messages: each attempt may take seconds.

Smaller lets a dead endpoint hold up the worker more often; larger delays messages once it is back.
"""

KEPT = timedelta(days=30)
"""How long the log of deliveries is kept; longer keeps more rows, and what calls were given."""

GONE = 410
"""An endpoint with this status wants no more messages (Standard Webhooks)."""

BUSY = frozenset({429, 503})
"""The status of an overloaded endpoint, which may say when to try again."""


LONGEST_WAIT = timedelta(days=1)
"""The longest that an endpoint may ask for: a message is given up after three days."""


class NotAcceptedError(NoAnswerError):
    """The endpoint answered with another status than 2xx. `wait_s` is what it asks for, or 0."""

    def __init__(self, message: str, wait_s: float = 0.0) -> None:
        super().__init__(message)
        self.wait_s = min(wait_s, LONGEST_WAIT.total_seconds())


def allowed_hosts() -> AllowedHosts:
    """Returns the private hosts that the settings allow."""
    return AllowedHosts.of(settings.WEBHOOK_ALLOWED_PRIVATE)


def schedule(event: WebhookEvent, call_id: str, once: str = "") -> None:
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
        _schedule_one(endpoint.pk, event, call, about)


def _schedule_one(endpoint_pk: int, event: WebhookEvent, call: Call, about: str) -> None:
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
    with work.claimed(WebhookDelivery, delivery_pk) as taken:
        if taken is None:
            return
        taken.status = None
        try:
            answer = _posted(taken)
            taken.status = answer.status
            _check_status(taken, answer)
        except NotAcceptedError as error:
            logger.warning("webhook delivery %d: %s", taken.pk, error.message)
            _note_status(taken)
            work.fail(taken, error.message, wait_s=error.wait_s)
            return
        except NoAnswerError:
            _note_status(taken)
            _pause_endpoint(taken.endpoint_id, BACK_OFF, "It did not answer.")
            raise
        with transaction.atomic():
            if work.is_held(taken):
                # what the call was given may have been erased while it was sent
                taken.refresh_from_db(fields=["payload"])
            work.complete(taken)


def _may_send(row: WebhookDelivery) -> bool:
    """Returns whether the endpoint takes messages now; waiting for it costs no attempt."""
    endpoint = row.endpoint
    if not endpoint.enabled:
        # also what a killed worker left behind: nobody would ever take it
        left = WebhookDelivery.objects.filter(work.is_free(timezone.now()), pk=row.pk)
        work.revoke(left, state=WorkState.FAILED, error="The endpoint is switched off.")
        return False
    resting = endpoint.resting_until
    if resting is not None and resting > timezone.now():
        waiting = WebhookDelivery.objects.filter(pk=row.pk, state=WorkState.PENDING)
        waiting.filter(leased_until__lt=resting).update(leased_until=resting)
        waiting.filter(leased_until=None).update(leased_until=resting)
        return False
    return True


def _posted(row: WebhookDelivery) -> PostAnswer:
    """Returns the answer; raises AddressRefusedError and NoAnswerError."""
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


def _check_status(row: WebhookDelivery, answer: PostAnswer) -> None:
    """Raises NotAcceptedError for any status but 2xx; one that is gone is switched off.

    An endpoint that asks for a pause gets no message until it is over.
    """
    endpoints = WebhookEndpoint.objects.filter(pk=row.endpoint_id)
    if 200 <= answer.status < 300:  # noqa: PLR2004 - what HTTP calls successful
        endpoints.exclude(problem="", resting_until=None).update(problem="", resting_until=None)
        return
    error = NotAcceptedError(f"It answered {answer.status}.", answer.wait_s)
    if answer.status == GONE:
        endpoints.update(enabled=False, problem="It answered 410: it wants no more messages.")
    elif answer.status in BUSY and error.wait_s:
        _pause_endpoint(row.endpoint_id, timedelta(seconds=error.wait_s), "It asked for a pause.")
    raise error


def _note_status(row: WebhookDelivery) -> None:
    work.held_by(row).update(status=row.status)


def _pause_endpoint(endpoint_pk: int, pause: timedelta, problem: str) -> None:
    """Sends an endpoint nothing for a while; messages that wait for it lose no attempt."""
    until = timezone.now() + pause
    WebhookEndpoint.objects.filter(pk=endpoint_pk).update(resting_until=until, problem=problem)


def erase_call_data(call_keys: Iterable[int], left: Mapping[str, Any] | None = None) -> None:
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
    """Queues a message again, with its id and its sequence.

    Returns False while it is being sent, and where its endpoint is switched off.
    """
    with transaction.atomic():
        if not row.endpoint.enabled or not work.retry(row):
            return False
        queue(DELIVER, row.pk)
    return True


def forget_old(now: datetime) -> int:
    """Deletes deliveries older than KEPT from the log; returns how many."""
    over = WebhookDelivery.objects.filter(state__in=[WorkState.DONE, WorkState.FAILED])
    return over.filter(created_at__lt=now - KEPT).delete()[0]
