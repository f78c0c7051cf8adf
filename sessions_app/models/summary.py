"""Summaries of calls."""

from typing import Any

from django.conf import settings
from django.db import models

from sessions_app.i18n import gettext_lazy
from sessions_app.models.call import Call
from sessions_app.models.work import UNDER_WAY, LeasedJob


class Summary(LeasedJob):
    """The newest summary of one call, made after its end; `SummaryVersion` keeps all of them.

    `key_points` and `decisions` are lists of `{"text", "seq"}`. `action_items` is one of `{"text",
    "seq", "who", "due"}`: whom the text names, and its day ("2026-12-01", "2026-12-01T09:00")
    counted from the call's, both empty where it names none. What a language model wrote has
    "seqs", too: all the segments that it rests on. `speakers` is one of `{"speaker", "spoken_ms",
    "words"}`. `number` is that of the version; 0 for none yet.
    """

    call = models.OneToOneField(Call, on_delete=models.CASCADE, related_name="summary")
    text = models.TextField(blank=True)
    key_points: Any = models.JSONField(default=list, blank=True)
    action_items: Any = models.JSONField(default=list, blank=True)
    speakers: Any = models.JSONField(default=list, blank=True)
    engine = models.CharField(max_length=50, blank=True)
    text_revision = models.PositiveIntegerField(
        default=0,
        editable=False,
        help_text=gettext_lazy("The sum of the segments' revisions that it was made of."),
    )
    title = models.CharField(max_length=200, blank=True)
    decisions: Any = models.JSONField(default=list, blank=True)
    note = models.CharField(
        max_length=500,
        blank=True,
        help_text=gettext_lazy("What people should know of how it was made."),
    )
    model = models.CharField(
        max_length=200, blank=True, help_text=gettext_lazy("The language model, if any.")
    )
    number = models.PositiveIntegerField(default=0)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text=gettext_lazy("Who asked for the newest one; none where voicesite itself did."),
    )

    class Meta:
        verbose_name_plural = "summaries"
        indexes = [
            # requeue_due_work: what is not done yet
            models.Index(
                fields=["leased_until"],
                name="summary_owed",
                condition=models.Q(state__in=UNDER_WAY),
            ),
        ]

    def __str__(self) -> str:
        return f"summary of {self.call_id}"
