"""The feed of changed calls, which misses none however many are written at once.

A change is a row, written in the transaction that changes the call, without a number. Whoever
reads the feed first numbers the rows that were committed since, one reader at a time: the counter's
row is the lock. So a number is only ever given to what everybody can see, and all numbers are
greater than those that were read before. A number taken when a row is written could become visible
after a greater one, and a reader who had gone past it would miss it; here no clock, no delay and no
database's own transaction ids are trusted, and a copy of the database goes on where it was.

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
"""Changes that are numbered in one transaction: live calls may wait for it on SQLite."""

THE_COUNTER = 1


def created(call: Call) -> None:
    """Notes a new call; in its transaction."""
    _write([(call.public_id, call.owner_id)], ChangeKind.CREATED)


def updated(*call_keys: int) -> None:
    """Notes that REST tells something else of these calls; in the transaction that makes it so.

    A call that is being erased is left out: that was its last change.
    """
    rows = Call.objects.filter(pk__in=call_keys)
    # first: it waits for who else writes to the call, so that its changes come in their order
    if rows.update(updated_at=timezone.now()):
        _write(rows.values_list("public_id", "owner_id"), ChangeKind.UPDATED)


def erased(calls: QuerySet[Call]) -> None:
    """Notes that these calls are out of sight; in the transaction that hides or deletes them."""
    _write(calls.values_list("public_id", "owner_id"), ChangeKind.ERASED)


def after(user: Any, seq: int, most: int) -> tuple[list[CallChange], bool]:
    """Returns up to `most` changes that `user` may see, from after `seq` on, and whether more are.

    They are in the order of their numbers; what was committed before this was asked is among them.
    """
    number_new()
    rows = CallChange.objects.filter(seq__gt=seq).order_by("seq")
    if not access.sees_all(user):
        rows = rows.filter(owner_id=user.pk)
    found = list(rows[: most + 1])
    return found[:most], len(found) > most


def last_number() -> int:
    """Returns the greatest number that was given yet; nobody was told of a greater one."""
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
    """Returns each call's newest change, by when that was; one not told of yet stays a new one."""
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
