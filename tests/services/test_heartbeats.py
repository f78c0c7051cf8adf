"""Signs of life of worker and beat, and whether rows can be written."""

import sqlite3
import time
from collections.abc import Iterator

import pytest
from django.db import OperationalError, connections
from django.utils import timezone

from sessions_app import tasks
from sessions_app.engine.core.errors import BusyError
from sessions_app.models import SignOfLife
from sessions_app.services import database, heartbeats, tickets
from sessions_app.services.authentication import Principal, Way
from voicesite.celery import app

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def locked() -> Iterator[None]:
    """Another process keeps the database for itself."""
    other = sqlite3.connect(connections["default"].settings_dict["NAME"], isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    yield
    other.close()


def test_signs_are_kept_in_one_row_each() -> None:
    before = timezone.now()
    for _ in range(3):
        heartbeats.give(heartbeats.WORKER)
        heartbeats.give(heartbeats.BEAT)
    assert SignOfLife.objects.count() == 2
    assert all(at >= before for at in heartbeats.given().values())


@pytest.mark.parametrize("keep", [True, False])
def test_an_attempt_to_write_leaves_nothing_behind(keep: bool) -> None:
    heartbeats.try_to_write(keep=keep)
    assert not SignOfLife.objects.exists()


def test_a_locked_database_holds_up_neither_signs_nor_tickets(locked: None) -> None:
    began_s = time.monotonic()
    heartbeats.give(heartbeats.WORKER)
    with pytest.raises(BusyError, match="is not responding"):
        tickets.claim(Principal(1, Way.TICKET, "1"))
    with pytest.raises(OperationalError), database.briefly():
        heartbeats.try_to_write(keep=False)
    assert time.monotonic() - began_s < 5
    assert not heartbeats.given()
    with connections["default"].cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout")
        assert cursor.fetchone() == (20_000,), "others wait as long as before"


def test_who_hurries_waits_as_long_as_its_thread_does_afterwards() -> None:
    connections.close_all()
    database.connect(0.6)
    assert not tickets.claim(Principal(1, Way.TICKET, "1"))
    with connections["default"].cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout")
        assert cursor.fetchone() == (600,)
    connections.close_all()


def test_queueing_the_search_for_dead_calls_is_beats_sign_and_doing_it_the_workers() -> None:
    app.send_task(tasks.reap_stale_calls.name)
    assert set(heartbeats.given()) == {heartbeats.BEAT}
    tasks.reap_stale_calls()
    assert set(heartbeats.given()) == {heartbeats.BEAT, heartbeats.WORKER}
