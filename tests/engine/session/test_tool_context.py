"""Notes, and what an answer may do."""

import asyncio

import pytest

from sessions_app.engine.agent.responders.base import NoteRefusedError, NotesUndone
from sessions_app.engine.core.events import CallEvent, NoteKind, NotesChanged
from sessions_app.engine.session.notebook import PART_CHARACTERS, Notebook, NoteLimits
from sessions_app.engine.session.tool_context import MAX_UNSENT, ToolContext


def notebook() -> tuple[Notebook, list[CallEvent]]:
    told: list[CallEvent] = []
    return Notebook(told.append, lambda: 1234.0), told


def test_only_what_changed_in_the_notes_is_told() -> None:
    book, told = notebook()
    milk = book.add(NoteKind.NOTE, "milk")
    ann = book.add(NoteKind.ACTION, "call Ann")
    assert book.undo() == NotesUndone(removed=(ann,))
    assert told == [NotesChanged((milk,)), NotesChanged((ann,)), NotesChanged(removed=(2,))]
    assert book.all_notes() == [NotesChanged((milk,), whole=True)]
    assert notebook()[0].all_notes() == [NotesChanged(whole=True)]


def test_who_joins_is_told_all_notes_in_parts_of_a_size_that_clients_take() -> None:
    book, _ = notebook()
    for _ in range(100):
        book.add(NoteKind.NOTE, "x" * 2_000)
    parts = book.all_notes()
    assert [part.whole for part in parts] == [True, *[False] * (len(parts) - 1)]
    assert [note for part in parts for note in part.notes] == list(book.notes)
    assert max(sum(len(n.text) for n in part.notes) for part in parts) <= PART_CHARACTERS


def test_notes_have_a_number_and_a_length() -> None:
    told: list[CallEvent] = []
    book = Notebook(told.append, lambda: 0.0, NoteLimits(most=2, characters=5))
    with pytest.raises(NoteRefusedError, match="most is 5 characters"):
        book.add(NoteKind.NOTE, "bread and milk")
    book.add(NoteKind.NOTE, "milk")
    book.add(NoteKind.NOTE, "bread")
    with pytest.raises(NoteRefusedError, match="already have 2 notes"):
        book.add(NoteKind.NOTE, "tea")
    assert len(told) == len(book.notes) == 2
    book.undo()
    assert book.add(NoteKind.NOTE, "tea").number == 2


def test_no_limit_is_no_limit() -> None:
    book = Notebook(lambda _: None, lambda: 0.0, NoteLimits(0, 0))
    for _ in range(600):
        book.add(NoteKind.NOTE, "x" * 3_000)
    assert len(book.notes) == 600


async def test_app_messages_of_a_turn_that_never_is_certain_do_not_pile_up() -> None:
    async def nothing(_query: str, _limit: int) -> list[object]:
        return []

    sent: list[object] = []
    desk = ToolContext(notebook()[0], lambda: 0.0, nothing, sent.append)  # type: ignore[arg-type] # as below
    for number in range(3 * MAX_UNSENT):
        desk.send_app(number)
    desk.confirm()
    assert sent == list(range(2 * MAX_UNSENT, 3 * MAX_UNSENT))


def test_numbers_follow_what_is_there_and_nothing_can_be_undone_twice() -> None:
    book, _ = notebook()
    assert book.undo() is None
    assert book.add(NoteKind.NOTE, "milk").number == 1
    book.undo()
    assert book.add(NoteKind.NOTE, "bread").number == 1


async def test_what_cannot_be_taken_back_waits_until_the_turn_is_certain() -> None:
    async def nothing(_query: str, _limit: int) -> list[object]:
        return []

    desk = ToolContext(notebook()[0], lambda: 0.0, nothing)  # type: ignore[arg-type] # no calls needed
    waiting = asyncio.create_task(desk.confirmed())
    await asyncio.sleep(0)
    assert not waiting.done()
    desk.confirm()
    await waiting
    desk.end_call()
    assert desk.ends_call


async def test_what_was_done_for_a_turn_that_goes_on_is_undone() -> None:
    async def nothing(_query: str, _limit: int) -> list[object]:
        return []

    book, _ = notebook()
    for text in ("milk", "bread"):
        book.add(NoteKind.NOTE, text)
    desk = ToolContext(book, lambda: 0.0, nothing)  # type: ignore[arg-type] # no calls needed
    desk.undo_notes()
    desk.add_note(NoteKind.NOTE, "tea")
    changed = desk.change_note(1, "oat milk")
    assert changed is not None
    assert changed.text == "oat milk"
    desk.remove_notes({1})
    assert desk.undo_notes() is not None
    assert desk.redo_notes() is not None
    desk.retract()
    assert [(note.number, note.text) for note in book.notes] == [(1, "milk"), (2, "bread")]
    undone = book.undo()
    assert undone is not None
    assert [note.text for note in undone.removed] == ["bread"]
    assert [note.text for note in book.restore()] == ["bread"]
    with pytest.raises(NoteRefusedError):
        desk.add_note(NoteKind.NOTE, "late")
    with pytest.raises(NoteRefusedError):
        desk.change_note(1, "late")
    assert desk.undo_notes() is None
    assert desk.redo_notes() is None
    assert not desk.remove_notes({1})
