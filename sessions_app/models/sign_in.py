"""Failed sign-ins, for rate limits."""

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
