"""Run by test_killed_archive: makes exports, with the worker killed (SIGKILL) at each step in turn.

Prints, as JSON, what each came to.
"""

import json
import sys
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.services import killing


def made_and_killed(step: int, archive_pk: int) -> None:
    """Makes the export, and is killed at a step."""
    from django.core.files.storage import FileSystemStorage

    from sessions_app.services import access, archive_writing, work

    archive_writing.SLICE_S = 0.0  # each call in a turn of its own
    killer = killing.Killer(step)
    killer.around(archive_writing, "_call", "_sound", "_lists", "_postpone")
    killer.around(FileSystemStorage, "save", "delete")
    killer.around(access, "log_all")  # in the middle of a transaction
    killer.around(work, "complete")
    made(archive_pk)


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
    assert work.due(Archive, now) in ([], [archive_pk])
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
    var = killing.begin()
    from django.contrib.auth.models import User

    from sessions_app.services import archives
    from tests.fixtures.spoken_call import spoken_call

    owner = User.objects.create(username="owner")
    for _ in range(2):
        spoken_call(owner, var)
    told = list[dict[str, Any]]()
    while not told or told[-1]["killed"]:
        step = len(told) + 1
        asker = User.objects.create(username=f"asker {step}")
        row = archives.ask_own(owner, asker)
        killed = killing.killed(made_and_killed, step, row.pk)
        told.append(told_of(later(row.pk), killed, var))
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main()
