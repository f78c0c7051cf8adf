"""The scribe's commands, as a recogniser garbles them."""

import re

import pytest

from sessions_app.agent.responders.base import Message
from sessions_app.agent.responders.commands import Command, agrees, understood
from sessions_app.agent.responders.scribe import HELP, NO_MODEL, SURE, ScribeResponder
from sessions_app.core.events import NoteKind, Speaker
from tests.agent.responders.rooms import Room


@pytest.mark.parametrize(
    ("text", "command", "rest"),
    [
        ("take a note buy milk", Command.NOTE, "buy milk"),
        ("Take a note: buy milk.", Command.NOTE, "buy milk"),
        ("okay take a note call the doctor", Command.NOTE, "call the doctor"),
        ("take the note buy milk", Command.NOTE, "buy milk"),
        ("action item send the letter", Command.ACTION, "send the letter"),
        ("action i'd send the letter", Command.ACTION, "send the letter"),
        ("read my notes", Command.READ, ""),
        ("reed my notes", Command.READ, ""),
        ("read my notes please", Command.READ, ""),
        ("can you read my notes", Command.READ, ""),
        ("could you take a note buy milk", Command.NOTE, "buy milk"),
        ("undo that", Command.UNDO, ""),
        ("recap", Command.RECAP, ""),
        ("what time is it", Command.TIME, ""),
        ("help", Command.HELP, ""),
        ("stop talking", Command.QUIET, ""),
        ("end the call", Command.END, ""),
        ("and the call", Command.END, ""),
        ("hello scribe", Command.HELLO, ""),
        ("how long have we talked", Command.LENGTH, ""),
        ("say that again", Command.REPEAT, ""),
    ],
)
def test_commands_are_understood(text: str, command: Command, rest: str) -> None:
    heard = understood(text)
    assert heard is not None
    assert (heard.command, heard.rest) == (command, rest)


@pytest.mark.parametrize(
    "text",
    [
        "the weather is nice today",
        "i think we should meet on tuesday",
        "he helped me with the garden",
        "the end of the story",
        "my time is short this week",
        "",
    ],
)
def test_plain_talk_is_no_command(text: str) -> None:
    assert understood(text) is None


@pytest.mark.parametrize(
    ("text", "yes"),
    [
        ("Yes, please.", True),
        ("yes please end the call", True),
        ("yes i am sure", True),
        ("yeah", True),
        ("no", False),
        ("sue", False),
        ("light", False),
        ("yes no not yet", False),
        ("wait a moment", False),
        ("", False),
    ],
)
def test_a_yes_is_one(text: str, yes: bool) -> None:
    assert agrees(text) is yes


async def test_a_question_that_was_heard_in_part_is_still_one() -> None:
    room = Room(ScribeResponder())
    await room.ask("take a note")
    room.messages[-1] = Message(Speaker.AGENT, "What shall I write", interrupted=True)
    assert await room.ask("buy milk") == "Noted: buy milk."
    await room.ask("end the call")
    room.messages[-1] = Message(Speaker.AGENT, "Shall I end the", interrupted=True)
    await room.ask("yes")
    assert room.host.ended


async def test_notes_are_taken_read_and_taken_back() -> None:
    room = Room(ScribeResponder())
    assert await room.ask("take a note buy milk") == "Noted: buy milk."
    assert await room.ask("action item call ann") == "Action item: call ann."
    assert [n.kind for n in room.host.kept] == [NoteKind.NOTE, NoteKind.ACTION]
    told = await room.ask("read my notes")
    assert told == "You have 2 notes. Note 1: buy milk. Action item 2: call ann."
    assert await room.ask("undo") == "Removed: call ann."
    await room.ask("undo")
    assert await room.ask("undo") == "There is nothing to undo."
    assert await room.ask("read my notes") == "There are no notes yet."


async def test_a_full_book_is_said_and_the_notes_in_it_stay() -> None:
    room = Room(ScribeResponder())
    room.host.most_notes = 1
    await room.ask("take a note buy milk")
    assert await room.ask("take a note buy bread") == "The book is full."
    assert await room.ask("read my notes") == "You have one note. Note 1: buy milk."
    await room.ask("undo")
    assert await room.ask("take a note buy bread") == "Noted: buy bread."


async def test_a_note_without_text_is_asked_for() -> None:
    room = Room(ScribeResponder())
    assert await room.ask("take a note") == "What shall I write down?"
    assert await room.ask("the key is under the mat") == "Noted: the key is under the mat."
    assert await room.ask("action item") == "What is to be done?"
    await room.ask("help ann")
    assert [n.text for n in room.host.kept] == ["the key is under the mat", "help ann"]


async def test_a_call_ends_only_when_that_is_confirmed() -> None:
    room = Room(ScribeResponder())
    assert await room.ask("end the call") == SURE
    assert await room.ask("no") == "I stay."
    assert not room.host.ended
    await room.ask("end the call")
    assert await room.ask("yes") == "All right."
    assert room.host.ended


async def test_it_keeps_out_of_plain_talk_and_says_once_that_it_cannot_chat() -> None:
    room = Room(ScribeResponder())
    assert await room.ask("the weather is nice today") == ""
    assert await room.ask("who wrote that book?") == NO_MODEL
    assert await room.ask("scribe who wrote that book") == "Say help to hear what I can do."
    assert await room.ask("help") == HELP


async def test_it_tells_the_time_and_what_was_said() -> None:
    room = Room(ScribeResponder("Europe/Berlin"))
    assert re.fullmatch(r"It is \d{1,2} \d\d [ap]\.m\.", await room.ask("what time is it"))
    room.host.clock_ms = 61_200
    asked = await room.ask("how long have we talked")
    assert asked == "We have talked for 1 minute and 1 second."
    assert await room.ask("say that again") == asked
    await room.ask("we should paint the house")
    await room.ask("take a note buy paint")
    assert await room.ask("recap") == "You said: we should paint the house. Note 1: buy paint."


async def test_asked_for_silence_it_is_silent() -> None:
    assert await Room(ScribeResponder()).ask("stop talking") == ""
