"""What is said to "What should I write down?"."""

import re

import pytest

from sessions_app.engine.agent.responders.scribe.responder import (
    HELP,
    NOTHING,
    SURE,
    WHAT_ACTION,
    WHAT_NOTE,
    ScribeResponder,
)
from sessions_app.engine.core.events import NoteKind
from tests.engine.agent.responders.scribe.rooms import Room


async def asked(question: str = "Take a note.") -> Room:
    room = Room(ScribeResponder())
    assert await room.ask(question) in (WHAT_NOTE, WHAT_ACTION)
    return room


@pytest.mark.parametrize(
    ("reply", "answer", "kept"),
    [
        (
            "The code is 5521. What have I got so far?",
            "Noted: The code is 5521. You have one note. Note 1: The code is 5521.",
            ["The code is 5521."],
        ),
        (
            "The code is 5521, what have I got so far?",
            "Noted: The code is 5521. You have one note. Note 1: The code is 5521.",
            ["The code is 5521"],
        ),
        (
            "No, wait, make that an action item: buy milk.",
            "Action item: buy milk.",
            ["buy milk"],
        ),
        (
            "The code is 5521. Remind me to call Tom.",
            "Noted: The code is 5521. Action item: call Tom.",
            ["The code is 5521.", "call Tom"],
        ),
        ("The code is 5521, write that down.", "Noted: The code is 5521.", ["The code is 5521"]),
        ("The code is 5521. Bye.", f"Noted: The code is 5521. {SURE}", ["The code is 5521."]),
        ("Turn it off. Remove the lid.", "Noted: Turn it off. Remove the lid.", None),
        ("Is it late?", "Noted: Is it late?", ["Is it late?"]),
        ("Hello to Anna.", "Noted: Hello to Anna.", ["Hello to Anna."]),
        ("Wait for Anna at six.", "Noted: Wait for Anna at six.", ["Wait for Anna at six."]),
        ("Ask what time it is.", "Noted: Ask what time it is.", ["Ask what time it is."]),
        ("Right here, today.", "Noted: Right here, today.", ["Right here, today."]),
        ("Nothing works.", "Noted: Nothing works.", ["Nothing works."]),
        ("Never mind, what have I got so far?", "You have no notes yet.", []),
        ("Oh, no, never mind, thanks.", NOTHING, []),
        ("Nothing, forget it.", NOTHING, []),
    ],
)
async def test_commands_in_an_answer_are_obeyed_and_the_rest_is_the_text(
    reply: str, answer: str, kept: list[str] | None
) -> None:
    room = await asked()
    assert await room.ask(reply) == answer
    if kept is not None:
        assert [note.text for note in room.host.kept] == kept
    assert await room.ask("It rains a lot here.") in ("", "OK, I'm still here.")


@pytest.mark.parametrize(
    ("reply", "answer"),
    [
        ("Actually, what time is it?", rf"It is \d+:\d\d [ap]\.m\. {re.escape(WHAT_NOTE)}"),
        ("Help.", re.escape(f"{HELP} {WHAT_NOTE}")),
        ("Sorry, what did you say?", re.escape(WHAT_NOTE)),
        ("Hang on a second.", ""),
        ("Wait.", ""),
        ("One moment, please.", ""),
        ("Hmm, let me think.", ""),
        ("Okay.", ""),
        ("Um, hold on, what have I got?", re.escape(f"You have no notes yet. {WHAT_NOTE}")),
    ],
)
async def test_a_question_that_was_not_answered_is_still_open(reply: str, answer: str) -> None:
    room = await asked()
    assert re.fullmatch(answer, await room.ask(reply))
    assert room.host.kept == []
    assert await room.ask("The key is under the mat.") == "Noted: The key is under the mat."


async def test_an_answer_may_make_it_an_action_item() -> None:
    room = await asked()
    assert await room.ask("No, make that an action item.") == WHAT_ACTION
    assert await room.ask("Call Ann. What's on my list?") == (
        "Action item: Call Ann. You have one note. Action item 1: Call Ann."
    )
    assert [note.kind for note in room.host.kept] == [NoteKind.ACTION]


@pytest.mark.parametrize(
    ("reply", "kept"),
    [
        ("My sister. Is coming on Friday.", ["My sister is coming on Friday."]),
        ("We meet at six, no, scratch that, at seven.", ["We meet at seven."]),
    ],
)
async def test_a_text_is_written_as_a_note_is(reply: str, kept: list[str]) -> None:
    room = await asked()
    await room.ask(reply)
    assert [note.text for note in room.host.kept] == kept


@pytest.mark.parametrize(
    "reply", ["Bear with me.", "Just a sec, love.", "Um, well, hang on.", "Just a second, mate."]
)
async def test_who_asks_for_time_is_waited_for(reply: str) -> None:
    room = await asked()
    await room.ask(reply)
    assert not room.host.kept
    await room.ask("The code is 5521.")
    assert [note.text for note in room.host.kept] == ["The code is 5521."]


@pytest.mark.parametrize(
    "reply", ["Don't bother.", "Not now.", "Oh, forget it.", "I can't remember."]
)
async def test_who_gives_up_has_nothing_written(reply: str) -> None:
    room = await asked()
    assert await room.ask(reply) == NOTHING
    assert not room.host.kept
