"""kill -9 while an export is made: afterwards it is there once, wholly, and logged once."""

import pytest

from tests.services.killing import Told, migrated_copy, told_by

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None) -> Told:
    var = tmp_path_factory.mktemp("var")
    migrated_copy(var)
    return told_by("killed_archive", var)


def test_it_was_killed_at_every_step(told: Told) -> None:
    *killed, last = [one["killed"] for one in told]
    assert len(killed) > 15
    assert all(killed)
    assert not last


def test_it_is_there_once_and_wholly(told: Told) -> None:
    for step, one in enumerate(told, start=1):
        expected = {"state": "done", "whole": True, "recordings": 2, "exported": 2, "files": 1}
        assert one == expected | {"killed": one["killed"]}, step
