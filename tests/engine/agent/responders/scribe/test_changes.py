"""Notes that are changed where they stand: "change note two to", "make the last one say"."""

import pytest

from sessions_app.engine.agent.responders.scribe.changes import NO_TEXT
from sessions_app.engine.agent.responders.scribe.responder import ScribeResponder
from sessions_app.engine.core.events import NoteKind
from tests.engine.agent.responders.scribe.rooms import Room


def room(*notes: str) -> Room:
    made = Room(ScribeResponder())
    for text in notes:
        made.host.add_note(NoteKind.NOTE, text)
    return made


@pytest.mark.parametrize(
    ("text", "answer", "kept"),
    [
        (
            "Change note two to buy oat milk.",
            "Changed note 2: buy oat milk.",
            ["call Ann", "buy oat milk", "the key is blue"],
        ),
        (
            "Make the first one say call Paula.",
            "Changed note 1: call Paula.",
            ["call Paula", "buy milk", "the key is blue"],
        ),
        (
            "Replace the last one with the key is red.",
            "Changed note 3: the key is red.",
            ["call Ann", "buy milk", "the key is red"],
        ),
        (
            "Change the note about milk to buy rye bread.",
            "Changed note 2: buy rye bread.",
            ["call Ann", "buy rye bread", "the key is blue"],
        ),
        (
            "Change note seven to buy salt.",
            "There is no note 7: you have 3 notes.",
            ["call Ann", "buy milk", "the key is blue"],
        ),
        ("Change note two to.", NO_TEXT, ["call Ann", "buy milk", "the key is blue"]),
        (
            "Change the note about the cellar to sweep the attic.",
            "No note has cellar in it.",
            ["call Ann", "buy milk", "the key is blue"],
        ),
    ],
)
async def test_the_note_that_is_meant_gets_the_new_text(
    text: str, answer: str, kept: list[str]
) -> None:
    made = room("call Ann", "buy milk", "the key is blue")
    assert await made.ask(text) == answer
    assert [note.text for note in made.host.kept] == kept


@pytest.mark.parametrize(
    "text",
    [
        *("Change milk to cream in that note.", "Replace milk by cream in the note."),
        *("Replace milk with cream on my list.", "Change the milk to cream in my notes."),
        "In my note, change milk to cream.",
    ],
)
async def test_where_the_words_stand_is_no_part_of_the_new_text(text: str) -> None:
    made = room("call Ann", "buy milk")
    await made.ask("Read my notes.")
    assert await made.ask(text) == "Changed note 2: buy cream."
    assert [note.text for note in made.host.kept] == ["call Ann", "buy cream"]


async def test_a_change_can_be_undone() -> None:
    made = room("buy milk")
    await made.ask("Change note one to buy tea.")
    assert await made.ask("Undo that.") == "Removed: buy tea. Brought back: buy milk."
    assert [note.text for note in made.host.kept] == ["buy milk"]


@pytest.mark.parametrize(
    "text",
    ["Replace the last one with call the roofer.", "Make the first one say hello to me."],
)
async def test_without_notes_the_last_one_is_something_else(text: str) -> None:
    made = room()
    assert await made.ask(text) == ""
    assert made.host.kept == []
