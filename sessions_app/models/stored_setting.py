"""Settings of the installation that operators make in the admin."""

from django.conf import settings
from django.db import models


class StoredSetting(models.Model):
    """A value for a variable that the environment leaves open.

    `name` is the environment's. A secret is kept encrypted: services/installation.py.
    """

    name = models.CharField(max_length=60, unique=True)
    value = models.TextField()
    set_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    set_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "setting of the installation"
        verbose_name_plural = "settings of the installation"
        ordering = ["name"]
        default_permissions = ("change",)

    def __str__(self) -> str:
        return self.name
