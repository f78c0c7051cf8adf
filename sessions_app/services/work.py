"""Leases on work that the database owes."""

from datetime import datetime, timedelta
from typing import TypeVar

from django.db.models import F, Q
from django.utils import timezone

from sessions_app.models.work import OwedWork, WorkState

LEASE = timedelta(seconds=60)
MAX_ATTEMPTS = 3
GIVE_UP_AFTER = "The background worker died each time it tried."

W = TypeVar("W", bound=OwedWork)


def _open(now: datetime) -> Q:
    expired = Q(state=WorkState.RUNNING) & Q(leased_until__lt=now)
    return Q(state=WorkState.PENDING) | expired


def take(model: type[W], call_pk: int, lease: timedelta = LEASE) -> W | None:
    """Returns the row for whoever gets it; None when it is done, failed, or with another.

    A row that was tried MAX_ATTEMPTS times is failed instead.
    """
    now = timezone.now()
    rows = model._default_manager.filter(_open(now), call_id=call_pk)  # type: ignore[misc]
    spent = rows.filter(attempts__gte=MAX_ATTEMPTS)
    spent.update(state=WorkState.FAILED, error=GIVE_UP_AFTER, leased_until=None)
    taken = rows.filter(attempts__lt=MAX_ATTEMPTS).update(
        state=WorkState.RUNNING, leased_until=now + lease, attempts=F("attempts") + 1
    )
    if not taken:
        return None
    return model._default_manager.get(call_id=call_pk)  # type: ignore[misc]


def done(row: OwedWork) -> None:
    """Saves the row with its results as done."""
    row.state = WorkState.DONE
    row.done_at = timezone.now()
    row.leased_until = None
    row.error = ""
    row.save()


def fail(row: OwedWork, error: str) -> None:
    """Gives the row back, or fails it with its reason after MAX_ATTEMPTS."""
    final = row.attempts >= MAX_ATTEMPTS
    row.state = WorkState.FAILED if final else WorkState.PENDING
    row.leased_until = None
    row.error = error[:500]
    row.save(update_fields=["state", "leased_until", "error"])


def again(row: OwedWork) -> None:
    """Owes the work anew, with all its attempts."""
    row.state = WorkState.PENDING
    row.attempts = 0
    row.leased_until = None
    row.error = ""
    row.save(update_fields=["state", "attempts", "leased_until", "error"])


def owed(model: type[W], now: datetime) -> list[int]:
    """Returns the calls whose work waits for a worker."""
    rows = model._default_manager.filter(_open(now))  # type: ignore[misc]
    return list(rows.values_list("call_id", flat=True))
