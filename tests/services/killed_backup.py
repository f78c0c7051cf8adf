"""Run by test_killed_backup: backs up and restores, killed (SIGKILL) at each step in turn.

Prints, as JSON, what each came to once it was run again.
"""

import contextlib
import json
import shutil
import sqlite3
import sys
from pathlib import Path
from typing import Any, cast

from tests.services import installations, killing


def backed_up_and_killed(step: int, dest: Path) -> None:
    from sessions_app.services.backups import vault

    killer = killing.Killer(step)
    killer.before(vault, "_into_place")
    killer.before(vault.Vault, "sweep")
    killer.after(vault.Vault, "note")
    back_up(dest)


def back_up(dest: Path) -> None:
    from sessions_app.services.backups import backing_up, vault

    with vault.opened(dest, None, make=True) as opened:
        backing_up.back_up(opened)
        backing_up.prune(opened, 1)


def restored_and_killed(step: int, dest: Path, var: Path) -> None:
    from django.core.files.storage import FileSystemStorage

    from sessions_app.services.backups import restoring, snapshots, work_folder

    files, database = cast("Any", restoring), cast("Any", snapshots)
    killer = killing.Killer(step)
    killer.after(work_folder, "note_restoring")
    killer.around(work_folder, "note_restored")
    killer.after(FileSystemStorage, "save")
    killer.after(files.shutil, "move")

    class InSteps(sqlite3.Connection):
        """Copies a quarter of the pages at a time."""

        def backup(self, target: Any, **_: Any) -> None:
            pages = self.execute("PRAGMA page_count").fetchone()[0]
            super().backup(target, pages=pages // 4, progress=lambda *_: killer.step())

    database.sqlite3 = InStepsModule(InSteps)
    restore(dest, var)


class InStepsModule:
    """`sqlite3` with other connections."""

    def __init__(self, factory: type[sqlite3.Connection]) -> None:
        self._factory = factory
        self.OperationalError = sqlite3.OperationalError

    def connect(self, path: Path) -> sqlite3.Connection:
        return sqlite3.connect(path, factory=self._factory)


def restore(dest: Path, var: Path) -> None:
    from sessions_app.services.backups import restoring, vault

    installations.move_to(var, NAME=str(var / "restored.sqlite3"))
    with vault.opened(dest, None, make=False) as opened:
        restoring.restore(opened, restoring.newest(opened))


def restore_again(dest: Path, var: Path) -> None:
    from sessions_app.services.backups.errors import NotEmptyError

    with contextlib.suppress(NotEmptyError):  # it was killed when all was done
        restore(dest, var)


def whole(dest: Path) -> dict[str, Any]:
    """Says what is in a folder of backups."""
    from sessions_app.services.backups import backing_up, vault

    with vault.opened(dest, None, make=False) as opened:
        names = opened.names(vault.SNAPSHOTS)
        used = {sha256 for name in names for sha256, _ in backing_up.told(opened, name).contents()}
        kept = [path for path in (dest / "objects").rglob("*") if path.is_file()]
        return {
            "backups": len(names),
            "damaged": backing_up.verify(opened, names, mend=False),
            "unused": len(kept) - len(used),
            "temporary": len(list((dest / "tmp").iterdir())),
        }


def compared(var: Path, before: installations.Rows, kept: installations.Files, out: Path) -> None:
    from sessions_app.services.backups import work_folder

    installations.move_to(var, NAME=str(var / "restored.sqlite3"))
    told = {
        "other rows": installations.differing(before, installations.rows()),
        "other files": installations.differing(kept, installations.files(var)),
        "restoring": work_folder.restoring(),
    }
    out.write_text(json.dumps(told))


def main() -> None:
    var = killing.begin()
    from sessions_app.services.backups import snapshots

    assert snapshots.is_migrated()  # loads the migrations, for all children
    installations.filled(var, 1)
    told = list[dict[str, Any]]()
    dest, out = var.parent / "backups", var.parent / "told.json"
    while not told or told[-1]["killed"]:
        shutil.rmtree(dest, ignore_errors=True)
        killed = killing.killed(backed_up_and_killed, len(told) + 1, dest)
        installations.in_a_child(back_up, dest)
        told.append({"what": "backup", "killed": killed} | whole(dest))
    before, kept = installations.rows(), installations.files(var)
    backups = len(told)
    while len(told) == backups or told[-1]["killed"]:
        there = var.parent / f"there {len(told)}"
        killed = killing.killed(restored_and_killed, len(told) - backups + 1, dest, there)
        if killed:
            installations.in_a_child(restore_again, dest, there)
        installations.in_a_child(compared, there, before, kept, out)
        told.append({"what": "restore", "killed": killed} | json.loads(out.read_text()))
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main()
