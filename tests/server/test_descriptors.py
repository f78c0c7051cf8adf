"""How many files may be open, and what they are enough for."""

import subprocess
import sys

import pytest

from sessions_app.server.descriptors import OWN, PER_CALL, Descriptors
from tests.fixtures.server import ROOT

RAISED = """
import resource
from sessions_app.server.descriptors import raise_limit
before = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
print(before, raise_limit(), *resource.getrlimit(resource.RLIMIT_NOFILE))
"""


def test_a_process_takes_as_many_as_it_may() -> None:
    limited = f"ulimit -n 700; ulimit -Sn 300; exec {sys.executable} -c '{RAISED}'"
    told = subprocess.run(
        ["bash", "-c", limited], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert told.stdout.split() == ["300", "700", "700", "700"]


@pytest.mark.parametrize("limit", [256, 1_024, 4_096, 65_536])
def test_connections_leave_calls_what_they_need(limit: int) -> None:
    found = Descriptors(limit, "all", 50)
    taken = OWN + found.connections + found.calls * PER_CALL
    assert found.connections >= 100
    assert taken <= limit or not found.calls


def test_few_files_are_enough_for_few_calls() -> None:
    assert Descriptors(65_536, "all", 50).calls == 50
    assert 0 < Descriptors(512, "media", 50).calls < 50
    assert Descriptors(512, "web", 50).calls == 0
