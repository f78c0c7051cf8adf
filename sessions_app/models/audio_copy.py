"""A call's recording in another format."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models

from sessions_app.i18n import gettext_lazy
from sessions_app.models.call import Call
from sessions_app.models.work import UNDER_WAY, LeasedJob, WorkState


class AudioFormat(models.TextChoices):
    """What a recording can be converted to, besides Ogg Opus; the values are extensions."""

    M4A = "m4a", "AAC"
    MP3 = "mp3", "MP3"
    WAV = "wav", "WAV"


class AudioCopy(LeasedJob):
    """The recording of a call in another format, made once when somebody asks for it.

    It is deleted with the recording. `file_name` is its path in the recordings' storage.
    """

    WORK_KEY: ClassVar[str] = "pk"

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="audio_copies")
    format = models.CharField(max_length=5, choices=AudioFormat.choices)
    file_name = models.CharField(max_length=200, blank=True)
    size = models.PositiveBigIntegerField(null=True, blank=True, help_text=gettext_lazy("Bytes."))
    sha256 = models.CharField(max_length=64, blank=True)
    asked_by: Any = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    asked_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = gettext_lazy("recording in another format")
        verbose_name_plural = gettext_lazy("recordings in other formats")
        ordering = ["call", "format"]
        constraints = [
            models.UniqueConstraint(fields=["call", "format"], name="audio_copy_once"),
        ]
        indexes = [
            # requeue_due_work: what is not done yet
            models.Index(
                fields=["leased_until"],
                name="audio_copy_owed",
                condition=models.Q(state__in=UNDER_WAY),
            ),
        ]

    @property
    def is_ready(self) -> bool:
        """Whether its file is there."""
        return self.state == WorkState.DONE and bool(self.file_name)

    @property
    def is_under_way(self) -> bool:
        """Whether it is being made."""
        return self.state in UNDER_WAY

    def __str__(self) -> str:
        return f"{self.format} of {self.call_id}"
