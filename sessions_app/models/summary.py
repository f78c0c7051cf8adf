"""Summaries of calls."""

from typing import Any

from django.db import models

from sessions_app.models.call import Call
from sessions_app.models.work import LeasedJob, WorkState


class Summary(LeasedJob):
    """The summary of one call, made after its end.

    `key_points` is a list of `{"text", "seq"}`. `action_items` is one of `{"text", "seq", "who",
    "due"}`: whom the text names, and its day ("2026-12-01", "2026-12-01T09:00") counted from the
    call's, both empty where it names none. `speakers` is one of `{"speaker", "spoken_ms",
    "words"}`.
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
        help_text="The sum of the segments' revisions that it was made of.",
    )

    class Meta:
        verbose_name_plural = "summaries"
        indexes = [
            # requeue_owed_work: what is not done yet
            models.Index(
                fields=["leased_until"],
                name="summary_owed",
                condition=models.Q(state__in=[WorkState.PENDING, WorkState.RUNNING]),
            ),
        ]

    def __str__(self) -> str:
        return f"summary of {self.call_id}"
