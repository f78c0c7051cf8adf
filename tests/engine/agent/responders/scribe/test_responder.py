"""The scribe's commands, as a recogniser garbles them."""

import re
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from sessions_app.engine.agent.responders.base import Message
from sessions_app.engine.agent.responders.scribe.answers import agrees
from sessions_app.engine.agent.responders.scribe.responder import (
    HELP,
    NO_MODEL,
    SURE,
    ScribeResponder,
)
from sessions_app.engine.agent.responders.scribe.vocabulary import Intent
from sessions_app.engine.core.agent_config import AgentConfig
from sessions_app.engine.core.errors import ResponderError
from sessions_app.engine.core.events import NoteKind, Speaker
from tests.engine.agent.responders.scribe.heard import first_command
from tests.engine.agent.responders.scribe.rooms import Room


@pytest.mark.parametrize(
    ("text", "command", "rest"),
    [
        ("take a note buy milk", Intent.NOTE, "buy milk"),
        ("Take a note: buy milk.", Intent.NOTE, "buy milk"),
        ("okay take a note call the doctor", Intent.NOTE, "call the doctor"),
        ("take the note buy milk", Intent.NOTE, "buy milk"),
        ("take note it's Bob's", Intent.NOTE, "it's Bob's"),
        ("remind me tomorrow to call Ann", Intent.ACTION, "call Ann tomorrow"),
        ("action item send the letter", Intent.ACTION, "send the letter"),
        ("action i'd send the letter", Intent.ACTION, "send the letter"),
        ("read my notes", Intent.READ, ""),
        ("reed my notes", Intent.READ, ""),
        ("read my notes please", Intent.READ, ""),
        ("can you read my notes", Intent.READ, ""),
        ("could you take a note buy milk", Intent.NOTE, "buy milk"),
        ("undo that", Intent.UNDO, ""),
        ("recap", Intent.RECAP, ""),
        ("what time is it", Intent.TIME, ""),
        ("help", Intent.HELP, ""),
        ("stop talking", Intent.QUIET, ""),
        ("end the call", Intent.END, ""),
        ("and the call", Intent.END, ""),
        ("hello scribe", Intent.HELLO, ""),
        ("how long have we talked", Intent.LENGTH, ""),
        ("say that again", Intent.REPEAT, ""),
    ],
)
def test_commands_are_understood(text: str, command: Intent, rest: str) -> None:
    heard = first_command(text)
    assert heard is not None
    assert (heard.intent, heard.text) == (command, rest)


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
    assert first_command(text) is None


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("Take a note: Call Ann O'Neill-Smith at 555-1212.", "Call Ann O'Neill-Smith at 555-1212"),
        ("TAKE A NOTE: mary_ann@Example.org, $3.50!", "mary_ann@Example.org, $3.50!"),
        ("take a note - PIN 0042, 5*3 = 15", "PIN 0042, 5*3 = 15"),
        ("Okay, please take a note: Dr. Lee comes at 3:00 p.m.", "Dr. Lee comes at 3:00 p.m."),
        ("Action item. Is it ok?", "Is it ok?"),
        ("Take a note: wait for it...", "wait for it..."),
        ("take a note “Größe über façade”", "“Größe über façade”"),
        ("Take a note: see U.S. law.", "see U.S. law"),
        ("Take a note: he is in the U.S.", "he is in the U.S."),
        ("Take a note: pay $3.50.", "pay $3.50"),
        ("Take a note: write to ann@example.org.", "write to ann@example.org"),
    ],
)
def test_a_note_keeps_what_was_said(text: str, rest: str) -> None:
    heard = first_command(text)
    assert heard is not None
    assert heard.text == rest


@pytest.mark.parametrize(
    ("text", "command", "rest", "before"),
    [
        (
            "We should meet on Friday. Please take a note: call the Plumber.",
            Intent.NOTE,
            "call the Plumber",
            "We should meet on Friday. Please",
        ),
        (
            "i think that is all please take a note call the plumber",
            Intent.NOTE,
            "call the plumber",
            "i think that is all please",
        ),
        (
            "that was good could you write down call Ann",
            Intent.NOTE,
            "call Ann",
            "that was good could you",
        ),
        (
            "let us see, and add an action item: send the letter",
            Intent.ACTION,
            "send the letter",
            "let us see, and",
        ),
        ("I have to go soon, what time is it?", Intent.TIME, "", "I have to go soon,"),
        ("that is all then read my notes please", Intent.READ, "", "that is all then"),
        ("Thank you very much. Goodbye.", Intent.END, "", "Thank you very much."),
        (
            "I did not hear you, scribe, repeat that",
            Intent.REPEAT,
            "",
            "",
        ),
    ],
)
def test_commands_are_found_inside_longer_speech(
    text: str, command: Intent, rest: str, before: str
) -> None:
    heard = first_command(text)
    assert heard is not None
    assert (heard.intent, heard.text, heard.before) == (command, rest, before)


@pytest.mark.parametrize(
    "text",
    [
        "he never wanted to take a note of it",
        "i will take a note of that later",
        "she asked him what time is it in paris and he knew",
        "we need help with the house",
        "they could not stop",
        "the sign says please note that the shop is closed",
        "I read my notes yesterday, and it was fine",
        "well, the recap of the game was long",
        "and then he said hello to her",
    ],
)
def test_words_of_commands_in_plain_talk_are_none(text: str) -> None:
    assert first_command(text) is None


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
    room.messages[-1] = Message(Speaker.AGENT, "What should I write", interrupted=True)
    assert await room.ask("buy milk") == "Noted: buy milk."
    await room.ask("end the call")
    room.messages[-1] = Message(Speaker.AGENT, "Should I end the", interrupted=True)
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
    assert await room.ask("read my notes") == "You have no notes yet."


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
    assert await room.ask("take a note") == "What should I write down?"
    assert await room.ask("the key is under the mat") == "Noted: the key is under the mat."
    assert await room.ask("action item") == "What needs to be done?"
    await room.ask("help ann")
    assert [n.text for n in room.host.kept] == ["the key is under the mat", "help ann"]


async def test_a_call_ends_only_when_that_is_confirmed() -> None:
    room = Room(ScribeResponder())
    assert await room.ask("end the call") == SURE
    assert await room.ask("no") == "OK, I'm still here."
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
    assert re.fullmatch(r"It is \d{1,2}:\d\d [ap]\.m\.", await room.ask("what time is it"))
    room.host.clock_ms = 61_200
    asked = await room.ask("how long have we talked")
    assert asked == "We have talked for 1 minute and 1 second."
    assert await room.ask("say that again") == asked
    await room.ask("we should paint the house")
    await room.ask("take a note buy paint")
    assert await room.ask("recap") == "You said: we should paint the house. Note 1: buy paint."


async def test_asked_for_silence_it_is_silent() -> None:
    assert await Room(ScribeResponder()).ask("stop talking") == ""


async def test_what_it_says_ends_once() -> None:
    room = Room(ScribeResponder())
    assert await room.ask("Take a note: Meet Dr. Lee at 3 p.m.") == "Noted: Meet Dr. Lee at 3 p.m."
    await room.ask("take a note")
    assert await room.ask("The key is under the mat.") == "Noted: The key is under the mat."
    assert [n.text for n in room.host.kept] == [
        "Meet Dr. Lee at 3 p.m.",
        "The key is under the mat.",
    ]
    await room.ask("action item")
    assert await room.ask("Is it late?") == "Action item: Is it late?"
    assert ".." not in await room.ask("read my notes")
    await room.ask("We should paint the house. Please take a note: buy Paint.")
    recap = await room.ask("recap")
    assert recap.startswith("You said: The key is under the mat. Is it late? We should paint")
    assert recap.endswith("Note 4: buy Paint.")
    assert ".." not in recap
    assert await room.ask("undo") == "Removed: buy Paint."


async def test_an_agent_may_have_a_time_zone_of_its_own() -> None:
    there = AgentConfig(responder="r", responder_options={"time_zone": "Pacific/Kiritimati"})
    room = Room(ScribeResponder("Pacific/Pago_Pago"), there)
    before = datetime.now(ZoneInfo("Pacific/Kiritimati"))
    told = await room.ask("what time is it")
    after = datetime.now(ZoneInfo("Pacific/Kiritimati"))
    minutes = {f"{at.hour % 12 or 12}:{at.minute:02}" for at in (before, after)}
    assert told.removeprefix("It is ").rpartition(" ")[0] in minutes
    assert ("p.m." in told) == (after.hour >= 12)


@pytest.mark.parametrize(
    "text",
    [
        "What's the date today?",
        "What is the date today?",
        "what's the date?",
        "what day is it?",
        "which day is today?",
        "What\u2019s today\u2019s date, please?",
        "Could you tell me what day it is?",
        "I have to go soon, what day of the week is it?",
    ],
)
async def test_it_tells_the_date_of_its_time_zone(text: str) -> None:
    there = AgentConfig(responder="r", responder_options={"time_zone": "Pacific/Kiritimati"})
    before = datetime.now(ZoneInfo("Pacific/Kiritimati"))
    told = await Room(ScribeResponder("Pacific/Pago_Pago"), there).ask(text)
    after = datetime.now(ZoneInfo("Pacific/Kiritimati"))
    dates = {f"It is {at:%A}, {at.day} {at:%B} {at.year}." for at in (before, after)}
    assert told in dates


@pytest.mark.parametrize(
    "text",
    [
        "What is the date of the meeting?",
        "What day is it tomorrow?",
        "What is this?",
        "The date is wrong.",
        "He asked what day it is.",
        "I never know what day it is.",
    ],
)
def test_another_date_is_not_asked_for(text: str) -> None:
    assert first_command(text) is None


@pytest.mark.parametrize(
    "options", [{"time_zone": "Mars/Olympus"}, {"time_zone": 5}, {"tz": "UTC"}]
)
def test_an_option_that_cannot_be_is_named(options: dict[str, Any]) -> None:
    with pytest.raises(ResponderError, match=r"Mars|5|tz"):
        ScribeResponder().check(AgentConfig(responder="r", responder_options=options))


def test_its_commands_are_hints_to_the_recogniser() -> None:
    scribe = ScribeResponder()
    assert {"take a note", "what time is it"} <= set(scribe.phrases(AgentConfig(language="en-GB")))
    assert scribe.phrases(AgentConfig(language="de-DE")) == ()
