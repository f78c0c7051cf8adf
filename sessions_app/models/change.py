"""What changed of which call, for programs that keep a copy."""

from django.conf import settings
from django.db import models

from sessions_app.i18n import gettext_lazy


class ChangeKind(models.TextChoices):
    """What happened to a call; `ERASED` is the last of it."""

    CREATED = "created", gettext_lazy("Created")
    UPDATED = "updated", gettext_lazy("Updated")
    ERASED = "erased", gettext_lazy("Erased")


class CallChange(models.Model):
    """A call's newest change, plus changes not yet numbered.

    It names the call by its public id, since it outlives an erased one. Its place in the feed is
    `seq`, given after its transaction was committed (`services/changes.py`); empty until then.
    """

    call_id = models.CharField(max_length=32, db_index=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+"
    )
    change = models.CharField(max_length=10, choices=ChangeKind.choices)
    at = models.DateTimeField()
    seq = models.PositiveBigIntegerField(null=True, unique=True)

    class Meta:
        verbose_name = gettext_lazy("change of a call")
        verbose_name_plural = gettext_lazy("changes of calls")
        indexes = [
            # a user's feed
            models.Index(fields=["owner", "seq"], name="change_owner_seq"),
            # what is to be numbered
            models.Index(
                fields=["id"], name="change_unnumbered", condition=models.Q(seq__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.change} {self.call_id}"


class ChangeCounter(models.Model):
    """The last number that was given; its one row is the lock for giving numbers."""

    last = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name = gettext_lazy("counter of changes")
        verbose_name_plural = gettext_lazy("counters of changes")

    def __str__(self) -> str:
        return str(self.last)
