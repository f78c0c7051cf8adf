"""Signs of life of worker and beat, and whether rows can be written."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import psycopg
import pytest
from django.db import OperationalError, connections
from django.utils import timezone

from sessions_app import tasks
from sessions_app.engine.core.errors import BusyError
from sessions_app.models import SignOfLife, Ticket
from sessions_app.services import database, heartbeats, tickets
from sessions_app.services.authentication import Principal, Way
from voicesite.celery import app

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def locked() -> Iterator[None]:
    """Another process keeps what is written here for itself."""
    connection: Any = connections["default"]
    if connection.vendor == "postgresql":
        told = connection.get_connection_params()
        named = {name: told[name] for name in ("dbname", "host", "port", "user") if name in told}
        with psycopg.connect(**named) as kept:
            tables = ", ".join(model._meta.db_table for model in (SignOfLife, Ticket))
            kept.execute(f"LOCK TABLE {tables} IN EXCLUSIVE MODE".encode())
            yield
        return
    with closing(sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


def limit() -> object:
    """Returns how long this thread's connection waits for a lock, as its database tells it."""
    connection = connections["default"]
    asked = {"sqlite": "PRAGMA busy_timeout", "postgresql": "SHOW lock_timeout"}
    with connection.cursor() as cursor:
        cursor.execute(asked[connection.vendor])
        return cursor.fetchone()[0]


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
    usual = limit()
    began_s = time.monotonic()
    heartbeats.give(heartbeats.WORKER)
    with pytest.raises(BusyError, match="is not responding"):
        tickets.claim(Principal(1, Way.TICKET, "1"))
    with pytest.raises(OperationalError), database.briefly():
        heartbeats.try_to_write(keep=False)
    assert time.monotonic() - began_s < 5
    assert not heartbeats.given()
    assert limit() == usual == {"sqlite": 20_000, "postgresql": "0"}[connections["default"].vendor]


def test_who_hurries_waits_as_long_as_its_thread_does_afterwards() -> None:
    connections.close_all()
    database.connect(0.6)
    assert not tickets.claim(Principal(1, Way.TICKET, "1"))
    assert limit() in {600, "600ms"}
    connections.close_all()


def test_queueing_the_search_for_dead_calls_is_beats_sign_and_doing_it_the_workers() -> None:
    app.send_task(tasks.reap_stale_calls.name)
    assert set(heartbeats.given()) == {heartbeats.BEAT}
    tasks.reap_stale_calls()
    assert set(heartbeats.given()) == {heartbeats.BEAT, heartbeats.WORKER}
