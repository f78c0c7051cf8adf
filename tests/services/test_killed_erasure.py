"""kill -9 in the middle of an erasure: afterwards it is done once, wholly, with one receipt."""

import pytest

from tests.fixtures.services import migrated_postgres
from tests.services.killing import Told, migrated_copy, told_by

pytestmark = pytest.mark.timeout(300)

ROWS = {"segment": 5, "note": 1, "summary": 1, "recording": 1, "version": 1, "call": 1, "file": 2}
ROWS |= {"audiocopy": 1, "archivedcall": 1}


@pytest.fixture(
    scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.services)]
)
def told(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    django_db_setup: None,
) -> Told:
    """What is left of erasures of a call and of a user, in turn, each killed one step later."""
    var = tmp_path_factory.mktemp("var")
    if request.param == "sqlite":
        migrated_copy(var)
        return told_by("killed_erasure", var)
    with migrated_postgres() as database:
        return told_by("killed_erasure", var, database)


def test_it_was_killed_at_every_step(told: Told) -> None:
    assert sum(one["killed"] for one in told if one["kind"] == "call") > 10
    assert sum(one["killed"] for one in told if one["kind"] == "user") > 10
    assert [one["killed"] for one in told[-3:]] == [True, False, False]


def test_it_is_done_once_and_wholly(told: Told) -> None:
    for step, one in enumerate(told, start=1):
        users = 1 if one["kind"] == "call" else 0
        assert (one["state"], one["receipts"], one["calls"]) == ("done", 1, 0), step
        assert one["users"] == users, step
        assert {name: one["counts"].get(name) for name in ROWS} == ROWS, step


def test_nothing_holds_a_word_of_it(told: Told) -> None:
    """No table and no file of the product's folder, the database's own bytes included."""
    assert [one["left"] for one in told] == [[]] * len(told)
