"""kill -9 while a message is sent: it comes at least once, as it was, and none is lost."""

from typing import Any

import pytest

from tests.services.killing import migrated_copy, told_by

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None) -> dict[str, Any]:
    var = tmp_path_factory.mktemp("var")
    migrated_copy(var)
    [found] = told_by("killed_webhook", var)
    return found


def test_it_was_killed_while_the_receiver_was_silent_and_at_every_step(
    told: dict[str, Any],
) -> None:
    *killed, last = [one["killed"] for one in told["messages"]]
    assert len(killed) > 6
    assert all(killed)
    assert not last
    posts = [one["posts"] for one in told["messages"]]
    assert {1, 2} == set(posts), "some were killed before the receiver had it, some after"


def test_each_message_is_delivered_and_its_attempts_are_counted(told: dict[str, Any]) -> None:
    for step, one in enumerate(told["messages"]):
        assert (one["state"], one["status"], one["the same"]) == ("done", 204, True), step
        assert one["attempts"] == 1 + one["again"], step


def test_the_receiver_takes_each_once_in_their_order(told: dict[str, Any]) -> None:
    count = len(told["messages"])
    assert told["taken"] == count
    assert told["numbers"] == list(range(1, count + 1))
