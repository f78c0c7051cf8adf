"""Leases on jobs that are rows of the database: claim, renew, finish, fail, try again."""

import errno
import logging
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db import DatabaseError, connection, transaction
from django.db.models import F, Manager, Q, QuerySet
from django.utils import timezone

from sessions_app.engine.core.errors import VoiceError, traced
from sessions_app.models import Extraction, Recording, Summary, Version
from sessions_app.models.work import LeasedJob, WorkState
from sessions_app.services import changes, heartbeats, stopping
from sessions_app.services.database import is_away

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=20)
"""How soon the job of a killed worker is pending again; a living one renews its lease.

Shorter gives a job that is only held up to a second worker; longer delays jobs after a crash.
"""

MAX_ATTEMPTS = 3
"""Failures until the work is given up; a permanent cause shows within a minute or two.

More survives longer faults, but shows a permanent one later.
"""

MAX_TAKES = 10
"""Claims without a reported error until the work is given up: it kills its workers.

More kills more of them; fewer gives up work whose workers were stopped for other reasons.
"""

PAUSE = timedelta(seconds=10)
"""The pause before the second attempt; before the third it is twice as long.

Longer outlasts longer faults; shorter shows results and errors sooner.
"""

LONGEST_PAUSE = timedelta(hours=1)
"""The longest pause of work that is never given up: each is twice as long as the one before.

Longer costs fewer attempts that fail, but resumes later once the fault is over.
"""

PASSING_PAUSE = timedelta(seconds=20)
"""PAUSE for faults that pass by themselves, such as a full disk: 15 minutes in all.

Longer waits longer for somebody to make room before the work is given up.
"""

HINT_EVERY = timedelta(seconds=30)
"""How often pending work is queued again.

More often fills a busy worker's queue with repeats; less often delays work whose message was lost.
"""

GAVE_UP = "The background worker stopped each time it tried."
ERROR_CHARS = 500

W = TypeVar("W", bound=LeasedJob)


def take(model: type[W], key: int, lease: timedelta = LEASE) -> W | None:
    """Claims a row for this worker and returns it; None if it is done, failed, or another has it.

    `key` is what the model's WORK_KEY names: mostly its call.

    A row that was claimed MAX_TAKES times without a result is failed instead.
    """
    now = timezone.now()
    ready = _rows(model).filter(_waiting() | _expired(now), **{model.WORK_KEY: key})
    if model.GIVES_UP:
        _give_up(ready.filter(attempts__gte=MAX_TAKES))
    with transaction.atomic():  # nobody takes it back before its lease number is read
        taken = ready.update(
            state=WorkState.RUNNING,
            leased_until=now + lease,
            attempts=F("attempts") + 1,
            **_next_lease(),
        )
        return _rows(model).get(**{model.WORK_KEY: key}) if taken else None


@contextmanager
def doing(model: type[W], key: int, lease: timedelta = LEASE) -> Iterator[W | None]:
    """Yields the row that `take` gives, its lease renewed for as long as the block runs.

    The block calls `done`. An exception in it fails the row with its reason, and is not passed on.
    A worker that is told to stop interrupts the block, and makes the row pending again.
    """
    row = None if stopping.is_over() else take(model, key, lease)
    if row is None:
        yield None
        return
    try:
        with _renewed(row, lease), stopping.interruptible():
            try:
                yield row
            except Exception as error:  # noqa: BLE001 - a backend fails in its own ways
                _log(row, error)
                fail(row, reason_of(error), passing=is_passing(error))
    except stopping.StoppedError:
        _interrupted(row)


def done(row: LeasedJob) -> bool:
    """Saves the row with its results as done.

    Returns False, and saves nothing, when the work was meanwhile given to another worker.
    """
    with transaction.atomic():
        if _still_held(row) is None:
            return False
        row.state = WorkState.DONE
        row.done_at = timezone.now()
        row.leased_until = None
        row.error = ""
        row.save()
        _tell(row)
    return True


def fail(row: LeasedJob, error: str, *, passing: bool = False, wait_s: float = 0.0) -> None:
    """Gives the row back for another attempt, or fails it after MAX_ATTEMPTS, with its reason.

    A `passing` reason, such as a full disk, is waited for: up to MAX_TAKES, each later by
    PASSING_PAUSE. Work that is never given up is tried again without end, with pauses that double
    up to LONGEST_PAUSE. No attempt comes before `wait_s`. Does nothing when the work is done, or
    was given to another worker.
    """
    pause = _next_pause(row, passing=passing)
    if pause is not None:
        pause = max(pause, timedelta(seconds=wait_s))
    with transaction.atomic():
        held = _still_held(row)
        if held is None or held.state == WorkState.DONE:
            return
        row.state = WorkState.FAILED if pause is None else WorkState.PENDING
        row.leased_until = None if pause is None else timezone.now() + pause
        row.error = error[:ERROR_CHARS]
        row.save(update_fields=["state", "leased_until", "error"])
        _tell(row)


def put_off(row: LeasedJob, reason: str, pause: timedelta) -> None:
    """Makes the row pending after `pause`, without counting the attempt; `reason` says why."""
    held_by(row).update(
        state=WorkState.PENDING,
        leased_until=timezone.now() + pause,
        attempts=F("attempts") - 1,
        error=reason[:ERROR_CHARS],
        **_next_lease(),
    )


def is_held(row: LeasedJob) -> bool:
    """Locks the row; returns whether the worker that claimed it still has it. In a transaction."""
    return _still_held(row) is not None


def held_by(row: W) -> "QuerySet[W]":
    """Returns the row to be updated, or nothing if its work is not with who took it any more."""
    return _rows(type(row)).filter(
        pk=row.pk, lease_number=row.lease_number, state=WorkState.RUNNING
    )


def take_back(rows: "QuerySet[W]", **told: Any) -> int:
    """Updates rows with `told`; whoever is at one of them has lost it. Returns how many."""
    return rows.update(leased_until=None, **_next_lease(), **told)


def _next_pause(row: LeasedJob, *, passing: bool) -> timedelta | None:
    """Returns how long to wait before the next attempt; None where there is none."""
    if row.PAUSES:
        attempts = max(1, row.attempts)
        return row.PAUSES[attempts - 1] if attempts <= len(row.PAUSES) else None
    if row.GIVES_UP and row.attempts >= (MAX_TAKES if passing else MAX_ATTEMPTS):
        return None
    return _pause(row, passing)


def give_back(row: LeasedJob) -> None:
    """Makes the row pending at once, without counting the attempt; does nothing if it is done."""
    take_back(held_by(row), state=WorkState.PENDING, attempts=F("attempts") - 1)


def is_free(now: datetime) -> Q:
    """Returns the filter for rows whose work is pending, with no worker on it."""
    return _waiting() | _expired(now)


def again(row: LeasedJob) -> bool:
    """Makes the row pending again, with all its attempts; False while a worker has it."""
    free = ~Q(state=WorkState.RUNNING) | _expired(timezone.now())
    anew = {"state": WorkState.PENDING, "attempts": 0, "error": "", "done_at": None}
    with transaction.atomic():
        if not take_back(_rows(type(row)).filter(free, pk=row.pk), **anew):
            return False
        _tell(row)
    return True


def owed(model: type[W], now: datetime) -> list[int]:
    """Returns the WORK_KEYs of the rows whose work should be queued now.

    For waiting work `leased_until` is no lease, but the earliest next attempt.
    """
    due = Q(leased_until__isnull=True) | Q(leased_until__lt=now)
    rows = _rows(model).filter((_waiting() & due) | _expired(now))
    return list(rows.order_by("pk").values_list(model.WORK_KEY, flat=True))


def hinted(model: type[W], keys: Iterable[int], now: datetime) -> None:
    """Notes that these rows' work was queued, so that `owed` leaves it alone for HINT_EVERY."""
    rows = _rows(model).filter(_waiting(), **{f"{model.WORK_KEY}__in": list(keys)})
    rows.update(leased_until=now + HINT_EVERY)


def is_passing(error: Exception) -> bool:
    """Returns whether the same work can succeed later, such as after a full disk was cleared."""
    full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
    return full or is_away(error)


def reason_of(error: Exception) -> str:
    """Returns what to tell staff about a failure."""
    return error.message if isinstance(error, VoiceError) else f"{type(error).__name__}: {error}"


def _give_up(rows: "QuerySet[W]") -> None:
    for row in rows:
        with transaction.atomic():
            if rows.filter(pk=row.pk).update(
                state=WorkState.FAILED, error=GAVE_UP, leased_until=None
            ):
                _tell(row)


def _tell(row: LeasedJob) -> None:
    """Notes that a call has something new, where the row is about one; in a transaction."""
    if isinstance(row, Recording | Summary | Version | Extraction):
        changes.updated(row.call_id)


def _pause(row: LeasedJob, passing: bool) -> timedelta:
    if row.GIVES_UP:
        return (PASSING_PAUSE if passing else PAUSE) * max(1, row.attempts)
    doublings = max(0, min(row.attempts - 1, 16))
    return min(PAUSE * (1 << doublings), LONGEST_PAUSE)


def _rows(model: type[W]) -> "Manager[W]":
    manager: Any = model._default_manager
    return manager  # type: ignore[no-any-return]


def _waiting() -> Q:
    return Q(state=WorkState.PENDING)


def _expired(now: datetime) -> Q:
    return Q(state=WorkState.RUNNING, leased_until__lt=now)


def _still_held(row: LeasedJob) -> LeasedJob | None:
    """Locks the row and returns it as it is now; None if it was claimed again or taken back."""
    mine = _rows(type(row)).select_for_update().filter(pk=row.pk, lease_number=row.lease_number)
    return mine.first()


def _next_lease() -> dict[str, Any]:
    return {"lease_number": F("lease_number") + 1}


def _interrupted(row: LeasedJob) -> None:
    logger.info("the %s %d is given back: the worker stops", type(row).__name__.lower(), row.pk)
    try:
        give_back(row)
    except DatabaseError:  # the interruption may have come within a query
        connection.close()
        give_back(row)


@contextmanager
def _renewed(row: LeasedJob, lease: timedelta) -> Iterator[None]:
    over = threading.Event()
    keeper = threading.Thread(
        target=_renew, args=(row, lease, over), name=f"lease-{row.pk}", daemon=True
    )
    keeper.start()
    try:
        yield
    finally:
        over.set()
        keeper.join()


def _renew(row: LeasedJob, lease: timedelta, over: threading.Event) -> None:
    try:
        while not over.wait(lease.total_seconds() / 3):
            heartbeats.give(heartbeats.WORKER)  # a worker with one long job is alive
            try:
                held_by(row).update(leased_until=timezone.now() + lease)
            except DatabaseError as error:
                logger.warning("a lease could not be renewed (%s)", type(error).__name__)
                connection.close()
    finally:
        connection.close()


def _log(row: LeasedJob, error: Exception) -> None:
    kind = type(row).__name__.lower()
    logger.error("the %s %d failed: %s", kind, row.pk, traced(error))
