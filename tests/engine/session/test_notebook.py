"""A call's notes: what is told of a change, and how changes are undone."""

import pytest

from sessions_app.engine.agent.responders.base import NoteRefusedError
from sessions_app.engine.core.events import CallEvent, NoteKind, NotesChanged, NoteTaken
from sessions_app.engine.session.notebook import MAX_UNDO, Notebook, NoteLimits


def notebook(most: int = 500) -> tuple[Notebook, list[CallEvent]]:
    told: list[CallEvent] = []
    book = Notebook(told.append, lambda: 5.0, NoteLimits(most=most))
    for text in ("milk", "tea", "jam"):
        book.add(NoteKind.NOTE, text)
    told.clear()
    return book, told


def note(number: int, text: str) -> NoteTaken:
    return NoteTaken(number, NoteKind.NOTE, text, 5.0)


def texts(book: Notebook) -> list[str]:
    return [one.text for one in book.notes]


def followed(told: list[CallEvent]) -> list[str]:
    """Returns the notes as a client has them that follows the messages."""
    known = {n: note(n, text) for n, text in enumerate(("milk", "tea", "jam"), start=1)}
    for event in told:
        assert isinstance(event, NotesChanged)
        for number in event.removed:
            known.pop(number, None)
        known |= {one.number: one for one in event.notes}
    return [known[number].text for number in sorted(known)]


def test_those_behind_a_note_that_is_removed_move_up() -> None:
    book, told = notebook()
    assert book.remove({1}) == [note(1, "milk")]
    assert told == [NotesChanged((note(1, "tea"), note(2, "jam"))), NotesChanged(removed=(3,))]
    assert book.remove({7}) == []
    assert len(told) == 2
    assert book.restore() == [note(1, "milk")]
    assert texts(book) == followed(told) == ["milk", "tea", "jam"]


def test_a_note_gets_another_text_in_its_place() -> None:
    book, told = notebook()
    assert book.change(2, "green tea") == note(2, "green tea")
    assert told == [NotesChanged((note(2, "green tea"),))]
    assert book.change(9, "salt") is book.change(0, "salt") is None
    undone = book.undo()
    assert undone is not None
    assert (undone.removed, undone.restored) == ((note(2, "green tea"),), (note(2, "tea"),))
    assert book.restore() == []
    assert texts(book) == followed(told) == ["milk", "tea", "jam"]
    assert book.redo() is not None
    assert texts(book) == ["milk", "green tea", "jam"]


def test_a_changed_note_may_be_no_longer_than_a_new_one() -> None:
    book = Notebook(lambda _event: None, lambda: 5.0, NoteLimits(characters=10))
    book.add(NoteKind.NOTE, "milk")
    with pytest.raises(NoteRefusedError, match="10 characters"):
        book.change(1, "two litres of milk")
    assert texts(book) == ["milk"]


def test_changes_are_undone_in_turn_and_told() -> None:
    book, told = notebook()
    book.remove({1, 3})
    book.add(NoteKind.NOTE, "rolls")
    book.restore()
    assert texts(book) == followed(told) == ["milk", "tea", "jam", "rolls"]
    undone = [book.undo() for _ in range(3)]
    assert [len(one.removed) if one else None for one in undone] == [2, 1, 0]
    assert [len(one.restored) if one else None for one in undone] == [0, 0, 2]
    assert texts(book) == followed(told) == ["milk", "tea", "jam"]


def test_what_was_undone_comes_back_too() -> None:
    book, _ = notebook()
    book.undo()
    assert book.restore() == [note(3, "jam")]
    assert texts(book) == ["milk", "tea", "jam"]


def test_what_was_undone_is_done_again_in_turn_until_something_else_is() -> None:
    book, told = notebook()
    book.remove({1})
    book.add(NoteKind.NOTE, "rolls")
    book.undo()
    book.undo()
    again = [book.redo() for _ in range(3)]
    assert [len(one.removed) if one else None for one in again] == [1, 0, None]
    assert texts(book) == followed(told) == ["tea", "jam", "rolls"]
    assert book.restore() == [note(1, "milk")]
    book.undo()
    book.add(NoteKind.NOTE, "salt")
    assert book.redo() is None
    assert texts(book) == followed(told) == ["tea", "jam", "rolls", "salt"]


def test_nothing_comes_back_where_there_is_no_room() -> None:
    book, told = notebook(most=3)
    book.remove({2})
    book.add(NoteKind.NOTE, "rolls")
    with pytest.raises(NoteRefusedError, match="already have 3"):
        book.restore()
    book.remove({3})
    book.restore()
    assert len(texts(book)) == len(followed(told)) == 3


def test_notes_that_are_older_than_what_is_kept_of_changes_are_taken_back_one_by_one() -> None:
    book, _ = notebook()
    for number in range(MAX_UNDO + 5):
        book.add(NoteKind.NOTE, f"note {number}")
    for left in range(len(book.notes) - 1, -1, -1):
        assert book.undo() is not None
        assert len(book.notes) == left
    assert book.undo() is None
