"""Turns of a call."""

from django.db import models

from sessions_app.engine.core.events import Speaker
from sessions_app.i18n import gettext_lazy
from sessions_app.models.call import Call

STAGES = ("speech_end_ms", "endpoint_ms", "final_ms", "first_token_ms", "first_audio_ms")
"""The stages of an answer in order; `core.events.Latency` defines them."""

STAGE_LABELS = (
    gettext_lazy("End of turn"),
    gettext_lazy("Final words"),
    gettext_lazy("First token"),
    gettext_lazy("First sound"),
)
"""What people call each stage after the end of speech, which is the first of STAGES."""


class Turn(models.Model):
    """The time one side had the floor, in ms on the call clock.

    An agent's turn has the times of the stages that its answer reached.
    """

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="turns")
    index = models.PositiveIntegerField(help_text=gettext_lazy("Order in the call, from 1."))
    speaker = models.CharField(
        max_length=10, choices=[(s.value, s.value.capitalize()) for s in Speaker]
    )
    start_ms = models.PositiveIntegerField()
    end_ms = models.PositiveIntegerField()
    interrupted = models.BooleanField(default=False)
    speech_end_ms = models.PositiveIntegerField(null=True, blank=True)
    endpoint_ms = models.PositiveIntegerField(null=True, blank=True)
    final_ms = models.PositiveIntegerField(null=True, blank=True)
    first_token_ms = models.PositiveIntegerField(null=True, blank=True)
    first_audio_ms = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        ordering = ["call", "index"]
        indexes = [
            # the dashboard: how soon agents answered, without reading rows
            models.Index(
                fields=["call", "speech_end_ms", "first_audio_ms"],
                name="turn_answered",
                condition=models.Q(speech_end_ms__isnull=False, first_audio_ms__isnull=False),
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["call", "index"], name="turn_index_in_call"),
            models.CheckConstraint(
                condition=models.Q(end_ms__gte=models.F("start_ms")), name="turn_ends_after_start"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.call_id}/turn {self.index}"

    @property
    def response_ms(self) -> int | None:
        """Ms from the end of the caller's turn to the first audio; None without an answer.

        A typed turn ends when it arrives.
        """
        asked_ms = self.endpoint_ms if self.speech_end_ms is None else self.speech_end_ms
        if asked_ms is None or self.first_audio_ms is None:
            return None
        return self.first_audio_ms - asked_ms
