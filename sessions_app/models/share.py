"""Share links: a stored call for anyone who has the link."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from sessions_app.i18n import gettext_lazy
from sessions_app.models.call import Call


class ShareLink(models.Model):
    """Shows one call to anyone who has its secret, of which only the SHA-256 digest is stored.

    `password` is a hash as of users' passwords, empty where none is asked for. Who looked is in
    the access log, in the rows that name the link.
    """

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="share_links")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    note = models.CharField(max_length=100, blank=True, help_text=gettext_lazy("Whom it is for."))
    digest = models.CharField(max_length=64, unique=True, editable=False)
    prefix = models.CharField(
        max_length=6,
        editable=False,
        help_text=gettext_lazy("Its first characters, to tell it from others."),
    )
    password = models.CharField(max_length=128, blank=True, editable=False)
    with_audio = models.BooleanField(default=False)
    with_summary = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        default_permissions: ClassVar = ("view",)
        permissions = [("share_call", "Can share calls by links, and revoke such links")]

    def __str__(self) -> str:
        return f"link {self.prefix}…"
