"""Failed sign-ins, for rate limits; the last ones that succeeded, for the account page."""

from typing import ClassVar

from django.conf import settings
from django.db import models

from sessions_app.i18n import gettext_lazy


class SignInFailure(models.Model):
    """One failure, counted under one key; an attempt counts under several.

    A key is a keyed digest of an account's name, an address or a device, which it does not reveal.
    Rows are deleted once no limit needs them.
    """

    key = models.CharField(max_length=64, editable=False)
    at = models.DateTimeField()

    class Meta:
        verbose_name = gettext_lazy("failed sign-in")
        verbose_name_plural = gettext_lazy("failed sign-ins")
        indexes = [models.Index(fields=["key", "at"], name="sign_in_failure_key_at")]

    def __str__(self) -> str:
        return f"failure {self.pk}"


class SignIn(models.Model):
    """One sign-in of a user, which that user alone is shown.

    `address` is a network address as rate limits count it (an IPv6 one is its network), `browser` a
    family such as "Firefox", both empty where they are not known.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="sign_ins"
    )
    at = models.DateTimeField("when")
    browser = models.CharField(max_length=20, blank=True)
    address = models.CharField(max_length=60, blank=True)

    class Meta:
        ordering = ["-at", "-pk"]
        default_permissions: ClassVar = ()
        verbose_name = gettext_lazy("sign-in")
        verbose_name_plural = gettext_lazy("sign-ins")
        indexes = [models.Index(fields=["user", "-at"], name="sign_in_user_newest")]

    def __str__(self) -> str:
        return f"sign-in {self.pk}"
