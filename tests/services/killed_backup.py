"""Run by test_killed_backup: backs up and restores, killed (SIGKILL) at one step after another.

Prints, as JSON, what each came to once it was run again. KILLS says at how many steps of each;
without it at all of them, as `make campaign ONLY=backups` does.
"""

import contextlib
import json
import os
import random
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast

from tests.services import installations, killing

SEED = 1
"""Chooses the steps between the first and the last one."""

NEVER = 0


def backed_up_and_killed(step: int, dest: Path) -> killing.Killer:
    from sessions_app.services.backups import vault

    killer = killing.Killer(step)
    killer.before(vault, "_into_place")
    killer.before(vault.Vault, "sweep")
    killer.after(vault.Vault, "note")
    back_up(dest)
    return killer


def back_up(dest: Path) -> None:
    from sessions_app.services.backups import backing_up, vault

    with vault.opened(dest, None, make=True) as opened:
        backing_up.back_up(opened)
        backing_up.prune(opened, 1)


def restored_and_killed(step: int, dest: Path, var: Path) -> killing.Killer:
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
    return killer


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


def restore_and_compare(
    dest: Path, var: Path, before: installations.Rows, kept: installations.Files, out: Path
) -> None:
    from sessions_app.services.backups import work_folder

    restore_again(dest, var)
    told = {
        "other rows": installations.differing(before, installations.rows()),
        "other files": installations.differing(kept, installations.files(var)),
        "restoring": work_folder.restoring(),
    }
    out.write_text(json.dumps(told))


def chosen(steps: int) -> list[int]:
    """Returns the steps to be killed at: KILLS of them, first and last among them, or all."""
    every, most = list(range(1, steps + 1)), int(os.environ.get("KILLS", steps))
    if most >= steps:
        return every
    return sorted([1, steps, *random.Random(SEED).sample(every[1:-1], most - 2)])


def steps_of(act: Callable[..., killing.Killer], out: Path, *given: Any) -> int:
    """Returns how many steps something has, done to its end in a process of its own."""
    installations.in_a_child(lambda: out.write_text(str(act(NEVER, *given).steps)))
    return int(out.read_text())


def backups_killed(dest: Path, out: Path) -> Iterator[dict[str, Any]]:
    steps = steps_of(backed_up_and_killed, out, dest)
    for step in chosen(steps):
        shutil.rmtree(dest)
        killed = killing.killed(backed_up_and_killed, step, dest)
        installations.in_a_child(back_up, dest)
        yield {"what": "backup", "step": step, "of": steps, "killed": killed} | whole(dest)


def restores_killed(dest: Path, var: Path, out: Path) -> Iterator[dict[str, Any]]:
    before, kept = installations.rows(), installations.files(var)
    steps = steps_of(restored_and_killed, out, dest, var.parent / "there")
    for step in chosen(steps):
        there = var.parent / f"there {step}"
        killed = killing.killed(restored_and_killed, step, dest, there)
        installations.in_a_child(restore_and_compare, dest, there, before, kept, out)
        found = json.loads(out.read_text())
        yield {"what": "restore", "step": step, "of": steps, "killed": killed} | found


def main() -> None:
    var = killing.begin()
    from sessions_app.services.backups import snapshots

    assert snapshots.is_migrated()  # loads the migrations, for all children
    installations.filled(var, 1)
    dest, out = var.parent / "backups", var.parent / "told.json"
    told = [*backups_killed(dest, out), *restores_killed(dest, var, out)]
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main()
