"""Run by test_killed_erasure: erases calls and users, killed (SIGKILL) at each step of it in turn.

Prints, as JSON, what is left of each.
"""

import json
import shutil
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.services import killing


def carried_out(step: int, receipt_pk: int) -> None:
    """Carries the erasure out, and is killed at a step."""
    from django.core.files.storage import FileSystemStorage
    from django.db.models.query import QuerySet

    from sessions_app.services import erasure_work, work

    killer = killing.Killer(step)
    killer.around(FileSystemStorage, "delete")
    killer.around(shutil, "rmtree")
    killer.before(QuerySet, "delete")  # in the middle of a transaction
    killer.after(erasure_work, "_delete")
    killer.around(work, "complete")
    erasure_work.carry_out(receipt_pk)


def later(receipt_pk: int) -> Any:
    """Does what beat and a worker do once the killed worker's lease is over."""
    from django.utils import timezone

    from sessions_app.models import ErasureReceipt
    from sessions_app.models.work import WorkState
    from sessions_app.services import erasure_work, work

    now = timezone.now()
    running = ErasureReceipt.objects.filter(state=WorkState.RUNNING)
    running.update(leased_until=now - timedelta(seconds=1))
    for key in work.due(ErasureReceipt, now):
        assert erasure_work.carry_out(key)
    return ErasureReceipt.objects.get(pk=receipt_pk)


def told_of(done: Any, killed: bool, var: Path) -> dict[str, Any]:
    from django.contrib.auth.models import User

    from sessions_app.models import Call, ErasureReceipt
    from tests.fixtures.left import left_in_database, left_in_files
    from tests.fixtures.spoken_call import WORDS

    return {
        "kind": done.kind,
        "killed": killed,
        "state": done.state,
        "counts": done.counts,
        "receipts": ErasureReceipt.objects.count(),
        "calls": Call.everything.count(),
        "users": User.objects.count(),
        "left": sorted(map(str, left_in_database(WORDS) | left_in_files(WORDS, var))),
    }


def main() -> None:
    var = killing.begin()
    from django.contrib.auth.models import User

    from sessions_app.models import ErasureCause
    from sessions_app.services import erasure
    from tests.fixtures.spoken_call import exported, spoken_call

    owner = User.objects.create(username="owner")
    call = spoken_call(owner, var, more=1)
    exported(owner)
    state, told = killing.State(var), list[dict[str, Any]]()
    while not told or any(one["killed"] for one in told[-2:]):
        state.put_back()
        step = len(told) + 1
        receipt = (
            erasure.erase_call(call, None, ErasureCause.STAFF)
            if step % 2
            else erasure.erase_user(owner, None, ErasureCause.STAFF)
        )
        killed = killing.killed(carried_out, step, receipt.pk)
        told.append(told_of(later(receipt.pk), killed, var))
    state.forget()
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main()
