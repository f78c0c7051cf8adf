"""kill -9 while a model reads a call: afterwards its values and one summary are there, and told."""

import pytest

from tests.services.killed_understanding import HANGS
from tests.services.killing import Told, migrated_copy, told_by

pytestmark = pytest.mark.timeout(300)

COST = [1, 400, 7, "0.000870"]
"""Of the request that was answered: requests, tokens read and written, and what they cost."""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None) -> Told:
    var = tmp_path_factory.mktemp("var")
    migrated_copy(var)
    return told_by("killed_understanding", var)


def test_it_was_killed_while_the_server_hung_and_at_every_step(told: Told) -> None:
    *killed, last = [one["killed"] for one in told]
    assert len(killed) > len(HANGS) + 10
    assert all(killed)
    assert not last


def test_each_is_made_counted_and_told_once(told: Told) -> None:
    for number, one in enumerate(told, start=1):
        assert one == {
            "killed": one["killed"],
            "states": ["done", "done"],
            "values": {"order_number": "AB12"},
            "taking": COST,
            "text": "The order AB12 has not come.",
            "number": number,
            "versions": number,
            "making": COST,
            "messages": [number, number],
        }, number
