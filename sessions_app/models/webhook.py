"""Webhooks: addresses that get the events of calls, and the messages to each."""

import base64
import secrets
from datetime import timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.db import models

from sessions_app.i18n import gettext_lazy
from sessions_app.models.call import Call
from sessions_app.models.work import UNDER_WAY, LeasedJob

SECRET_BYTES = 32
"""Standard Webhooks asks for 24 to 64 random bytes."""


def new_secret() -> str:
    """Returns a signing secret, written as Standard Webhooks does: `whsec_` and base64."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def new_message_id() -> str:
    """Returns the id of a message, the same at each attempt: receivers tell repeats by it."""
    return "msg_" + secrets.token_hex(16)


class WebhookEvent(models.TextChoices):
    """The events that an endpoint can get."""

    CALL_STARTED = "call.started", gettext_lazy("A call was answered")
    CALL_ENDED = "call.ended", gettext_lazy("A call ended")
    TRANSCRIPT_READY = "transcript.ready", gettext_lazy("All words of a call are stored")
    RECORDING_READY = "recording.ready", gettext_lazy("A call's recording can be heard")
    SUMMARY_READY = "summary.ready", gettext_lazy("A call's summary was made")
    EXTRACTION_READY = (
        "extraction.ready",
        gettext_lazy("What an agent asks for was taken from a call"),
    )
    CALL_ERASED = "call.erased", gettext_lazy("A call was erased: nobody sees it any more")


class WebhookEndpoint(models.Model):
    """An address that gets events by POST requests, signed as Standard Webhooks says.

    For a day after a rotation messages are signed by the secret before, too.
    """

    name = models.CharField(max_length=100)
    url = models.CharField(max_length=500, verbose_name=gettext_lazy("URL"))
    events: Any = models.JSONField(
        default=list, help_text=gettext_lazy("Names of the events it is told of.")
    )
    enabled = models.BooleanField(default=True)
    problem = models.CharField(max_length=200, blank=True, editable=False)
    secret = models.CharField(max_length=100, default=new_secret, editable=False)
    previous_secret = models.CharField(max_length=100, blank=True, editable=False)
    rotated_at = models.DateTimeField(null=True, blank=True, editable=False)
    last_sequence = models.PositiveBigIntegerField(default=0, editable=False)
    resting_until = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text=gettext_lazy("It did not answer: nothing is sent to it before then."),
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name or self.url


class WebhookDelivery(LeasedJob):
    """One message to one endpoint, sent until it is accepted or PAUSES are over.

    `payload` holds ids, times, states and what the call was given, and nothing that was said.
    """

    WORK_KEY: ClassVar[str] = "pk"
    PAUSES: ClassVar[tuple[timedelta, ...]] = (
        timedelta(seconds=5),
        timedelta(minutes=5),
        timedelta(minutes=30),
        timedelta(hours=2),
        timedelta(hours=5),
        timedelta(hours=10),
        timedelta(hours=14),
        timedelta(hours=20),
        timedelta(hours=24),
    )
    """Between attempts: three days in all, as Standard Webhooks proposes."""

    endpoint = models.ForeignKey(
        WebhookEndpoint, on_delete=models.CASCADE, related_name="deliveries"
    )
    call = models.ForeignKey(
        Call, on_delete=models.SET_NULL, null=True, blank=True, related_name="webhook_deliveries"
    )
    event = models.CharField(max_length=30, choices=WebhookEvent.choices)
    about = models.CharField(
        max_length=100,
        help_text=gettext_lazy("What happened, once: an endpoint is told of it one time."),
    )
    message_id = models.CharField(max_length=40, unique=True, default=new_message_id)
    sequence = models.PositiveBigIntegerField(
        help_text=gettext_lazy("Counts the endpoint's messages from 1.")
    )
    payload: Any = models.JSONField(default=dict)
    status = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        help_text=gettext_lazy("The last answer's HTTP status; empty without one."),
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = gettext_lazy("webhook deliveries")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(fields=["endpoint", "about"], name="webhook_told_once"),
            models.UniqueConstraint(fields=["endpoint", "sequence"], name="webhook_in_sequence"),
        ]
        indexes = [
            # requeue_due_work: what is not delivered yet
            models.Index(
                fields=["leased_until"],
                name="webhook_owed",
                condition=models.Q(state__in=UNDER_WAY),
            ),
        ]

    def __str__(self) -> str:
        return self.message_id
