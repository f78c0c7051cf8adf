"""Second transcripts of calls, made from the recording."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models

from sessions_app.engine.core.events import Speaker
from sessions_app.i18n import gettext_lazy
from sessions_app.models.call import Call
from sessions_app.models.work import UNDER_WAY, LeasedJob


class Purpose(models.TextChoices):
    """Why the recording is transcribed again."""

    REVIEW = "review", gettext_lazy("To compare with what was recognised live")
    LOST = "lost", gettext_lazy("To find what was not recognised live")


class Version(LeasedJob):
    """One transcript of a call's recording by a recogniser."""

    WORK_KEY: ClassVar[str] = "pk"

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField(
        help_text=gettext_lazy("Its place among the call's transcripts: from 2, the live one is 1.")
    )
    purpose = models.CharField(max_length=10, choices=Purpose.choices, default=Purpose.REVIEW.value)
    recogniser = models.CharField(
        max_length=50, help_text=gettext_lazy("A name from VOICE['RECOGNISERS'].")
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text=gettext_lazy("None where voicesite itself asked."),
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = gettext_lazy("second transcript")
        verbose_name_plural = gettext_lazy("second transcripts")
        ordering = ["call", "number"]
        constraints = [
            models.UniqueConstraint(fields=["call", "number"], name="version_number_in_call"),
        ]
        indexes = [
            # requeue_due_work: what is not done yet
            models.Index(
                fields=["leased_until"],
                name="version_owed",
                condition=models.Q(state__in=UNDER_WAY),
            ),
        ]

    def __str__(self) -> str:
        return f"version {self.number} of {self.call_id}"


class VersionSegment(models.Model):
    """A version's text for one segment, or for a place where the call has none.

    `words` is a list of `{"text", "start_ms", "end_ms", "confidence"}`.
    """

    version = models.ForeignKey(Version, on_delete=models.CASCADE, related_name="segments")
    index = models.PositiveIntegerField(help_text=gettext_lazy("Its place in the version, from 1."))
    seq = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text=gettext_lazy("The segment it stands for; none until it is accepted."),
    )
    added = models.BooleanField(
        default=False,
        help_text=gettext_lazy("Whether the call had no segment where these words are."),
    )
    speaker = models.CharField(
        max_length=10, choices=[(s.value, s.value.capitalize()) for s in Speaker]
    )
    text = models.TextField(blank=True)
    start_ms = models.PositiveIntegerField()
    end_ms = models.PositiveIntegerField()
    confidence = models.FloatField(null=True, blank=True)
    words: Any = models.JSONField(default=list, blank=True)
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    accepted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = gettext_lazy("line of a second transcript")
        verbose_name_plural = gettext_lazy("lines of second transcripts")
        ordering = ["version", "index"]
        constraints = [
            models.UniqueConstraint(fields=["version", "index"], name="version_segment_index"),
        ]

    def __str__(self) -> str:
        return f"{self.version_id}/{self.index}"
