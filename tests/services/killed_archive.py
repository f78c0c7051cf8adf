"""Run by test_killed_archive: makes exports, with the worker killed (SIGKILL) at each step in turn.

Prints, as JSON, what each came to.
"""

import json
import os
import sys
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import django

from tests.services.killed_erasure import _Killer

STEPS = 44
"""More than making one has: the last ones are not killed any more."""


def killed_at(step: int, archive_pk: int) -> bool:
    """Makes the export in a process of its own; returns whether that was killed."""
    from django.core.files.storage import FileSystemStorage
    from django.db import connection

    from sessions_app.services import access, archive_writing, work

    connection.close()
    child = os.fork()
    if not child:
        killer = _Killer(step)
        archive_writing.SLICE_S = 0.0  # each call in a turn of its own
        for holder, names in (
            (archive_writing, ("_call", "_sound", "_lists", "_put_off")),
            (FileSystemStorage, ("save", "delete")),
            (access, ("log_all",)),  # in the middle of a transaction
            (work, ("done",)),
        ):
            for name in names:
                killer.wrap(holder, name)
        made(archive_pk)
        os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def made(archive_pk: int) -> Any:
    """Does what workers do until it is done."""
    from sessions_app.models import Archive
    from sessions_app.services import archive_writing

    for _ in range(9):
        archive_writing.make(archive_pk)
    return Archive.objects.get(pk=archive_pk)


def later(archive_pk: int) -> Any:
    """Does what beat and a worker do once the killed worker's lease is over."""
    from django.utils import timezone

    from sessions_app.models import Archive
    from sessions_app.models.work import WorkState
    from sessions_app.services import work

    now = timezone.now()
    running = Archive.objects.filter(state=WorkState.RUNNING)
    running.update(leased_until=now - timedelta(seconds=1))
    assert work.owed(Archive, now) in ([], [archive_pk])
    return made(archive_pk)


def told_of(row: Any, killed: bool, var: Path) -> dict[str, Any]:
    from sessions_app.models import AccessLog

    with zipfile.ZipFile(var / "recordings" / row.file_name) as archive:
        whole, names = archive.testzip() is None, archive.namelist()
    log = AccessLog.objects.filter(detail=f"zip {row.public_id}")
    files = [path for path in var.rglob(f"{row.public_id}*") if path.is_file()]
    return {
        "killed": killed,
        "state": row.state,
        "whole": whole and len(set(names)) == len(names),
        "recordings": sum(name.endswith("recording.ogg") for name in names),
        "exported": log.count(),
        "files": len(files),
    }


def main() -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "voicesite.settings"
    django.setup()
    from django.contrib.auth.models import User
    from django.core.management import call_command

    from sessions_app.services import archives
    from tests.fixtures.spoken_call import spoken_call

    var = Path(os.environ["VAR_DIR"])
    call_command("migrate", verbosity=0)
    owner = User.objects.create(username="owner")
    for _ in range(2):
        spoken_call(owner, var)
    told = []
    for step in range(1, STEPS + 1):
        asker = User.objects.create(username=f"asker {step}")
        row = archives.ask_own(owner, asker)
        killed = killed_at(step, row.pk)
        told.append(told_of(later(row.pk), killed, var))
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main()
