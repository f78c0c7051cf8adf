"""kill -9 while hidden sound is taken out: afterwards it is out of every file but the original."""

import pytest

from tests.services.killing import Told, migrated_copy, told_by

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None) -> Told:
    var = tmp_path_factory.mktemp("var")
    migrated_copy(var)
    return told_by("killed_redaction", var)


def test_it_was_killed_at_every_step(told: Told) -> None:
    *killed, last = [one["killed"] for one in told]
    assert len(killed) > 10
    assert all(killed)
    assert not last


def test_it_is_out_once_and_wholly(told: Told) -> None:
    whole = {"state": "done", "masked": [[300, 600]], "files": 2, "sound": True, "original": True}
    for step, one in enumerate(told, start=1):
        assert one == whole | {"killed": one["killed"], "temporary": []}, step
