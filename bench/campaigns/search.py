"""How soon searches and lists of many calls answer, beside the commit before there was an index.

Both trees have the same database, filled by the one before and migrated by this one, once on
SQLite and once on PostgreSQL. Pages are asked as Django's test client asks them. On SQLite the
processor's time is measured, for all work is done in one process; on PostgreSQL the wall's.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from bench.tables import write_table
from tests.fixtures.server import ROOT
from tests.fixtures.services import running_postgres

BEFORE = "a9da6bf"
CALLS = 20_000
EACH = 50
INSIDE = ROOT / "bench" / "finding" / "inside.py"
HEAD = ("database", "what", "before, ms", "now, ms", "before : now")

Measured = dict[str, float]


def main(calls: int | None = None) -> None:
    """Measures, and writes the table; `calls` have 50 segments each."""
    many = calls or CALLS
    folder = ROOT / "var" / "campaigns" / "search"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    before = _tree_before(folder / "before")
    rows = _compared("SQLite", f"sqlite:///{folder / 'calls.sqlite3'}", before, many)
    with running_postgres() as database:
        rows += _compared("PostgreSQL", database, before, many)
    headline = (
        f"{many} calls with {many * EACH} segments, before ({BEFORE}) and now: "
        "the quickest of five, writing as the median of 200; on SQLite in processor time"
    )
    title = "Finding: searches and lists of many calls"
    print(write_table("search", title, headline, HEAD, rows))
    _git("worktree", "remove", "--force", str(before))
    shutil.rmtree(folder)


def _compared(name: str, database: str, before: Path, many: int) -> list[list[str]]:
    _run(before, database, "fill", str(many), str(many * EACH))
    old = _run(before, database, "measure")
    migrated = _run(ROOT, database, "migrate")
    now = _run(ROOT, database, "measure")
    rows = [_row(name, what, old.get(what), ms) for what, ms in now.items()]
    rows.append([name, "migrating, the index filled", "", f"{migrated['migrating']:.0f}", ""])
    for row in rows:
        print(" | ".join(row), flush=True)
    return rows


def _row(name: str, what: str, old: float | None, now: float) -> list[str]:
    if old is None:
        return [name, what, "", f"{now:.1f}", ""]
    return [name, what, f"{old:.1f}", f"{now:.1f}", f"{old / now:.1f}"]


def _run(tree: Path, database: str, *what: str) -> Measured:
    env = {**os.environ, "DATABASE_URL": database, "VAR_DIR": str(tree / "var" / "search")}
    (tree / "var" / "search").mkdir(parents=True, exist_ok=True)
    command = [sys.executable, str(INSIDE), *what]
    done = subprocess.run(command, cwd=tree, env=env, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[-3000:])
    told: Measured = json.loads(done.stdout.splitlines()[-1])
    return told


def _tree_before(path: Path) -> Path:
    _git("worktree", "prune")
    _git("worktree", "add", "--detach", "--force", str(path), BEFORE)
    return path


def _git(*what: str) -> None:
    subprocess.run(["git", *what], cwd=ROOT, check=True, capture_output=True)
