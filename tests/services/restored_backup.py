"""Run by test_backups: backs up, restores elsewhere, and compares every row and file.

TARGET names the database of PostgreSQL to restore into, which is made here: migrated, or with
EMPTY set without tables. KEY is a file with a key. Prints what differs, as JSON.
"""

import json
import os
import sys
from pathlib import Path
from typing import Any

from tests.services import installations, killing


def main() -> None:
    var = killing.begin()
    from django.core.management import call_command

    from sessions_app.models import Call
    from sessions_app.services import erasure, erasure_work

    make_target(os.environ["TARGET"])
    dest, told = var.parent / "backups", dict[str, Any]()
    key = ["--key-file", os.environ["KEY"]] if os.environ.get("KEY") else []
    owner = installations.filled(var, 2)
    told["seen late"] = seen_late()
    first, second = Call.objects.exclude(ended_at=None).order_by("pk")
    with gone_while_copied(first, owner):
        call_command("backup", str(dest), "--verify", *key, stdout=sys.stderr)
    told["gone"] = not Call.objects.filter(pk=first.pk).exists()
    before, kept = installations.rows(), installations.files(var)
    told["files"] = len(kept)
    stored = objects(dest)
    call_command("backup", str(dest), *key, stdout=sys.stderr)
    told["copied again"] = len(objects(dest) - stored)  # of a database that did not change: none
    installations.in_a_child(restored, dest, key, before, kept, var.parent / "told.json")
    told |= json.loads((var.parent / "told.json").read_text())
    receipt = erasure.erase_call(second, owner, erasure.cause_of(owner, second))
    erasure_work.carry_out(receipt.pk)
    call_command("backup", str(dest), "--receipts", *key, stdout=sys.stderr)
    installations.in_a_child(erased_again, dest, key, second, var.parent / "told.json")
    told |= json.loads((var.parent / "told.json").read_text())
    json.dump([told], sys.stdout)


def make_target(name: str) -> None:
    """Makes the database to restore into, where one is named: to migrate it again takes seconds."""
    from django.db import connection

    if name:
        template = "" if os.environ.get("EMPTY") else connection.settings_dict["NAME"]
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {name} {template and 'TEMPLATE ' + template}")


def seen_late() -> int:
    """Writes while a database is copied; returns how much of that the copy has."""
    from django.contrib.auth.models import User

    from sessions_app.services.backups import snapshots, work_folder

    with work_folder.scratch() as folder, snapshots.taken(folder) as alias:
        assert snapshots.applied(alias)
        User.objects.create(username="late")
        return User.objects.using(alias).filter(username="late").count()


class gone_while_copied:  # noqa: N801 - used as a context
    """Erases a call after the database was copied, before its files are."""

    def __init__(self, call: Any, owner: Any) -> None:
        self._erase = (call, owner)

    def __enter__(self) -> None:
        from sessions_app.services import erasure, erasure_work
        from sessions_app.services.backups import named_files

        self._was = named_files.modified

        def modified(file: Any) -> float:
            call, owner = self._erase
            if call is not None:
                self._erase = (None, None)
                receipt = erasure.erase_call(call, owner, erasure.cause_of(owner, call))
                erasure_work.carry_out(receipt.pk)
            return self._was(file)

        named_files.modified = modified

    def __exit__(self, *_: object) -> None:
        from sessions_app.services.backups import named_files

        named_files.modified = self._was


def objects(dest: Path) -> set[str]:
    return {path.name for path in (dest / "objects").rglob("*") if path.is_file()}


def _elsewhere(name: str, dest: Path) -> Path:
    var = dest.parent / name
    target = os.environ["TARGET"]
    installations.move_to(var, NAME=target or str(var / "restored.sqlite3"))
    return var


def restored(dest: Path, key: list[str], before: Any, kept: Any, out: Path) -> None:
    """Restores into an empty installation; says what differs, and what a second time says."""
    from django.core.management import CommandError, call_command

    var = _elsewhere("there", dest)
    call_command("restore", str(dest), *key, stdout=sys.stderr)
    told: dict[str, Any] = {
        "rows": sum(map(len, before.values())),
        "other rows": installations.differing(before, installations.rows()),
        "other files": installations.differing(kept, installations.files(var)),
    }
    try:
        call_command("restore", str(dest), *key, stdout=sys.stderr)
    except CommandError as error:
        told["refused"] = str(error)
    out.write_text(json.dumps(told))


def erased_again(dest: Path, key: list[str], call: Any, out: Path) -> None:
    """Restores the backup from before an erasure; says what is left of the call."""
    from django.core.management import call_command
    from django.db import connection

    from sessions_app.models import Call, ErasureReceipt
    from sessions_app.services.backups import restoring

    var = _elsewhere("there again", dest)
    if connection.vendor == "postgresql":  # which has the first restore
        restoring.check_empty = lambda: None
    call_command("restore", str(dest), *key, stdout=sys.stderr)
    receipts = ErasureReceipt.objects.filter(subject=call.public_id, state="done")
    told = {
        "calls left": Call.everything.filter(public_id=call.public_id).count(),
        "files left": [name for name in installations.files(var) if call.public_id in name],
        "receipts": receipts.count(),
    }
    out.write_text(json.dumps(told))


if __name__ == "__main__":
    main()
