"""kill -9 while a backup is made or restored: run again, it is whole, and nothing is left over."""

from typing import Any

import pytest

from tests.services.killing import Told, migrated_copy, told_by

pytestmark = pytest.mark.timeout(300)

WHOLE: dict[str, dict[str, Any]] = {
    "backup": {"backups": 1, "damaged": [], "unused": 0, "temporary": 0},
    "restore": {"other rows": [], "other files": [], "restoring": ""},
}


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None) -> Told:
    var = tmp_path_factory.mktemp("var") / "var"
    var.mkdir()
    migrated_copy(var)
    return told_by("killed_backup", var)


@pytest.mark.parametrize("what", WHOLE)
def test_it_was_killed_at_every_step(told: Told, what: str) -> None:
    *killed, last = [one["killed"] for one in told if one["what"] == what]
    assert len(killed) > 10
    assert all(killed)
    assert not last


@pytest.mark.parametrize("what", WHOLE)
def test_run_again_it_is_whole(told: Told, what: str) -> None:
    for step, one in enumerate((one for one in told if one["what"] == what), start=1):
        assert one == WHOLE[what] | {"what": what, "killed": one["killed"]}, step
