"""The tests of the feed of changes, on PostgreSQL: there, transactions run side by side."""

import os
import subprocess
import sys

import pytest

from tests.fixtures.server import ROOT
from tests.fixtures.services import running_postgres

FILES = ("tests/services/test_changes.py", "tests/api/test_given.py")


@pytest.mark.services
def test_none_is_missed_on_postgresql() -> None:
    with running_postgres() as database:
        run = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *FILES],
            env={**os.environ, "DATABASE_URL": database},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
    assert run.returncode == 0, run.stdout[-3000:]
    assert "passed" in run.stdout
