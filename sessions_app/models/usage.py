"""What calls used of recognisers, language models and voices, and what that cost."""

from django.db import models

from sessions_app.engine.core.usage import UsageKind
from sessions_app.i18n import gettext_lazy
from sessions_app.models.call import Call

LABELS = {
    UsageKind.RECOGNITION: gettext_lazy("Speech recognition"),
    UsageKind.ANSWERS: gettext_lazy("Answers"),
    UsageKind.SPEECH: gettext_lazy("Voice"),
    UsageKind.SECOND_PASS: gettext_lazy("Second pass"),
    UsageKind.SUMMARY: gettext_lazy("Summary"),
    UsageKind.VALUES: gettext_lazy("Values taken"),
}


class Usage(models.Model):
    """What a call used of one recogniser, model or voice, for one purpose.

    `run` tells apart what is done several times: the number of the transcript or summary; 0 for
    what the call itself used. `cost` is by the prices of that day, in the `currency` of then.
    """

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="usage")
    kind = models.CharField(max_length=20, choices=[(k.value, v) for k, v in LABELS.items()])
    name = models.CharField(
        max_length=200, help_text=gettext_lazy("The recogniser, model or synthesiser.")
    )
    voice = models.CharField(max_length=100, blank=True)
    run = models.PositiveIntegerField(default=0)
    audio_ms = models.PositiveIntegerField(
        default=0, help_text=gettext_lazy("Audio that was recognised.")
    )
    requests = models.PositiveIntegerField(default=0)
    tokens_in = models.PositiveIntegerField(default=0)
    tokens_out = models.PositiveIntegerField(default=0)
    characters = models.PositiveIntegerField(
        default=0, help_text=gettext_lazy("What the voice was given.")
    )
    estimated = models.BooleanField(
        default=False, help_text=gettext_lazy("Whether some of it was not counted, but estimated.")
    )
    cost = models.DecimalField(
        max_digits=18,
        decimal_places=9,
        null=True,
        blank=True,
        help_text=gettext_lazy("Empty where there was no price."),
    )
    currency = models.CharField(max_length=10, blank=True)

    class Meta:
        verbose_name = "usage"
        verbose_name_plural = "usage"
        ordering = ["call", "pk"]
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(
                fields=["call", "kind", "name", "voice", "run"], name="usage_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.call_id}"
