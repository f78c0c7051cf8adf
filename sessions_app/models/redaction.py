"""What is hidden in a call, and what was said there where that is kept."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models

from sessions_app.i18n import gettext_lazy
from sessions_app.models.call import Call
from sessions_app.models.work import UNDER_WAY, LeasedJob


class Redaction(models.Model):
    """One place of a call that is hidden: by an agent's settings, or by hand.

    `seq` is the segment's; 0 for words that only a second pass found. Times are on the call clock.
    """

    BY_HAND = "by_hand"
    """The kind of what somebody chose to hide."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="redactions")
    seq = models.PositiveIntegerField(default=0)
    kind = models.CharField(max_length=20)
    label = models.CharField(max_length=60, help_text=gettext_lazy("What stands in its place."))
    start_ms = models.PositiveIntegerField()
    end_ms = models.PositiveIntegerField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text=gettext_lazy("Who hid it; none where the agent's settings did."),
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = gettext_lazy("hidden passage")
        verbose_name_plural = gettext_lazy("hidden passages")
        ordering = ["call", "start_ms", "pk"]
        permissions = [
            ("redact_call", "Can hide words of calls"),
            ("view_unredacted", "Can read what is hidden in calls, where it is kept"),
        ]

    def __str__(self) -> str:
        return f"redaction of {self.call_id}/{self.seq}"

    @property
    def shown(self) -> str:
        """What people read in its place."""
        return f"[{self.label}]"


class SoundRedaction(LeasedJob):
    """The job of removing the sound of what is hidden from a call's recording.

    `masked` are the times, as start and end in ms, that the recording has a tone at. `stale` are
    names of files to delete, unless one is the recording's: files that it replaced, or that a
    killed worker left. `original` is the recording with all of its sound, where the agent has that
    kept. The job is tried until it is done: until then nobody can listen to the recording.
    """

    GIVES_UP: ClassVar[bool] = False

    call = models.OneToOneField(Call, on_delete=models.CASCADE, related_name="sound_redaction")
    masked: Any = models.JSONField(default=list, blank=True)
    stale: Any = models.JSONField(default=list, blank=True)
    original = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = gettext_lazy("removal of hidden sound")
        verbose_name_plural = gettext_lazy("removals of hidden sound")
        indexes = [
            # requeue_due_work: what is not done yet
            models.Index(
                fields=["leased_until"],
                name="sound_redaction_owed",
                condition=models.Q(state__in=UNDER_WAY),
            ),
        ]

    def __str__(self) -> str:
        return f"sound redaction of {self.call_id}"


class RedactedOriginal(models.Model):
    """What a segment was before something of it was hidden, where the agent says so.

    `texts` has the segment's fields by name, as they were.
    """

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="redacted_originals")
    seq = models.PositiveIntegerField()
    texts: Any = models.JSONField(default=dict)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = gettext_lazy("original of hidden words")
        verbose_name_plural = gettext_lazy("originals of hidden words")
        ordering = ["call", "seq"]
        constraints = [
            models.UniqueConstraint(fields=["call", "seq"], name="redacted_original_of_segment"),
        ]

    def __str__(self) -> str:
        return f"original of {self.call_id}/{self.seq}"
