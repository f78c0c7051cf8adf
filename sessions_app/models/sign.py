"""Heartbeats of background processes."""

from django.db import models

from sessions_app.i18n import gettext_lazy


class SignOfLife(models.Model):
    """One row for all background workers together and one for beat, also on several machines.

    A process also creates and deletes a row to check that the database is writable.
    """

    name = models.CharField(max_length=60, unique=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name = gettext_lazy("sign of life of a process")
        verbose_name_plural = gettext_lazy("signs of life of processes")

    def __str__(self) -> str:
        return self.name
