"""What a live call writes: in order, in batches, and never given up."""

import asyncio
import sqlite3
import threading
import time
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from django.contrib.auth.models import User
from django.db import DatabaseError, OperationalError, connections
from django.utils import timezone

from sessions_app.engine.core.errors import BusyError
from sessions_app.engine.core.events import (
    NoteKind,
    NotesChanged,
    NoteTaken,
    SegmentFinal,
    Speaker,
    StateChanged,
    TurnEnded,
)
from sessions_app.engine.core.states import CallState, EndReason
from sessions_app.models import Call, Segment
from sessions_app.models import Note as NoteRow
from sessions_app.models import Turn as TurnRow
from sessions_app.runtime import call_queues
from sessions_app.runtime import store as module
from sessions_app.runtime.store import Store, StoreSink
from sessions_app.services import calls, transcripts
from tests.conftest import CallMaker
from tests.fixtures.server import wait_until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest_asyncio.fixture
async def store() -> AsyncIterator[Store]:
    store = Store()
    store.start()
    store.start()
    yield store
    await store.aclose()
    await store.aclose()
    names = {thread.name for thread in threading.enumerate()}
    assert not {name for name in names if name.startswith("voice-store")}


def final(seq: int, text: str = "hello", start_ms: float = 0.0) -> SegmentFinal:
    return SegmentFinal(seq, Speaker.CALLER, text, start_ms, start_ms + 900)


@pytest.fixture
def call(alice: User, make_call: CallMaker) -> Call:
    return make_call(alice)


async def texts(call: Call) -> list[str]:
    rows = Segment.objects.filter(call=call).order_by("seq")
    return [row.text async for row in rows]


async def test_segments_are_stored_in_batches(
    store: Store, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    batches: list[int] = []
    append = transcripts.append

    def counting(rows: Any) -> None:
        batches.append(len(rows))
        append(rows)

    monkeypatch.setattr(transcripts, "append", counting)
    for seq in range(1, 21):
        store.add_segment(call.public_id, call.pk, final(seq, f"text {seq}"))
    assert await store.drain(5)
    assert await texts(call) == [f"text {seq}" for seq in range(1, 21)]
    assert sum(batches) == 20
    assert len(batches) <= 2


async def test_a_call_of_an_agent_is_stored_whole_and_in_order(store: Store, call: Call) -> None:
    sink = StoreSink(store, call.pk, call.public_id)
    sink.emit(StateChanged(CallState.CONNECTING))
    sink.emit(StateChanged(CallState.ACTIVE))
    sink.emit(final(1))
    for number, text in enumerate(("milk", "bread", "tea"), start=1):
        sink.emit(NotesChanged((NoteTaken(number, NoteKind.NOTE, text, 5.0),)))
    sink.emit(NotesChanged(removed=(3,)))
    sink.emit(TurnEnded(1, Speaker.CALLER, 0, 900))
    sink.emit(StateChanged(CallState.ENDING, EndReason.CALLER_HUNG_UP))
    sink.emit(StateChanged(CallState.ENDED, EndReason.CALLER_HUNG_UP, 1234.0))
    assert await store.drain(5)
    await call.arefresh_from_db()
    assert (call.state, call.duration_ms) == ("ended", 1234)
    assert await texts(call) == ["hello"]
    assert await NoteRow.objects.filter(call=call).acount() == 2
    assert await TurnRow.objects.filter(call=call).acount() == 1


async def test_while_the_database_is_away_nothing_is_lost(
    store: Store, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(call_queues, "RETRY_S", (0.05,))
    append, away = transcripts.append, threading.Event()
    away.set()
    tries: list[int] = []

    def unreliable(rows: Any) -> None:
        tries.append(len(rows))
        if away.is_set():
            raise OperationalError("the server closed the connection")
        append(rows)

    monkeypatch.setattr(transcripts, "append", unreliable)
    store.add_segment(call.public_id, call.pk, final(1, "before"))
    while len(tries) < 3:  # noqa: ASYNC110 - another thread's
        await asyncio.sleep(0.01)
    store.add_segment(call.public_id, call.pk, final(2, "meanwhile"))
    assert not await store.drain(0.1)
    away.clear()
    assert await store.drain(5)
    assert await texts(call) == ["before", "meanwhile"]


async def test_a_segment_that_is_refused_takes_no_other_with_it(
    store: Store, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    append = transcripts.append

    def picky(rows: Any) -> None:
        if any(segment.text == "bad" for _, segment in rows):
            raise DatabaseError("a constraint")
        append(rows)

    monkeypatch.setattr(transcripts, "append", picky)
    for seq, text in enumerate(("one", "bad", "two"), start=1):
        store.add_segment(call.public_id, call.pk, final(seq, text))
    assert await store.drain(5)
    assert await texts(call) == ["one", "two"]


async def test_what_is_asked_is_answered_and_what_fails_is_told(store: Store, call: Call) -> None:
    assert await store.run(lambda: 7) == 7

    def fails() -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await store.run(fails)
    store.post(call.public_id, fails)
    assert await store.run(lambda: 8) == 8


# -- several calls ------------------------------------------------------------------------


class Gate:
    """Holds the store's thread up at a call's work until it is opened."""

    def __init__(self, store: Store, call_id: str) -> None:
        self._open = threading.Event()
        self._reached = threading.Event()
        store.post(call_id, self._wait)

    def _wait(self) -> None:
        self._reached.set()
        assert self._open.wait(20)

    async def reached(self) -> None:
        assert await asyncio.to_thread(self._reached.wait, 5)

    def open(self) -> None:
        self._open.set()


async def until(true: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + 10
    while not true():
        assert time.monotonic() < deadline, what
        await asyncio.sleep(0.01)


async def test_a_call_that_has_much_to_store_keeps_no_other_waiting(store: Store) -> None:
    done: list[str] = []
    gate = Gate(store, "loud")
    await gate.reached()
    for number in range(300):
        store.post("loud", done.append, f"loud {number}")
    for number in range(3):
        store.post("calm", done.append, f"calm {number}")
    gate.open()
    assert await store.drain(10)
    assert len(done) == 303
    assert done.index("calm 2") < 8
    assert [one for one in done if one.startswith("loud")] == [f"loud {n}" for n in range(300)]


async def test_questions_and_heartbeats_wait_for_no_words(store: Store) -> None:
    gate = Gate(store, "loud")
    await gate.reached()
    beats: list[int] = []
    store.note("beat", beats.append, 1)
    assert await asyncio.wait_for(store.run(lambda: 7), 5) == 7
    await until(lambda: beats == [1], "the heartbeat")
    gate.open()


async def test_a_newer_state_replaces_one_that_waits(store: Store, call: Call) -> None:
    stored: list[int] = []
    gate = Gate(store, call.public_id)
    await gate.reached()
    for number in range(1, 51):
        store.post_newest(call.public_id, "state", stored.append, number)
    gate.open()
    assert await store.drain(5)
    assert stored == [50]
    store.post_newest(call.public_id, "state", stored.append, 51)
    assert await store.drain(5)
    assert stored == [50, 51]


async def test_a_call_that_is_behind_says_so_and_loses_nothing(
    store: Store, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_PENDING", 10)
    gate = Gate(store, call.public_id)
    await gate.reached()
    for seq in range(1, 21):
        store.add_segment(call.public_id, call.pk, final(seq, f"text {seq}"))
    assert store.is_behind(call.public_id)
    assert not store.is_behind("another")
    gate.open()
    assert await store.drain(5)
    assert not store.is_behind(call.public_id)
    assert await texts(call) == [f"text {seq}" for seq in range(1, 21)]


async def test_a_store_that_does_not_keep_up_is_late(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LATE_S", 0.05)
    assert not store.late()
    gate = Gate(store, "a call")
    await until(store.late, "lateness")
    gate.open()
    assert await store.drain(5)
    assert not store.late()


async def test_a_call_whose_work_alone_fails_makes_nothing_late(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(call_queues, "RETRY_S", (0.05,))
    monkeypatch.setattr(module, "LATE_S", 0.2)
    tries: list[int] = []
    mended: list[int] = []

    def fails() -> None:
        tries.append(1)
        if not mended:
            raise OperationalError("not this")

    done: list[int] = []
    store.post("bad", fails)
    store.post("bad", done.append, -1)
    await until(store.late, "lateness, while nothing is taken at all")
    await until(lambda: len(tries) > 3, "some tries")
    for number in range(50):
        store.post(f"good {number % 5}", done.append, number)
    await until(lambda: len(done) == 50, "the work of the others")
    assert not store.late()
    assert -1 not in done
    mended.append(1)
    assert await store.drain(5)
    assert done[-1] == -1


async def test_what_postgresql_will_never_take_is_not_tried_for_ever(store: Store) -> None:
    class TooLargeError(Exception):
        sqlstate = "54000"

    tries: list[int] = []

    def fails() -> None:
        tries.append(1)
        raise OperationalError("index row size 5000 exceeds maximum") from TooLargeError()

    done: list[int] = []
    store.post("a call", fails)
    store.post("a call", done.append, 1)
    assert await store.drain(5)
    assert (len(tries), done) == (1, [1])


async def test_while_the_database_is_locked_callers_are_told_and_words_are_kept(
    store: Store, call: Call
) -> None:
    other = sqlite3.connect(connections["default"].settings_dict["NAME"], isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        began = time.monotonic()
        store.add_segment(call.public_id, call.pk, final(1, "spoken meanwhile"))
        store.note("beat", calls.beat, [call.public_id], timezone.now() + timedelta(hours=1))
        with pytest.raises(BusyError, match="database"):
            await store.run(Call.objects.filter(pk=call.pk).update, title="x")
        assert time.monotonic() - began < 2
    finally:
        other.close()
    assert await store.drain(8)
    assert await texts(call) == ["spoken meanwhile"]

    def beaten() -> bool:
        row = Call.objects.get(pk=call.pk)
        return row.heartbeat_at is not None and row.heartbeat_at > timezone.now()

    await asyncio.to_thread(wait_until, lambda: in_thread(beaten), 5, "the heartbeat")


def in_thread(work: Callable[[], bool]) -> bool:
    try:
        return work()
    finally:
        connections.close_all()
