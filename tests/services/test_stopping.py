"""A worker that is told to stop in the middle of its work."""

import asyncio
import signal
import threading
import time
from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from sessions_app import tasks
from sessions_app.models import Summary
from sessions_app.models.work import WorkState
from sessions_app.services import stopping, work
from tests.conftest import CallMaker

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(30, method="thread")]


@pytest.fixture
def row(alice: User, make_call: CallMaker) -> Summary:
    return Summary.objects.create(call=make_call(alice))


@pytest.fixture(autouse=True)
def _told(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The worker was told to stop, and has hardly any time left."""
    monkeypatch.setattr(stopping.stop_after, "__defaults__", (0.05,))
    monkeypatch.setattr(stopping._Stop, "over", False)
    before = signal.getsignal(signal.SIGALRM)
    yield
    signal.signal(signal.SIGALRM, before)


def busy() -> None:
    while True:
        time.sleep(0.01)


async def busy_loop(closed: list[str]) -> None:
    try:
        await asyncio.Event().wait()
    finally:
        await asyncio.sleep(0)
        closed.append("closed")


def test_what_takes_too_long_is_due_again_and_nothing_else_is_begun(row: Summary) -> None:
    with work.claimed(Summary, row.call_id) as taken:
        assert taken is not None
        tasks._worker_stops()
        busy()
    row.refresh_from_db()
    assert (row.state, row.attempts, row.leased_until) == (WorkState.PENDING, 0, None)
    assert work.due(Summary, timezone.now()) == [row.call_id]
    with work.claimed(Summary, row.call_id) as taken:
        assert taken is None


def test_an_event_loop_closes_what_it_holds(row: Summary) -> None:
    closed: list[str] = []
    with work.claimed(Summary, row.call_id):
        tasks._worker_stops()
        asyncio.run(busy_loop(closed))
    row.refresh_from_db()
    assert (row.state, closed) == (WorkState.PENDING, ["closed"])


def test_what_is_done_in_time_stays_done(row: Summary) -> None:
    with work.claimed(Summary, row.call_id) as taken:
        assert taken is not None
        assert work.complete(taken)
        tasks._worker_stops()
        busy()
    row.refresh_from_db()
    assert row.state == WorkState.DONE


def test_who_is_at_nothing_is_not_disturbed() -> None:
    over = threading.Event()
    tasks._worker_stops()
    while not stopping.is_over():
        over.wait(0.01)
