"""Each finding is a script that can be run as it is, and stands in the table."""

import os

from tests.fixtures.server import ROOT

FINDINGS = ROOT / "findings"


def test_each_finding_can_be_run_and_stands_in_the_table() -> None:
    scripts = sorted(FINDINGS.glob("*.sh"))
    table = (FINDINGS / "README.md").read_text()
    assert scripts
    assert not [path.name for path in scripts if not os.access(path, os.X_OK)]
    assert not [path.name for path in scripts if f"]({path.name})" not in table]
