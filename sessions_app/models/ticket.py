"""Tickets: short-lived, single-use credentials for clients that cannot set headers."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models

from sessions_app.i18n import gettext_lazy
from sessions_app.models.access import ApiToken

TICKET_LIFE = timedelta(seconds=60)
"""How long a ticket is valid, and how long a used one may wait for its call."""


class Ticket(models.Model):
    """Lets a visitor of one user make one call. Only the SHA-256 digest of its secret is stored.

    It is valid only while the `token` or session (`session_key`) it was made with is.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="tickets"
    )
    digest = models.CharField(max_length=64, unique=True, editable=False)
    agent = models.SlugField(
        blank=True, help_text=gettext_lazy("The only agent it may call; empty for any.")
    )
    origin = models.CharField(
        max_length=200,
        blank=True,
        help_text=gettext_lazy("The only origin it counts from; empty for any."),
    )
    visitor = models.CharField(
        max_length=100,
        blank=True,
        help_text=gettext_lazy("Who its user says will come with it; empty for somebody unknown."),
    )
    token = models.ForeignKey(
        ApiToken, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    session_key = models.CharField(max_length=40, blank=True, editable=False)
    variables: Any = models.JSONField(
        default=dict,
        blank=True,
        help_text=gettext_lazy("What its call is given, whatever its client says."),
    )
    metadata: Any = models.JSONField(default=dict, blank=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    call_id = models.CharField(
        max_length=32,
        blank=True,
        help_text=gettext_lazy("The call it was used for; its public id."),
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = gettext_lazy("ticket for a call")
        verbose_name_plural = gettext_lazy("tickets for calls")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"ticket {self.pk}"
