"""kill -9 at every step of a backup and of a restore; every row and file, restored elsewhere.

Each of the programs below `tests/services` is an installation of its own: no product need run.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from bench.tables import write_table
from sessions_app.services.backups import sealing
from tests.fixtures.server import ROOT
from tests.fixtures.services import running_postgres

Told = list[dict[str, Any]]

WHOLE = ("other rows", "other files", "damaged", "unused", "temporary", "restoring")
"""What is told of a run, and is empty or 0 where nothing differs and nothing is left over."""

HEAD = ("what", "database", "kills, or restores", "came out whole")


def main() -> None:
    """Backs up and restores, killed and not, and writes the table."""
    killed = _told("killed_backup", "")
    rows = [
        _row(f"kill -9 of a {what}", "SQLite", [one for one in killed if one["what"] == what])
        for what in ("backup", "restore")
    ]
    compared = "restored elsewhere, encrypted"
    rows.append(_row(compared, "SQLite", _told("restored_backup", "", TARGET="")))
    compared += ", into a database without tables"
    with running_postgres() as database:
        told = _told("restored_backup", database, TARGET="restored", EMPTY="1")
    rows.append(_row(compared, "PostgreSQL", told))
    whole, count = (sum(int(row[column]) for row in rows) for column in (3, 2))
    headline = (
        f"{whole} of {count} came out whole: every row of every table and the SHA-256 of every "
        "file the same, nothing left over"
    )
    print(f"backups: {write_table('backups', 'Backups and restores', headline, HEAD, rows)}")


def _told(program: str, database: str, **more: str) -> Told:
    """Returns what a program of `tests/services` tells; on SQLite where no database is named."""
    with tempfile.TemporaryDirectory() as folder:
        var, key = Path(folder) / "var", Path(folder) / "key"
        var.mkdir()
        sealing.new_key(key)
        given = {**os.environ, "VAR_DIR": str(var), "KEY": str(key), **more}
        given["DATABASE_URL"] = database or f"sqlite:///{var / 'db.sqlite3'}"
        command = [sys.executable, "-m", f"tests.services.{program}"]
        run = subprocess.run(command, env=given, cwd=ROOT, stdout=subprocess.PIPE, check=True)
    found: Told = json.loads(run.stdout)
    return found


def _row(what: str, database: str, told: Told) -> list[str]:
    return [what, database, str(len(told)), str(sum(map(_is_whole, told)))]


def _is_whole(one: dict[str, Any]) -> bool:
    left = any(one.get(name) for name in WHOLE)
    erased = not one.get("calls left") and not one.get("files left")
    return one.get("killed", True) and not left and erased
