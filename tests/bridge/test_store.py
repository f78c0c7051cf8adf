"""What a live call writes: in order, in batches, and never given up."""

import asyncio
import threading
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from django.contrib.auth.models import User
from django.db import DatabaseError, OperationalError

from sessions_app.bridge import store as bridge
from sessions_app.bridge.store import Store, StoreSink
from sessions_app.core.events import (
    Note,
    NoteKind,
    NotesChanged,
    SegmentFinal,
    Speaker,
    StateChanged,
    TurnEnded,
)
from sessions_app.core.states import CallState, EndReason
from sessions_app.models import Call, Segment
from sessions_app.models import Note as NoteRow
from sessions_app.models import Turn as TurnRow
from sessions_app.services import transcripts
from tests.conftest import CallMaker

pytestmark = pytest.mark.django_db(transaction=True)


@pytest_asyncio.fixture
async def store() -> AsyncIterator[Store]:
    store = Store()
    store.start()
    store.start()
    yield store
    await store.aclose()
    await store.aclose()
    assert "voice-store" not in {thread.name for thread in threading.enumerate()}


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
        store.add_segment(call.pk, final(seq, f"text {seq}"))
    assert await store.drain(5)
    assert await texts(call) == [f"text {seq}" for seq in range(1, 21)]
    assert sum(batches) == 20
    assert len(batches) <= 2


async def test_a_call_of_an_agent_is_stored_whole_and_in_order(store: Store, call: Call) -> None:
    sink = StoreSink(store, call.pk, call.public_id)
    sink.emit(StateChanged(CallState.CONNECTING))
    sink.emit(StateChanged(CallState.ACTIVE))
    sink.emit(final(1))
    sink.emit(NotesChanged((Note(1, NoteKind.NOTE, "milk", 5.0),)))
    sink.emit(TurnEnded(1, Speaker.CALLER, 0, 900))
    sink.emit(StateChanged(CallState.ENDING, EndReason.CALLER_HUNG_UP))
    sink.emit(StateChanged(CallState.ENDED, EndReason.CALLER_HUNG_UP, 1234.0))
    assert await store.drain(5)
    await call.arefresh_from_db()
    assert (call.state, call.duration_ms) == ("ended", 1234)
    assert await texts(call) == ["hello"]
    assert await NoteRow.objects.filter(call=call).acount() == 1
    assert await TurnRow.objects.filter(call=call).acount() == 1


async def test_while_the_database_is_away_nothing_is_lost(
    store: Store, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bridge, "RETRY_S", (0.05,))
    append, away = transcripts.append, threading.Event()
    away.set()
    tries: list[int] = []

    def unreliable(rows: Any) -> None:
        tries.append(len(rows))
        if away.is_set():
            raise OperationalError("the server closed the connection")
        append(rows)

    monkeypatch.setattr(transcripts, "append", unreliable)
    store.add_segment(call.pk, final(1, "before"))
    while len(tries) < 3:  # noqa: ASYNC110 - another thread's
        await asyncio.sleep(0.01)
    store.add_segment(call.pk, final(2, "meanwhile"))
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
        store.add_segment(call.pk, final(seq, text))
    assert await store.drain(5)
    assert await texts(call) == ["one", "two"]


async def test_what_is_asked_is_answered_and_what_fails_is_told(store: Store, call: Call) -> None:
    assert await store.run(lambda: 7) == 7

    def fails() -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await store.run(fails)
    store.post(fails)
    assert await store.run(lambda: 8) == 8
