"""Commands that the caller takes back at once, in the same turn or in the next one."""

import pytest

from sessions_app.engine.agent.responders.scribe.responder import (
    NOTHING,
    STILL_HERE,
    ScribeResponder,
)
from sessions_app.engine.agent.responders.scribe.tidying import UNCHANGED
from sessions_app.engine.core.events import NoteKind
from tests.engine.agent.responders.scribe.rooms import Room


def _kept(room: Room) -> list[str]:
    return [note.text for note in room.host.kept]


@pytest.mark.parametrize(
    "said",
    [
        *("Delete that. Actually no, leave it.", "Delete number one, no wait, don't."),
        *("delete number one no wait keep it", "Undo that. Sorry, I didn't mean that."),
        *("Scratch that. On second thought, keep it.", "Remove the last note. No, leave it in."),
        *("Delete number one. I changed my mind, keep it.", "Undo that. No wait, keep it."),
        "Delete number one, no weight, keep it.",
        *("Change Bob to Rob. Actually, don't change it.", "Delete that. I've changed my mind."),
        "Mark that one as done. Oh, hang on, leave it on the list, please.",
        *("delete that, no wait, keep it", "undo that no wait keep it"),
    ],
)
async def test_notes_stay_as_they_were_where_the_caller_thinks_again(said: str) -> None:
    room = Room(ScribeResponder())
    await room.ask("Take a note: call Bob.")
    assert await room.ask(said) == UNCHANGED
    assert _kept(room) == ["call Bob"]


@pytest.mark.parametrize(
    "said",
    [
        *("Delete that. I don't need it.", "Delete number one. Never mind it."),
        *(
            "Scratch that, please.",
            "Delete number one. Keep the receipt.",
            "Remove it. Leave early.",
        ),
    ],
)
async def test_what_follows_a_removal_may_be_about_something_else(said: str) -> None:
    room = Room(ScribeResponder())
    await room.ask("Take a note: call Bob.")
    await room.ask(said)
    assert _kept(room) == []


@pytest.mark.parametrize(
    "said",
    [
        *("Take a note: call Bob. No wait, don't write that.", "Note that I rang. No, don't."),
        *("Remind me to feed the cat. Actually, don't.", "Remind me to go. No, don't remind me."),
        "Action item: buy paint. Sorry, don't bother.",
    ],
)
async def test_a_text_that_is_taken_back_is_not_written(said: str) -> None:
    room = Room(ScribeResponder())
    assert await room.ask(said) == NOTHING
    assert _kept(room) == []


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ("Note that the lid stays on. Leave it on.", "the lid stays on. Leave it on"),
        ("Take a note: don't tell Anna. Don't.", "don't tell Anna. Don't"),
        ("Take a note: we keep it.", "we keep it"),
    ],
)
async def test_a_text_may_say_to_keep_something(said: str, text: str) -> None:
    room = Room(ScribeResponder())
    await room.ask(said)
    assert _kept(room) == [text]


@pytest.mark.parametrize("said", ["No wait, keep it.", "No, don't!", "Sorry, I didn't mean that."])
@pytest.mark.parametrize("command", ["Delete number one.", "Scratch that.", "Change Bob to Rob."])
async def test_the_next_turn_takes_a_command_back(command: str, said: str) -> None:
    room = Room(ScribeResponder())
    await room.ask("Take a note: call Bob.")
    await room.ask(command)
    assert _kept(room) != ["call Bob"]
    await room.ask(said)
    assert _kept(room) == ["call Bob"]


async def test_a_call_that_the_caller_keeps_up_is_not_ended() -> None:
    room = Room(ScribeResponder())
    assert await room.ask("End the call. No wait, don't.") == STILL_HERE
    assert not room.host.ended


async def test_only_what_a_command_did_is_taken_back() -> None:
    room = Room(ScribeResponder())
    room.host.add_note(NoteKind.NOTE, "call Bob")
    await room.ask("Read my notes.")
    assert await room.ask("No, leave it.") == ""
    assert _kept(room) == ["call Bob"]


@pytest.mark.parametrize(
    "said", ["Remove the paint, no wait, keep it.", "I like the hat, no wait, keep it."]
)
async def test_talk_of_other_things_is_not_answered(said: str) -> None:
    room = Room(ScribeResponder())
    room.host.add_note(NoteKind.NOTE, "call Bob")
    assert await room.ask(said) == ""
