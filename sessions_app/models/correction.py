"""Corrections of a transcript, one after another."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from sessions_app.i18n import gettext_lazy
from sessions_app.models.segment import Segment


class SegmentRevision(models.Model):
    """One change that somebody made to what people read of a segment. Never edited.

    It is written with the change, in one transaction. Undoing one is a new one, which `undoes` it.
    """

    segment = models.ForeignKey(Segment, on_delete=models.CASCADE, related_name="revisions")
    number = models.PositiveIntegerField(
        help_text=gettext_lazy("The segment's `revision` from then on.")
    )
    before = models.TextField(blank=True)
    was_corrected = models.BooleanField(
        default=False,
        help_text=gettext_lazy("Whether that was a correction too, or what was recognised."),
    )
    after = models.TextField(blank=True)
    is_corrected = models.BooleanField(
        default=True,
        help_text=gettext_lazy("Whether this is a correction, or what was recognised is back."),
    )
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        help_text=gettext_lazy("Empty where that user was erased since."),
    )
    at = models.DateTimeField(default=timezone.now)
    undoes = models.OneToOneField(
        "self", on_delete=models.CASCADE, null=True, related_name="undone_by"
    )

    class Meta:
        verbose_name = gettext_lazy("correction of a line")
        verbose_name_plural = gettext_lazy("corrections of lines")
        ordering = ["segment", "number"]
        default_permissions = ()
        permissions = [("correct_transcript", "Can correct the transcripts of all calls")]
        constraints = [
            models.UniqueConstraint(fields=["segment", "number"], name="revision_in_segment"),
        ]

    def __str__(self) -> str:
        return f"{self.segment_id}/{self.number}"
