"""Receipts of what was erased."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models

from sessions_app.i18n import gettext_lazy
from sessions_app.models.work import UNDER_WAY, LeasedJob


class ErasureKind(models.TextChoices):
    """What is erased."""

    CALL = "call", gettext_lazy("A call with all of it")
    USER = "user", gettext_lazy("A user with all calls")
    AUDIO = "audio", gettext_lazy("The audio of a call")
    TEXT = "text", gettext_lazy("The words of a call")


class ErasureCause(models.TextChoices):
    """Who or what wanted it."""

    OWNER = "owner", gettext_lazy("The call's owner")
    STAFF = "staff", gettext_lazy("Staff")
    COMMAND = "command", gettext_lazy("manage.py erase")
    RULE = "rule", gettext_lazy("Its time was over")


class ErasureReceipt(LeasedJob):
    """Who had what erased, and when; the job of erasing it until that is done. Never deleted.

    It holds nothing of the content: `subject` is the call's public id, or "user" with their number.
    `counts` is how many rows of which model went, and how many files.
    """

    WORK_KEY: ClassVar[str] = "pk"
    GIVES_UP: ClassVar[bool] = False

    kind = models.CharField(max_length=10, choices=ErasureKind.choices)
    cause = models.CharField(max_length=10, choices=ErasureCause.choices)
    subject = models.CharField(
        max_length=40, help_text=gettext_lazy("The call's id, or the user's number.")
    )
    target = models.PositiveBigIntegerField(
        editable=False, help_text=gettext_lazy("The key that the call's or user's row had.")
    )
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        help_text=gettext_lazy(
            "Empty for a command or a rule, and where that user was erased since."
        ),
    )
    asked_at = models.DateTimeField(auto_now_add=True)
    counts: Any = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["-asked_at", "-pk"]
        constraints = [
            # however often it is asked for, a call or a user is erased once
            models.UniqueConstraint(
                fields=["kind", "target"],
                condition=models.Q(kind__in=[ErasureKind.CALL, ErasureKind.USER]),
                name="erasure_once",
            ),
        ]
        indexes = [
            # requeue_due_work: what is not done yet
            models.Index(
                fields=["leased_until"],
                name="erasure_owed",
                condition=models.Q(state__in=UNDER_WAY),
            ),
        ]

    def __str__(self) -> str:
        return f"erasure of {self.subject}"
