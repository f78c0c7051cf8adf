"""The tests of searches, on PostgreSQL."""

import os
import subprocess
import sys

import pytest

from tests.fixtures.server import ROOT
from tests.fixtures.services import running_postgres

FILES = ("tests/services/test_search.py", "tests/services/test_search_index.py")


@pytest.mark.services
def test_searches_find_the_same_on_postgresql() -> None:
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
