"""Some of the notes are read: those that are named by number or place."""

import pytest

from sessions_app.engine.agent.responders.scribe.commands import commands_in
from sessions_app.engine.agent.responders.scribe.responder import ScribeResponder
from sessions_app.engine.core.events import NoteKind
from tests.engine.agent.responders.scribe.rooms import Room

NOTES = ("sky is green", "buy bread", "Jonas likes tea")


def room() -> Room:
    room = Room(ScribeResponder())
    for text in NOTES:
        room.host.add_note(NoteKind.ACTION if text.startswith("buy") else NoteKind.NOTE, text)
    return room


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("read me note number 3", "Note 3: Jonas likes tea."),
        ("Can you read me note number three, please?", "Note 3: Jonas likes tea."),
        ("read note #2", "Action item 2: buy bread."),
        ("Read me the third note.", "Note 3: Jonas likes tea."),
        ("read the first one", "Note 1: sky is green."),
        ("read me the last two notes", "Action item 2: buy bread. Note 3: Jonas likes tea."),
        ("Read note 1 and note 3.", "Note 1: sky is green. Note 3: Jonas likes tea."),
        ("could you repeat note two", "Action item 2: buy bread."),
        ("What was my last note?", "Note 3: Jonas likes tea."),
        ("What does note 2 say?", "Action item 2: buy bread."),
        ("Read note 7.", "There is no note 7: you have 3 notes."),
        ("Read note 1 and delete note 3.", "Note 1: sky is green. Removed: Jonas likes tea."),
    ],
)
async def test_the_notes_that_are_named_are_read(text: str, told: str) -> None:
    assert await room().ask(text) == told


@pytest.mark.parametrize("text", ["read my notes", "read all three notes", "read my three notes"])
async def test_all_are_read_where_none_is_named(text: str) -> None:
    assert (await room().ask(text)).startswith("You have 3 notes.")


async def test_without_notes_none_is_read() -> None:
    assert await Room(ScribeResponder()).ask("read note two") == "You have no notes yet."


@pytest.mark.parametrize(
    ("text", "done"),
    [
        ("repeat the last bit", "repeat"),
        ("Repeat the last one.", "repeat"),
        ("read the last bit", ""),
        ("Read the first two chapters.", ""),
        ("What was the last item on the agenda?", ""),
        ("What is number five?", ""),
        ("He read note three.", ""),
        ("I read note three yesterday.", ""),
    ],
)
def test_what_is_no_note_is_not_read(text: str, done: str) -> None:
    assert "; ".join(one.intent for one in commands_in(text)) == done
