"""Notes that are asked for by what is left, or by what they are about."""

import pytest

from sessions_app.engine.agent.responders.scribe.responder import NO_MODEL, ScribeResponder
from sessions_app.engine.core.events import NoteKind
from tests.engine.agent.responders.scribe.rooms import Room

BOTH = "Note 1: call the plumber. Action item 2: buy milk."


def room() -> Room:
    made = Room(ScribeResponder())
    made.host.add_note(NoteKind.NOTE, "call the plumber")
    made.host.add_note(NoteKind.ACTION, "buy milk")
    return made


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("What's left?", BOTH),
        ("Read me the rest.", BOTH),
        ("What do I still have to do?", f"You have 2 notes. {BOTH}"),
        ("What's left on my list?", f"You have 2 notes. {BOTH}"),
        ("Anything about the plumber?", "Note 1: call the plumber."),
        ("Is there a note about milk?", "Action item 2: buy milk."),
        ("Did I note anything about the roof?", "No note has roof in it."),
        (
            "Delete the first one and read me the rest.",
            "Removed: call the plumber. Action item 1: buy milk.",
        ),
        (
            "Remove number two and tell me what's left.",
            "Removed: buy milk. Note 1: call the plumber.",
        ),
    ],
)
async def test_the_notes_that_are_meant_are_read(text: str, answer: str) -> None:
    assert await room().ask(text) == answer


async def test_a_question_about_something_else_reads_nothing() -> None:
    assert await room().ask("Anything about the roof?") == NO_MODEL
    assert await Room(ScribeResponder()).ask("What's on it?") == NO_MODEL
    assert await Room(ScribeResponder()).ask("Read me the rest.") == ""


async def test_it_is_the_list_right_after_that_was_spoken_of() -> None:
    made = room()
    assert await made.ask("What's on it?") == NO_MODEL
    await made.ask("Read me note one.")
    assert await made.ask("And what's on it?") == BOTH
    answer = await room().ask("Add flour to my list and then tell me what's on it.")
    assert answer == f"Action item: flour. {BOTH} Action item 3: flour."


async def test_also_add_is_about_the_list_only_after_the_scribe_spoke_of_it() -> None:
    made = room()
    assert await made.ask("Also add two eggs.") == ""
    await made.ask("Add flour to my list.")
    assert await made.ask("Also add two eggs.") == "Action item: two eggs."
