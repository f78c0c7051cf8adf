"""kill -9 while a backup is made or restored: run again, it is whole, and nothing is left over.

At some steps of each; `make campaign ONLY=backups` kills at all of them.
"""

from typing import Any

import pytest

from tests.services.killing import Told, migrated_copy, told_by

pytestmark = pytest.mark.timeout(300)

WHOLE: dict[str, dict[str, Any]] = {
    "backup": {"backups": 1, "damaged": [], "unused": 0, "temporary": 0},
    "restore": {"other rows": [], "other files": [], "restoring": ""},
}


KILLS = "4"


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None) -> Told:
    var = tmp_path_factory.mktemp("var") / "var"
    var.mkdir()
    migrated_copy(var)
    return told_by("killed_backup", var, KILLS=KILLS)


@pytest.mark.parametrize("what", WHOLE)
def test_run_again_after_a_kill_it_is_whole(told: Told, what: str) -> None:
    found = [one for one in told if one["what"] == what]
    of = found[0]["of"]
    steps = [one["step"] for one in found]
    assert of > 10
    assert (len(steps), steps[0], steps[-1]) == (int(KILLS), 1, of)
    for one in found:
        expected = {"what": what, "step": one["step"], "of": of, "killed": True}
        assert one == WHOLE[what] | expected
