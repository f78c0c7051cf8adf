"""Heartbeats of worker and beat, and whether rows can be written."""

import secrets
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from sessions_app.models import SignOfLife
from sessions_app.services.database import AWAY, briefly

WORKER, BEAT = "worker", "beat"


def give(name: str) -> None:
    """Notes that WORKER or BEAT is alive.

    If the database is unavailable, the next heartbeat will record it.
    """
    try:
        with briefly():
            SignOfLife.objects.update_or_create(name=name, defaults={"at": timezone.now()})
    except AWAY:
        return


def given() -> dict[str, datetime]:
    """Returns when WORKER and BEAT last sent a heartbeat, if they ever did."""
    return dict(SignOfLife.objects.filter(name__in=[WORKER, BEAT]).values_list("name", "at"))


def try_to_write(*, keep: bool) -> None:
    """Raises a DatabaseError where no row can be written now; nothing is left behind.

    Without `keep` the transaction is undone, which takes the same locks and costs no disk.
    """
    with transaction.atomic():
        probe = SignOfLife.objects.create(name=f"probe {secrets.token_hex(8)}", at=timezone.now())
        probe.delete()
        transaction.set_rollback(not keep)
