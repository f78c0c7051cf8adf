"""Notes, and what an answer may do."""

import asyncio

from sessions_app.calls.desk import Desk, Notebook
from sessions_app.core.events import CallEvent, NoteKind, NotesChanged


def notebook() -> tuple[Notebook, list[CallEvent]]:
    told: list[CallEvent] = []
    return Notebook(told.append, lambda: 1234.0), told


def test_every_change_of_the_notes_is_told_whole() -> None:
    book, told = notebook()
    book.add(NoteKind.NOTE, "milk")
    book.add(NoteKind.ACTION, "call Ann")
    assert book.undo() is not None
    texts = [[n.text for n in e.notes] for e in told if isinstance(e, NotesChanged)]
    assert texts == [["milk"], ["milk", "call Ann"], ["milk"]]


def test_numbers_follow_what_is_there_and_nothing_can_be_undone_twice() -> None:
    book, _ = notebook()
    assert book.undo() is None
    assert book.add(NoteKind.NOTE, "milk").number == 1
    book.undo()
    assert book.add(NoteKind.NOTE, "bread").number == 1


async def test_what_cannot_be_taken_back_waits_until_the_turn_is_certain() -> None:
    async def nothing(_query: str, _limit: int) -> list[object]:
        return []

    desk = Desk(notebook()[0], lambda: 0.0, nothing)  # type: ignore[arg-type] # no calls needed
    waiting = asyncio.create_task(desk.confirmed())
    await asyncio.sleep(0)
    assert not waiting.done()
    desk.confirm()
    await waiting
    desk.end_call()
    assert desk.ends_call
