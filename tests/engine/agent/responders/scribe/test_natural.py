"""Natural wording, by what becomes of the notes."""

from pathlib import Path

import pytest

from sessions_app.engine.agent.responders.base import Message
from sessions_app.engine.agent.responders.scribe.responder import ScribeResponder
from sessions_app.engine.core.events import NoteKind, Speaker
from tests.engine.agent.responders.scribe.effects import effect, rows
from tests.engine.agent.responders.scribe.heard import heard
from tests.engine.agent.responders.scribe.rooms import Room

FILE = Path(__file__).with_name("natural.txt")
HELD_OUT = Path(__file__).with_name("natural_held_out.txt")
RIGHT_AT_SIGHT = 31
"""Of the 40 held-out utterances, so many were right when they were first tried; 8 before."""


def room(*notes: str, last_said: str = "") -> Room:
    made = Room(ScribeResponder())
    for text in notes:
        made.host.add_note(NoteKind.NOTE, text)
    if last_said:
        made.messages.append(Message(Speaker.AGENT, last_said))
    return made


@pytest.mark.parametrize(("text", "wanted"), rows(FILE))
def test_natural_wording_does_to_the_notes_what_was_meant(text: str, wanted: str) -> None:
    assert effect(text) == wanted


def test_wording_that_no_rule_was_made_for_is_mostly_understood() -> None:
    wrong = {text: done for text, wanted in rows(HELD_OUT) if (done := effect(text)) != wanted}
    assert len(rows(HELD_OUT)) - len(wrong) >= RIGHT_AT_SIGHT, wrong


def test_no_held_out_talk_is_taken_for_a_request() -> None:
    assert {effect(text) for text, wanted in rows(HELD_OUT) if wanted == "-"} == {"-"}


@pytest.mark.parametrize(
    "text",
    [
        "What's the second one?",
        "And the third?",
        "Is milk in there?",
        "Change Bob to Robert.",
        "It's not Bob, it's Robert.",
        "I don't need the milk any more.",
    ],
)
async def test_without_such_notes_it_is_about_something_else(text: str) -> None:
    made = room("pay the rent")
    await made.ask(text)
    assert [note.text for note in made.host.kept] == ["pay the rent"]
    assert "Note" not in made.messages[-1].text


async def test_a_name_is_changed_in_all_notes_that_have_it_other_words_in_the_newest() -> None:
    made = room("call Bob at nine", "lunch with Bob at nine")
    answer = await made.ask("Change Bob to Robert.")
    assert (
        answer == "Changed note 1: call Robert at nine. Changed note 2: lunch with Robert at nine."
    )
    await made.ask("Change nine to ten.")
    assert [note.text for note in made.host.kept] == [
        "call Robert at nine",
        "lunch with Robert at ten",
    ]


async def test_a_new_day_takes_the_place_of_the_old_one() -> None:
    made = room("the meeting is on Thursday")
    assert (
        await made.ask("Move the meeting to Friday.") == "Changed note 1: the meeting is on Friday."
    )
    await made.ask("Undo that.")
    assert [note.text for note in made.host.kept] == ["the meeting is on Thursday"]


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("In the first one, change milk to tea.", "That note has no milk that could be meant."),
        ("Add before noon to number seven.", "There is no note 7: you have one note."),
        ("Add before noon to number one.", "Changed note 1: pay the rent before noon."),
    ],
)
async def test_the_answer_says_what_was_not_changed(text: str, answer: str) -> None:
    assert await room("pay the rent").ask(text) == answer


async def test_a_change_without_a_verb_needs_notes_that_were_just_spoken_of() -> None:
    made = room("the meeting is at nine", last_said="It is Friday.")
    await made.ask("It's ten, not nine.")
    assert [note.text for note in made.host.kept] == ["the meeting is at nine"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("I must remember the milk, remind me of that.", ["action: i must remember the milk"]),
        ("I have to remember where I parked.", []),
        ("I have to remember that day.", []),
        ("The note is on the fridge.", []),
        ("Here's a note from your mother.", []),
        ("I have a note from the school.", []),
        ("We can drop the kids off.", []),
        ("Never mind the mess.", []),
        ("Remove the top.", ["undo top?"]),
    ],
)
def test_what_only_sounds_like_it_is_left_alone(text: str, wanted: list[str]) -> None:
    assert heard(text) == wanted
