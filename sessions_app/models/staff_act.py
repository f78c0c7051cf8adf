"""What staff did in a call while it was live."""

from django.conf import settings
from django.db import models

from sessions_app.engine.core.desk import StaffAction
from sessions_app.i18n import gettext_lazy
from sessions_app.models.call import Call


class StaffAct(models.Model):
    """Somebody listened, whispered to the agent, took a call over or gave it back.

    `at_ms` is on the call clock. Never edited.
    """

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="staff_acts")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    deed = models.CharField(
        max_length=20,
        choices=[(one.value, one.value.replace("_", " ").capitalize()) for one in StaffAction],
    )
    text = models.TextField(blank=True, help_text=gettext_lazy("What was whispered."))
    at_ms = models.PositiveIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = gettext_lazy("act of staff in a live call")
        verbose_name_plural = gettext_lazy("acts of staff in live calls")
        ordering = ["call", "at_ms", "pk"]
        default_permissions = ("view",)
        permissions = [
            ("whisper_calls", "Can whisper to the agents of live calls"),
            ("listen_live", "Can listen in to live calls"),
            ("take_over_calls", "Can take live calls over from their agents"),
        ]

    def __str__(self) -> str:
        return f"{self.call_id}/{self.deed}"
