"""Who gave a sign of life, and when."""

from django.db import models


class SignOfLife(models.Model):
    """One row for the background worker and one for beat, whatever number of machines there is.

    A row that a process makes and deletes again is how it finds out whether it could write.
    """

    name = models.CharField(max_length=60, unique=True)
    at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "signs of life"

    def __str__(self) -> str:
        return self.name
