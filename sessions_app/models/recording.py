"""The stored audio of a call."""

from datetime import datetime
from typing import Any

from django.core.files.storage import Storage, storages
from django.db import models

from sessions_app.i18n import gettext_lazy
from sessions_app.models.call import Call
from sessions_app.models.work import UNDER_WAY, LeasedJob, WorkState


def recordings_storage() -> Storage:
    """Returns the storage that the settings configure for recordings."""
    return storages["recordings"]


def recording_path(recording: "Recording", filename: str) -> str:
    """Returns the storage path: by day, named by the call."""
    call = recording.call
    return f"{call.created_at:%Y/%m/%d}/{call.public_id}/{filename}"


class Recording(LeasedJob):
    """One stereo file (left caller, right agent), exactly as long as the call.

    `peaks` is a list of two lists (left, right) of 0..100, evenly spaced over the call.
    `checks` is a list of `{"name", "ok", "detail"}`.
    """

    call = models.OneToOneField(Call, on_delete=models.CASCADE, related_name="recording")
    file = models.FileField(storage=recordings_storage, upload_to=recording_path, blank=True)
    duration_ms = models.PositiveIntegerField(null=True, blank=True)
    size = models.PositiveBigIntegerField(null=True, blank=True, help_text=gettext_lazy("Bytes."))
    sha256 = models.CharField(max_length=64, blank=True)
    peaks: Any = models.JSONField(default=list, blank=True)
    checks: Any = models.JSONField(default=list, blank=True)
    delete_after = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            # requeue_due_work: what is not done yet
            models.Index(
                fields=["leased_until"],
                name="recording_owed",
                condition=models.Q(state__in=UNDER_WAY),
            ),
        ]

    @property
    def deleted_at(self) -> datetime | None:
        """When the audio was deleted at the end of its storage period; None before."""
        return self.delete_after if self.state == WorkState.DONE and not self.file else None

    def __str__(self) -> str:
        return f"recording of {self.call_id}"
