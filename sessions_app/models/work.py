"""Jobs in database rows: state, attempts and a lease."""

from datetime import timedelta
from typing import ClassVar

from django.db import models

from sessions_app.i18n import gettext_lazy


class WorkState(models.TextChoices):
    """How far a job is; DONE and FAILED are final until it is requested again."""

    PENDING = "pending", gettext_lazy("Waiting")
    RUNNING = "running", gettext_lazy("In progress")
    DONE = "done", gettext_lazy("Done")
    FAILED = "failed", gettext_lazy("Failed")


UNDER_WAY = [WorkState.PENDING, WorkState.RUNNING]
"""The states of a job that waits for a worker or has one."""


class LeasedJob(models.Model):
    """A row whose job is done by a Celery task, even if tasks get lost.

    A worker that claims the row sets RUNNING and a lease; once the lease has expired, the job is
    queued again. A worker holds the job as long as the row has the `lease_number` that it was
    claimed with.
    """

    WORK_KEY: ClassVar[str] = "call_id"
    """The field that identifies a row in the task's arguments."""

    GIVES_UP: ClassVar[bool] = True
    """Whether the job fails for good after some attempts; else it is tried until it succeeds."""

    PAUSES: ClassVar[tuple[timedelta, ...]] = ()
    """Pauses between attempts, where they are not those of `services/work.py`.

    After the last of them the job fails for good.
    """

    state = models.CharField(max_length=10, choices=WorkState.choices, default=WorkState.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_number = models.PositiveBigIntegerField(
        default=0,
        editable=False,
        help_text=gettext_lazy(
            "Grows with each lease that begins or is taken back, and never falls."
        ),
    )
    leased_until = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=500, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True
