"""Texts that are corrected as they are said."""

import pytest

from sessions_app.engine.agent.responders.scribe.commands import commands_in
from sessions_app.engine.agent.responders.scribe.responder import ScribeResponder
from tests.engine.agent.responders.scribe.rooms import Room


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Remind me to be there at six, scratch that, at seven.", "be there at seven"),
        ("remind me to be there at six no scratch that at seven", "be there at seven"),
        (
            "Remind me to be there at six, no, strike that, at half past seven.",
            "be there at half past seven",
        ),
        (
            "Note that he pays on Monday, scratch that, on Tuesday morning.",
            "he pays on Tuesday morning",
        ),
        ("Remind me to be there at six, scratch that, seven.", "be there at seven"),
        ("remind me to be there on Monday no scratch that Tuesday", "be there on Tuesday"),
        # nothing tells what is wrong
        (
            "Note that he pays on Monday, scratch that, he never pays.",
            "he pays on Monday, scratch that, he never pays",
        ),
        (
            "Take a note: Eva, scratch that, Anna comes.",
            "Eva, scratch that, Anna comes",
        ),
        ("Remind me tomorrow at six to undo that at work.", "undo that at work tomorrow at six"),
    ],
)
def test_a_correction_takes_the_place_of_what_begins_alike(text: str, wanted: str) -> None:
    assert [one.text for one in commands_in(text)] == [wanted]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Note that the meeting is at six. Scratch that. At seven.", ["the meeting is at seven"]),
        (
            "Remind me to call Anna on Tuesday. No, scratch that. On Wednesday morning.",
            ["call Anna on Wednesday morning"],
        ),
        (
            "Note that we meet at six. Scratch that. At seven. Read my notes.",
            ["we meet at seven", ""],
        ),
        ("Note that we meet at six. Scratch that. He is late.", ["we meet at six", ""]),
        ("Note that we meet at six. Scratch that. We meet at seven.", ["We meet at seven"]),
        ("Note that we meet at six. Scratch that. Seven.", ["we meet at seven"]),
        ("Note that he pays on Monday. No, scratch that. Tuesday.", ["he pays on Tuesday"]),
        ("Note that the total is 40 pounds. Scratch that. 50.", ["the total is 50 pounds"]),
        # these only share a word with the note
        (
            "Note that the dog needs the vet. Scratch that. The kids are shouting.",
            ["the dog needs the vet", ""],
        ),
        (
            "Remind me to call the bank. Scratch that. The bank called me.",
            ["call the bank", ""],
        ),
        (
            "Note that we meet at six at the hall. Scratch that. At home I have a dog.",
            ["we meet at six at the hall", ""],
        ),
        (
            "Note that the code is thirty four. Scratch that. Five.",
            ["the code is thirty four", ""],
        ),
        ("Note that we meet at six. Undo that. Read my notes.", ["we meet at six", "", ""]),
    ],
)
def test_a_correction_may_be_sentences_of_its_own(text: str, wanted: list[str]) -> None:
    assert [one.text for one in commands_in(text)] == wanted


@pytest.mark.parametrize(
    ("noted", "said", "wanted"),
    [
        ("Note that we meet at six.", "Scratch that, at seven.", "we meet at seven"),
        ("Note that we meet at six.", "Scratch that. Seven.", "we meet at seven"),
        ("Note that we meet at six.", "No, at seven.", "we meet at seven"),
        ("Note that we meet at six.", "Actually, make that seven.", "we meet at seven"),
        ("Note that we meet on Monday.", "Sorry, I meant on Tuesday.", "we meet on Tuesday"),
        ("Remind me to call Ann on Monday.", "Oh no, Tuesday.", "call Ann on Tuesday"),
        ("Note that we meet at six.", "No, we meet at eight.", "we meet at eight"),
        (
            "Note that I meet Tom at nine on Monday.",
            "Sorry, at ten.",
            "I meet Tom at ten on Monday",
        ),
        (
            "Note that I meet Tom on Monday at nine.",
            "No, on Tuesday.",
            "I meet Tom on Tuesday at nine",
        ),
        (
            "Note that it closes at eight in the evening.",
            "No, at nine.",
            "it closes at nine in the evening",
        ),
        ("Remind me to call Anna.", "Sorry, I meant Hannah.", "call Hannah"),
        ("Note that we meet on Tuesday.", "No, tomorrow.", "we meet tomorrow"),
        ("Note that we meet at six.", "Change it to half past six.", "we meet at half past six"),
        ("Note that we meet at six.", "At seven, sorry.", "we meet at seven"),
        ("Note that I gave 50 euros to Rita.", "No, 60.", "I gave 60 euros to Rita"),
    ],
)
async def test_a_note_is_put_right_by_the_next_turn(noted: str, said: str, wanted: str) -> None:
    room = Room(ScribeResponder())
    await room.ask(noted)
    assert wanted in await room.ask(said)
    assert [note.text for note in room.host.notes] == [wanted]
    await room.ask("Undo that.")
    assert [note.text for note in room.host.notes] == []


@pytest.mark.parametrize(
    "said",
    [
        "No.",
        "No, he is late.",
        "At seven we eat.",
        "Actually no.",
        "No, at home.",
        "No, Tom is ill.",
    ],
)
async def test_other_words_in_the_next_turn_leave_a_note_alone(said: str) -> None:
    room = Room(ScribeResponder())
    await room.ask("Note that we meet at six.")
    await room.ask(said)
    assert [note.text for note in room.host.notes] == ["we meet at six"]


async def test_a_note_is_put_right_only_while_it_was_the_last_thing_said() -> None:
    room = Room(ScribeResponder())
    await room.ask("Note that we meet at six.")
    await room.ask("What time is it?")
    await room.ask("No, at seven.")
    assert [note.text for note in room.host.notes] == ["we meet at six"]


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("We need eggs. Scratch that. We need milk.", "We need milk"),
        ("We meet at six, no, scratch that, at seven.", "We meet at seven."),
    ],
)
async def test_what_is_dictated_may_be_corrected(said: str, wanted: str) -> None:
    room = Room(ScribeResponder())
    await room.ask("Take a note.")
    await room.ask(said)
    assert [note.text for note in room.host.notes] == [wanted]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Remind me to call Anna at six. No, at seven.", "call Anna at seven"),
        ("Note that we meet on Monday, sorry, on Tuesday at noon.", "we meet on Tuesday at noon"),
        ("Remind me to email Tom, I mean Anna.", "email Anna"),
    ],
)
def test_a_note_is_corrected_in_its_own_turn(text: str, wanted: str) -> None:
    assert [command.text for command in commands_in(text)] == [wanted]


@pytest.mark.parametrize(
    "said",
    ["Never mind.", "Actually, don't.", "Oh, forget it.", "No need.", "Leave it out, thanks."],
)
async def test_a_note_is_withdrawn_by_the_next_turn(said: str) -> None:
    room = Room(ScribeResponder())
    await room.ask("Note that we meet at six.")
    assert await room.ask(said) == "Removed: we meet at six."
    assert not room.host.notes
    assert await room.ask(said) == ""
