"""Notes that an agent made for the caller."""

from django.db import models

from sessions_app.engine.core.events import NoteKind
from sessions_app.i18n import gettext_lazy
from sessions_app.models.call import Call


class Note(models.Model):
    """A note or an action item; `at_ms` is on the call clock."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="notes")
    number = models.PositiveIntegerField(help_text=gettext_lazy("Order in the call, from 1."))
    kind = models.CharField(
        max_length=10, choices=[(k.value, k.value.capitalize()) for k in NoteKind]
    )
    text = models.TextField()
    at_ms = models.PositiveIntegerField()

    class Meta:
        ordering = ["call", "number"]
        constraints = [
            models.UniqueConstraint(fields=["call", "number"], name="note_number_in_call"),
        ]

    def __str__(self) -> str:
        return f"{self.call_id}/note {self.number}"
