"""What checks of the connection found, for whoever helps the user."""

from typing import Any, ClassVar

from django.db import models

from sessions_app.i18n import gettext_lazy


class ConnectionCheck(models.Model):
    """The results of one check, found by its support code.

    It holds no name, address or word of anybody, and not whose it was: who gives the code to
    support says that. `results` are those of `services.connection_checks.Result`, in order; of the
    browser only the family is kept.
    """

    code = models.CharField(gettext_lazy("support code"), max_length=8, unique=True, editable=False)
    passed = models.BooleanField(help_text=gettext_lazy("Whether no step failed."))
    browser = models.CharField(max_length=20)
    results: Any = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        verbose_name = gettext_lazy("connection check")
        verbose_name_plural = gettext_lazy("connection checks")
        default_permissions: ClassVar = ("view",)

    def __str__(self) -> str:
        return f"{self.code[:4]}-{self.code[4:]}"
