"""To-dos that the caller says are done: they go only where nothing is in doubt, and aloud."""

import pytest

from sessions_app.engine.agent.responders.scribe.responder import ScribeResponder
from sessions_app.engine.core.events import NoteKind
from tests.engine.agent.responders.scribe.rooms import Room

TO_DOS = (
    "call the plumber about the roof",
    "buy milk and eggs",
    "ring the school on Friday",
    "send the invoice to Clara",
)


def _room() -> Room:
    room = Room(ScribeResponder())
    for text in TO_DOS:
        room.host.add_note(NoteKind.ACTION, text)
    room.host.add_note(NoteKind.NOTE, "wash the car")
    return room


@pytest.mark.parametrize(
    ("said", "gone"),
    [
        ("I've already called the plumber.", 0),
        ("Oh, by the way, I've phoned the school already.", 2),
        ("I already called the school", 2),
        ("I've bought the milk and the eggs already.", 1),
        ("I've already sent Clara the invoice, thanks.", 3),
    ],
)
async def test_a_to_do_that_is_done_goes_and_the_answer_says_so(said: str, gone: int) -> None:
    room = _room()
    answer = await room.ask(said)
    assert answer == f"Removed, as it is done: {TO_DOS[gone]}. Say bring it back if it is not."
    assert TO_DOS[gone] not in [note.text for note in room.host.kept]
    assert len(room.host.kept) == len(TO_DOS)


@pytest.mark.parametrize("said", ["Bring it back.", "No, keep it.", "Undo that."])
async def test_it_comes_back_where_it_was_not_done(said: str) -> None:
    room = _room()
    await room.ask("I've already called the plumber.")
    assert await room.ask(said) == f"Brought back: {TO_DOS[0]}."
    assert len(room.host.kept) == len(TO_DOS) + 1


@pytest.mark.parametrize(
    "said",
    [
        "I've bought milk.",  # and no eggs
        "I've already sent the invoice to Bob.",
        "I've called the plumber, but he didn't answer.",
        "I've nearly called the plumber.",
        "I called the plumber.",
        "I have to call the plumber.",
        "He has already called the plumber.",
        "I've called the plumber and he is coming.",
        "I wish I had already called the plumber.",
        "I've already called.",
        "I've already washed the car.",  # a note is no to-do
    ],
)
async def test_where_it_is_in_doubt_nothing_goes_and_nothing_is_said(said: str) -> None:
    room = _room()
    assert await room.ask(said) == ""
    assert len(room.host.kept) == len(TO_DOS) + 1


async def test_of_two_to_dos_that_may_be_meant_none_goes() -> None:
    room = _room()
    room.host.add_note(NoteKind.ACTION, "call the plumber about the sink")
    assert await room.ask("I've already called the plumber.") == ""
    assert len(room.host.kept) == len(TO_DOS) + 2
