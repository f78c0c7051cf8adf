"""Work that the database owes: state, attempts and a lease."""

from typing import ClassVar

from django.db import models


class WorkState(models.TextChoices):
    PENDING = "pending", "Waiting"
    RUNNING = "running", "In progress"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"


class LeasedJob(models.Model):
    """A row whose work is done by a task, however often the task is lost.

    A worker that takes the row sets RUNNING and a lease; a lease that has run out puts
    the work back in the queue.
    """

    WORK_KEY: ClassVar[str] = "call_id"
    """What tells a row from others of its kind, to whoever is sent to do it."""

    state = models.CharField(max_length=10, choices=WorkState.choices, default=WorkState.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    leased_until = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=500, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True
