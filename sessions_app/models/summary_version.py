"""Every summary that was made of a call, the newest among them."""

from typing import Any

from django.conf import settings
from django.db import models

from sessions_app.i18n import gettext_lazy
from sessions_app.models.call import Call


class SummaryVersion(models.Model):
    """A summary as it was made, with who asked for it and what it cost.

    It never changes, but that its words go when something of the call is hidden. The
    lists are those of `Summary`. `cost` is that of the tokens by MODEL_PRICES, in the currency of
    those; empty where the model has no price there.
    """

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="summary_versions")
    number = models.PositiveIntegerField(
        help_text=gettext_lazy("Its place among the call's summaries, from 1.")
    )
    made_at = models.DateTimeField()
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text=gettext_lazy("None where voicesite itself made it."),
    )
    engine = models.CharField(max_length=50, blank=True)
    model = models.CharField(
        max_length=200, blank=True, help_text=gettext_lazy("The language model, if any.")
    )
    note = models.CharField(max_length=500, blank=True)
    title = models.CharField(max_length=200, blank=True)
    text = models.TextField(blank=True)
    key_points: Any = models.JSONField(default=list, blank=True)
    decisions: Any = models.JSONField(default=list, blank=True)
    action_items: Any = models.JSONField(default=list, blank=True)
    requests = models.PositiveIntegerField(default=0)
    tokens_in = models.PositiveIntegerField(default=0)
    tokens_out = models.PositiveIntegerField(default=0)
    cost = models.DecimalField(max_digits=12, decimal_places=6, null=True, blank=True)

    class Meta:
        verbose_name = gettext_lazy("version of a summary")
        verbose_name_plural = gettext_lazy("versions of summaries")
        ordering = ["call", "number"]
        constraints = [
            models.UniqueConstraint(fields=["call", "number"], name="summary_number_in_call"),
        ]

    def __str__(self) -> str:
        return f"summary {self.number} of {self.call_id}"
