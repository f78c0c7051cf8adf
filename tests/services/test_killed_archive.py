"""kill -9 while an export is made: afterwards it is there once, wholly, and logged once."""

import json
import os
import subprocess
import sys
from typing import Any

import pytest

from tests.fixtures.server import ROOT

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    var = tmp_path_factory.mktemp("var")
    given = {**os.environ, "VAR_DIR": str(var), "DATABASE_URL": f"sqlite:///{var / 'db.sqlite3'}"}
    program = [sys.executable, "-m", "tests.services.killed_archive"]
    run = subprocess.run(program, env=given, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr[-3000:]
    found: list[dict[str, Any]] = json.loads(run.stdout)
    return found


def test_it_was_killed_at_every_step(told: list[dict[str, Any]]) -> None:
    killed = [one["killed"] for one in told]
    assert sum(killed) > 16
    assert killed[-2:] == [False, False]


def test_it_is_there_once_and_wholly(told: list[dict[str, Any]]) -> None:
    for step, one in enumerate(told, start=1):
        expected = {"state": "done", "whole": True, "recordings": 2, "exported": 2, "files": 1}
        assert one == expected | {"killed": one["killed"]}, step
