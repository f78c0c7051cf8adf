"""The tests of the dashboard's numbers, on PostgreSQL."""

import os
import subprocess
import sys

import pytest

from tests.fixtures.server import ROOT
from tests.fixtures.services import running_postgres

FILE = "tests/services/test_dashboard.py"


@pytest.mark.services
def test_numbers_are_the_same_on_postgresql() -> None:
    with running_postgres() as database:
        run = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", FILE],
            env={**os.environ, "DATABASE_URL": database},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
    assert run.returncode == 0, run.stdout[-3000:]
    assert "passed" in run.stdout
