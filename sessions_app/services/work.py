"""Leases on jobs that are rows of the database: claim, renew, finish, fail, try again."""

import errno
import logging
import re
import threading
from collections import Counter
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
from sessions_app.services import changes, heartbeats, service_manager, stopping
from sessions_app.services.database import is_away

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=20)
"""How soon the job of a killed worker is pending again; a living one renews its lease.

Shorter gives a job that is only held up to a second worker; longer delays jobs after a crash.
"""

MAX_ATTEMPTS = 3
"""Failures until the work is given up; a permanent cause shows within a minute or two.

More attempts survive longer faults, but show a permanent one later.
"""

MAX_CLAIMS = 10
"""Claims after which a job that never reported an error fails: it kills its workers.

With more claims it kills more of them; with fewer, a job fails whose workers were stopped for other
reasons.
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

REQUEUE_EVERY = timedelta(seconds=30)
"""How often a pending job is queued again.

Shorter fills a busy worker's queue with repeats; longer delays jobs whose message was lost.
"""

GAVE_UP = "The background worker stopped each time it tried."

ERROR_CHARS = 500
"""Characters of an error that a job's row keeps."""

OUTCOMES = DONE, AGAIN, FAILED = "done", "again", "failed"
attempts: Counter[tuple[str, str]] = Counter()
"""How attempts at jobs ended in this process, by kind and DONE, AGAIN or FAILED."""

W = TypeVar("W", bound=LeasedJob)


def claim(model: type[W], key: int, lease: timedelta = LEASE) -> W | None:
    """Claims a row for this worker and returns it; None if it is done, failed, or another has it.

    `key` is the value of the field that the model's WORK_KEY names, mostly the call's key.

    A row that was claimed MAX_CLAIMS times without a result is failed instead.
    """
    now = timezone.now()
    ready = _rows(model).filter(_pending() | _expired(now), **{model.WORK_KEY: key})
    if model.GIVES_UP:
        _give_up(ready.filter(attempts__gte=MAX_CLAIMS))
    with transaction.atomic():  # nobody revokes it before its lease number is read
        claimed_rows = ready.update(
            state=WorkState.RUNNING,
            leased_until=now + lease,
            attempts=F("attempts") + 1,
            **_next_lease(),
        )
        return _rows(model).get(**{model.WORK_KEY: key}) if claimed_rows else None


@contextmanager
def claimed(model: type[W], key: int, lease: timedelta = LEASE) -> Iterator[W | None]:
    """Yields the row that `claim` gives, its lease renewed for as long as the block runs.

        with work.claimed(Summary, call.pk) as row:
            if row is not None:
                ...
                work.complete(row)

    An exception in the block is not passed on: `fail` makes the row pending or failed. A worker
    that is told to stop interrupts the block and makes the row pending again.
    """
    row = None if stopping.is_over() else claim(model, key, lease)
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


def complete(row: LeasedJob) -> bool:
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
        _note_change(row)
    attempts[kind_of(type(row)), DONE] += 1
    return True


def fail(row: LeasedJob, error: str, *, passing: bool = False, wait_s: float = 0.0) -> None:
    """Gives the row back for another attempt, or fails it after MAX_ATTEMPTS, with its reason.

    A `passing` reason, such as a full disk, is waited for: up to MAX_CLAIMS, each later by
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
        _note_change(row)
    attempts[kind_of(type(row)), FAILED if pause is None else AGAIN] += 1


def postpone(row: LeasedJob, reason: str, pause: timedelta) -> None:
    """Makes the row pending after `pause`, without counting the attempt; `reason` says why."""
    held_by(row).update(
        state=WorkState.PENDING,
        leased_until=timezone.now() + pause,
        attempts=F("attempts") - 1,
        error=reason[:ERROR_CHARS],
        **_next_lease(),
    )


def kind_of(model: type[LeasedJob]) -> str:
    """Returns what a kind of job is called in metrics."""
    return re.sub(r"(?<!^)(?=[A-Z])", "_", model.__name__).lower()


def is_held(row: LeasedJob) -> bool:
    """Locks the row; returns whether the worker that claimed it still has it. In a transaction."""
    return _still_held(row) is not None


def held_by(row: W) -> "QuerySet[W]":
    """Returns the row as a queryset for updates; empty once another worker has claimed the job."""
    return _rows(type(row)).filter(
        pk=row.pk, lease_number=row.lease_number, state=WorkState.RUNNING
    )


def revoke(rows: "QuerySet[W]", **fields: Any) -> int:
    """Ends the leases of `rows` and sets `fields`; returns how many rows there were.

    A worker that still has one of them can no longer save its results.
    """
    return rows.update(leased_until=None, **_next_lease(), **fields)


def _next_pause(row: LeasedJob, *, passing: bool) -> timedelta | None:
    """Returns how long to wait before the next attempt; None where there is none."""
    if row.PAUSES:
        attempts = max(1, row.attempts)
        return row.PAUSES[attempts - 1] if attempts <= len(row.PAUSES) else None
    if row.GIVES_UP and row.attempts >= (MAX_CLAIMS if passing else MAX_ATTEMPTS):
        return None
    return _pause(row, passing)


def release(row: LeasedJob) -> None:
    """Makes the row pending at once, without counting the attempt; does nothing if it is done."""
    revoke(held_by(row), state=WorkState.PENDING, attempts=F("attempts") - 1)


def is_free(now: datetime) -> Q:
    """Returns the filter for rows that a worker may claim: pending, or with an expired lease."""
    return _pending() | _expired(now)


def retry(row: LeasedJob) -> bool:
    """Makes the row pending again, with none of its attempts used; False while a worker has it."""
    free = ~Q(state=WorkState.RUNNING) | _expired(timezone.now())
    reset = {"state": WorkState.PENDING, "attempts": 0, "error": "", "done_at": None}
    with transaction.atomic():
        if not revoke(_rows(type(row)).filter(free, pk=row.pk), **reset):
            return False
        _note_change(row)
    return True


def due(model: type[W], now: datetime) -> list[int]:
    """Returns the WORK_KEYs of the rows whose jobs should be queued now.

    In a pending row `leased_until` is not a lease but the time of the next attempt.
    """
    may_start = Q(leased_until__isnull=True) | Q(leased_until__lt=now)
    rows = _rows(model).filter((_pending() & may_start) | _expired(now))
    return list(rows.order_by("pk").values_list(model.WORK_KEY, flat=True))


def mark_queued(model: type[W], keys: Iterable[int], now: datetime) -> None:
    """Notes that these rows' jobs were queued: `due` leaves them out for REQUEUE_EVERY."""
    rows = _rows(model).filter(_pending(), **{f"{model.WORK_KEY}__in": list(keys)})
    rows.update(leased_until=now + REQUEUE_EVERY)


def is_passing(error: Exception) -> bool:
    """Returns whether the same job can succeed later, such as after a full disk was cleared."""
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
                _note_change(row)


def _note_change(row: LeasedJob) -> None:
    """Adds the call to the feed of changes, where its REST representation has this row's state.

    In a transaction.
    """
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


def _pending() -> Q:
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
        release(row)
    except DatabaseError:  # the interruption may have come within a query
        connection.close()
        release(row)


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
            service_manager.alive()
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
