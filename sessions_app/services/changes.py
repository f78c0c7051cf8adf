"""The feed of changed calls: it never misses a change, even under concurrent writes.

A change is a row, written in the transaction that changes the call, without a number. Each read
of the feed first numbers the rows that were committed since, one reader at a time: the counter's
row is the lock. So only committed rows get a number, and it is greater than all that were read
before. A number given when a row is written could become visible after a greater one, and a
reader already past that would miss it. Nothing here depends on a clock, a delay or a database's
own transaction ids, and a copy of the database continues the same numbers.

Only a call's newest change is kept: an older one says nothing more.
"""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from sessions_app.models import Call, CallChange, ChangeCounter
from sessions_app.models.change import ChangeKind
from sessions_app.services import access

BATCH = 200
"""Changes that are numbered in one transaction: more lets live calls wait longer on SQLite."""

THE_COUNTER = 1
"""The key of the table's only row."""


def created(call: Call) -> None:
    """Notes a new call; in its transaction."""
    _write([(call.public_id, call.owner_id)], ChangeKind.CREATED)


def updated(*call_keys: int) -> None:
    """Notes that these calls' REST representation changed; call it in the same transaction.

    A call that is being erased is left out: that was its last change.
    """
    rows = Call.objects.filter(pk__in=call_keys)
    # first: waits for other writers of the call, so that its changes keep their order
    if rows.update(updated_at=timezone.now()):
        _write(rows.values_list("public_id", "owner_id"), ChangeKind.UPDATED)


def erased(calls: QuerySet[Call]) -> None:
    """Notes that these calls are hidden or deleted; call it in the same transaction."""
    _write(calls.values_list("public_id", "owner_id"), ChangeKind.ERASED)


def after(user: Any, seq: int, most: int) -> tuple[list[CallChange], bool]:
    """Returns up to `most` changes after `seq` that `user` may see, and whether there are more.

    They are ordered by number, and include everything that was committed before this call.
    """
    number_new()
    rows = CallChange.objects.filter(seq__gt=seq).order_by("seq")
    if not access.sees_all(user):
        rows = rows.filter(owner_id=user.pk)
    found = list(rows[: most + 1])
    return found[:most], len(found) > most


def last_number() -> int:
    """Returns the greatest number given so far; no reader has been given a greater one."""
    counter = ChangeCounter.objects.filter(pk=THE_COUNTER).first()
    return 0 if counter is None else counter.last


def number_new() -> None:
    """Numbers all changes that were committed and have no number."""
    while CallChange.objects.filter(seq=None).exists() and _number_some():
        pass


def _write(calls: Iterable[tuple[str, int]], change: ChangeKind) -> None:
    now = timezone.now()
    CallChange.objects.bulk_create(
        CallChange(call_id=call_id, owner_id=owner_id, change=change, at=now)
        for call_id, owner_id in calls
    )


def _number_some() -> bool:
    """Numbers some changes; returns whether there were any."""
    with transaction.atomic():
        ChangeCounter.objects.get_or_create(pk=THE_COUNTER)
        counter = ChangeCounter.objects.select_for_update().get(pk=THE_COUNTER)
        fresh = list(CallChange.objects.filter(seq=None).order_by("pk")[:BATCH])
        kept = _newest(fresh)
        for number, row in enumerate(kept, start=counter.last + 1):
            row.seq = number
        _forget_older(fresh, kept)
        CallChange.objects.bulk_update(kept, ["seq", "change"])
        counter.last += len(kept)
        counter.save(update_fields=["last"])
    return bool(fresh)


def _newest(rows: Iterable[CallChange]) -> list[CallChange]:
    """Returns each call's newest change, ordered by time.

    A call whose creation was not yet reported is still reported as new.
    """
    newest: dict[str, CallChange] = {}
    for row in rows:
        before = newest.pop(row.call_id, None)
        if before is not None and (before.change, row.change) == (
            ChangeKind.CREATED,
            ChangeKind.UPDATED,
        ):
            row.change = ChangeKind.CREATED
        newest[row.call_id] = row
    return list(newest.values())


def _forget_older(fresh: Iterable[CallChange], kept: Iterable[CallChange]) -> None:
    left = {row.pk for row in kept}
    older = Q(pk__in=[row.pk for row in fresh if row.pk not in left])
    told_before = Q(call_id__in=[row.call_id for row in kept], seq__isnull=False)
    CallChange.objects.filter(older | told_before).delete()
