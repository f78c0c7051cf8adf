"""Links by which people set a password without knowing one: invitations, forgotten passwords."""

from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.db import models

from sessions_app.i18n import gettext_lazy
from sessions_app.models.work import UNDER_WAY, LeasedJob


class LinkPurpose(models.TextChoices):
    """Why a link was made."""

    INVITATION = "invitation", gettext_lazy("Invitation")
    RESET = "reset", gettext_lazy("Forgotten password")


class PasswordLink(LeasedJob):
    """A link that sets the password of one user, once; and the job of sending it by mail.

    Of its secret only the SHA-256 digest is stored. `salt` makes the secret together with
    SECRET_KEY, so that the worker that sends the mail knows it and the database alone does not.
    `mark` is a keyed digest of the password and the mail address that the user had: with another of
    either the link is void. Without a user, somebody asked for an account that there is not.
    """

    WORK_KEY: ClassVar[str] = "pk"
    PAUSES: ClassVar[tuple[timedelta, ...]] = (
        timedelta(seconds=20),
        timedelta(minutes=2),
        timedelta(minutes=10),
    )

    user: Any = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        related_name="password_links",
    )
    purpose = models.CharField(max_length=10, choices=LinkPurpose.choices)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
    )
    salt = models.CharField(max_length=32, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    mark = models.CharField(max_length=64, editable=False)
    language = models.CharField(max_length=10, help_text=gettext_lazy("Of the mail."))
    by_mail = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = gettext_lazy("invitation")
        verbose_name_plural = gettext_lazy("invitations")
        default_permissions: ClassVar = ("add", "change", "view")
        indexes = [
            # requeue_due_work: mails that are not sent yet
            models.Index(
                fields=["leased_until"],
                name="password_link_owed",
                condition=models.Q(state__in=UNDER_WAY),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.pk}"

    @staticmethod
    def open_at(now: datetime) -> models.Q:
        """Returns the filter for links that were not used or revoked and have not expired."""
        return models.Q(used_at=None, revoked_at=None, expires_at__gt=now)
