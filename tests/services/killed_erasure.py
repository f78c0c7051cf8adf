"""Run by test_killed_erasure: erases calls and users, killed (SIGKILL) at each step of it in turn.

Prints, as JSON, what is left of each.
"""

import json
import os
import shutil
import signal
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import django

STEPS = 52
"""More than an erasure has: the last ones are not killed any more."""


class _Killer:
    """Kills this process at a step: before or after one of the wrapped functions runs."""

    def __init__(self, at: int) -> None:
        self.at = at
        self.steps = 0

    def step(self) -> None:
        self.steps += 1
        if self.steps == self.at:
            os.kill(os.getpid(), signal.SIGKILL)

    def wrap(self, holder: Any, name: str) -> None:
        was: Callable[..., Any] = getattr(holder, name)

        def killed(*args: Any, **kwargs: Any) -> Any:
            self.step()
            value = was(*args, **kwargs)
            self.step()
            return value

        setattr(holder, name, killed)


def killed_at(step: int, receipt_pk: int) -> bool:
    """Carries the erasure out in a process of its own; returns whether that was killed."""
    from django.core.files.storage import FileSystemStorage
    from django.db import connection
    from django.db.models.query import QuerySet

    from sessions_app.services import erasure_work, work

    connection.close()
    child = os.fork()
    if not child:
        killer = _Killer(step)
        killer.wrap(FileSystemStorage, "delete")
        killer.wrap(shutil, "rmtree")
        killer.wrap(QuerySet, "delete")  # in the middle of a transaction
        killer.wrap(erasure_work, "_delete")
        killer.wrap(work, "done")
        erasure_work.carry_out(receipt_pk)
        os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def later(receipt_pk: int) -> Any:
    """Does what beat and a worker do once the killed worker's lease is over."""
    from django.utils import timezone

    from sessions_app.models import ErasureReceipt
    from sessions_app.models.work import WorkState
    from sessions_app.services import erasure_work, work

    now = timezone.now()
    running = ErasureReceipt.objects.filter(state=WorkState.RUNNING)
    running.update(leased_until=now - timedelta(seconds=1))
    for owed in work.owed(ErasureReceipt, now):
        assert erasure_work.carry_out(owed)
    return ErasureReceipt.objects.get(pk=receipt_pk)


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "voicesite.settings"
    django.setup()
    from django.contrib.auth.models import User
    from django.core.management import call_command

    from sessions_app.models import Call, ErasureCause, ErasureReceipt
    from sessions_app.services import erasure
    from tests.fixtures.left import left_in_database, left_in_files
    from tests.fixtures.spoken_call import WORDS, exported, spoken_call

    var = Path(os.environ["VAR_DIR"])
    call_command("migrate", verbosity=0)
    told: list[dict[str, Any]] = []
    for step in range(1, STEPS + 1):
        owner = User.objects.create(username=f"owner {step}")
        call = spoken_call(owner, var, more=1)
        exported(owner)
        whole = step % 2 == 0
        receipt = (
            erasure.erase_user(owner, None, ErasureCause.STAFF)
            if whole
            else erasure.erase_call(call, None, ErasureCause.STAFF)
        )
        killed = killed_at(step, receipt.pk)
        done = later(receipt.pk)
        told.append(
            {
                "killed": killed,
                "state": done.state,
                "counts": done.counts,
                "receipts": ErasureReceipt.objects.count() - len(told),
                "calls": Call.everything.count(),
                "owner": User.objects.filter(pk=owner.pk).exists() == (not whole),
                "left": sorted(map(str, left_in_database(WORDS) | left_in_files(WORDS, var))),
            }
        )
        User.objects.filter(pk=owner.pk).delete()
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main()
