"""kill -9 in the middle of an erasure: afterwards it is done once, wholly, with one receipt."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.fixtures.server import ROOT
from tests.fixtures.services import running_postgres

pytestmark = pytest.mark.timeout(300)

ROWS = {"segment": 5, "note": 1, "summary": 1, "recording": 1, "version": 1, "call": 1, "file": 2}
ROWS |= {"audiocopy": 1, "archivedcall": 1}


@pytest.fixture(
    scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.services)]
)
def told(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> list[dict[str, Any]]:
    var = tmp_path_factory.mktemp("var")
    if request.param == "sqlite":
        return erased(f"sqlite:///{var / 'db.sqlite3'}", var)
    with running_postgres() as database:
        return erased(database, var)


def erased(database: str, var: Path) -> list[dict[str, Any]]:
    """Returns what is left of each erasure that was killed, one step later than the one before."""
    given = {**os.environ, "VAR_DIR": str(var), "DATABASE_URL": database}
    program = [sys.executable, "-m", "tests.services.killed_erasure"]
    run = subprocess.run(program, env=given, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr[-3000:]
    found: list[dict[str, Any]] = json.loads(run.stdout)
    return found


def test_it_was_killed_at_every_step(told: list[dict[str, Any]]) -> None:
    killed = [one["killed"] for one in told]
    assert sum(killed) > 12
    assert killed[-2:] == [False, False]


def test_it_is_done_once_and_wholly(told: list[dict[str, Any]]) -> None:
    for step, one in enumerate(told, start=1):
        assert (one["state"], one["receipts"], one["calls"]) == ("done", 1, 0), step
        assert one["owner"], step
        assert {name: one["counts"].get(name) for name in ROWS} == ROWS, step


def test_nothing_holds_a_word_of_it(told: list[dict[str, Any]]) -> None:
    """No table and no file of the product's folder, the database's own bytes included."""
    assert [one["left"] for one in told] == [[]] * len(told)
