"""Zip files that people had made: of all that is a user's, or of chosen calls."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models

from sessions_app.i18n import gettext_lazy
from sessions_app.models.call import Call, new_public_id
from sessions_app.models.work import UNDER_WAY, LeasedJob, WorkState


class ArchiveKind(models.TextChoices):
    """What is in it."""

    OWN = "own", gettext_lazy("All that is a user's")
    CALLS = "calls", gettext_lazy("Chosen calls with their audio")


class ArchiveEnd(models.TextChoices):
    """Why its file was deleted."""

    EXPIRED = "expired", gettext_lazy("Its days were over")
    ERASED = "erased", gettext_lazy("Something in it was erased")
    REMOVED = "removed", gettext_lazy("It was removed")


class Archive(LeasedJob):
    """A zip file that a user asked for, and the job of making it. The row outlives the file.

    `wanted` holds the keys of the calls that are to be in it. `reached` of them are in its part,
    which then has `part_size` bytes: workers make it in parts, so that other jobs come in between.
    """

    WORK_KEY: ClassVar[str] = "pk"

    public_id = models.CharField(max_length=32, unique=True, default=new_public_id, editable=False)
    kind = models.CharField(max_length=10, choices=ArchiveKind.choices)
    user: Any = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="archives",
        help_text=gettext_lazy("Who asked for it, and alone may download it."),
    )
    subject: Any = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        help_text=gettext_lazy("Whose it all is; empty for chosen calls."),
    )
    wanted: Any = models.JSONField(default=list, editable=False)
    reached = models.PositiveIntegerField(default=0, editable=False)
    part_size = models.PositiveBigIntegerField(default=0, editable=False)
    calls = models.PositiveIntegerField(
        default=0, help_text=gettext_lazy("How many calls are in it.")
    )
    file_name = models.CharField(max_length=200, blank=True)
    size = models.PositiveBigIntegerField(null=True, blank=True, help_text=gettext_lazy("Bytes."))
    sha256 = models.CharField(max_length=64, blank=True)
    asked_at = models.DateTimeField(auto_now_add=True)
    fetched_at = models.DateTimeField(
        null=True, blank=True, help_text=gettext_lazy("First downloaded.")
    )
    expires_at = models.DateTimeField(null=True, blank=True)
    gone_at = models.DateTimeField(null=True, blank=True)
    gone_because = models.CharField(max_length=10, choices=ArchiveEnd.choices, blank=True)
    swept_at = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text=gettext_lazy("When its files were deleted."),
    )

    class Meta:
        ordering = ["-asked_at", "-pk"]
        verbose_name = "export"
        permissions = [
            ("export_user", "Can export all that is a user's"),
            ("export_calls", "Can export calls with their audio"),
        ]
        constraints = [
            # one at a time
            models.UniqueConstraint(
                fields=["user", "subject"],
                condition=models.Q(kind="own", state__in=UNDER_WAY),
                name="archive_own_once",
            ),
            models.UniqueConstraint(
                fields=["user"],
                condition=models.Q(kind="calls", state__in=UNDER_WAY),
                name="archive_calls_once",
            ),
        ]
        indexes = [
            # requeue_due_work: what is not done yet
            models.Index(
                fields=["leased_until"],
                name="archive_owed",
                condition=models.Q(state__in=UNDER_WAY),
            ),
        ]

    @property
    def is_ready(self) -> bool:
        """Whether its file can be downloaded."""
        return self.state == WorkState.DONE and self.gone_at is None

    @property
    def is_under_way(self) -> bool:
        """Whether it is being made."""
        return self.state in UNDER_WAY

    def __str__(self) -> str:
        return self.public_id


class ArchivedCall(models.Model):
    """A call that an archive may hold something of: erasing it deletes the archive, too."""

    archive = models.ForeignKey(Archive, on_delete=models.CASCADE, related_name="contents")
    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="+")

    class Meta:
        verbose_name = gettext_lazy("call in an export")
        verbose_name_plural = gettext_lazy("calls in exports")
        constraints = [
            models.UniqueConstraint(fields=["archive", "call"], name="archived_call_once"),
        ]

    def __str__(self) -> str:
        return f"{self.call_id} in {self.archive_id}"
