"""Commands that are spelt as something else, and sound like themselves."""

import time

import pytest

from sessions_app.engine.agent.responders.scribe.commands import commands_in
from sessions_app.engine.agent.responders.scribe.sound_alike import sound


def found(text: str) -> list[str]:
    return [f"{one.intent}: {one.text}".removesuffix(": ") for one in commands_in(text)]


@pytest.mark.parametrize(
    ("heard", "wanted"),
    [
        ("Good, you tell me my notes.", "read"),
        ("What sawn my list?", "read"),
        ("And you say that once more,", "repeat"),
        ("Could he repeat the last bit?", "repeat"),
        ("Could you some airs the call so far?", "recap"),
        ("How long has this qual been going?", "length"),
        ("How long have we been on the foam?", "length"),
        ("Do you have the thyme?", "time"),
        ("And by stamps to my to-do list.", "action: by stamps"),
        ("But call the plumber on my list.", "action: call the plumber"),
        ("Said reminder to check the oven.", "action: check the oven"),
        ("We're done here and the call.", "end"),
        ("That's all for today, and the call, please.", "end"),
        ("That's wrong, and do it.", "undo"),
        ("That's wrong, I'm do it.", "undo"),
        ("Good idea, inaction item, ask the landlord.", "action: ask the landlord"),
        ("inaction item call the bank", "action: call the bank"),
        ("High there.", "hello"),
        ("takenot the server is down", "note: the server is down"),
        ("Takenot, buy milk.", "note: buy milk"),
        ("Hey Scribe, knew not, the printer needs toner.", "note: the printer needs toner"),
        ("hey scribe knew not the printer needs toner", "note: the printer needs toner"),
        ("Scribe knew not, the printer needs toner.", "note: the printer needs toner"),
        ("Good idea, and an action item, ask the landlord.", "action: ask the landlord"),
        ("Hey, scribe, who note the window is open.", "note: the window is open"),
        ("Me to do, sweep the yard.", "action: sweep the yard"),
        ("To to sweep the yard.", "action: sweep the yard"),
        ("We remind me to phone Sue.", "action: phone Sue"),
        ("Could sweep the yard on my list.", "action: sweep the yard"),
        ("Could you and fresh bread to the list?", "action: fresh bread"),
        ("Said up.", "quiet"),
        ("Him up, please.", "end"),
        ("Okay, hang up no.", "end"),
        ("Were done here and the call.", "end"),
        ("We're done here and the cloud.", "end"),
        ("I think that, said you can hang up now.", "end"),
        ("I'll no strike that.", "undo"),
        ("Nor delete that.", "undo"),
    ],
)
def test_what_sounds_like_a_command_is_one(heard: str, wanted: str) -> None:
    assert found(heard) == [wanted]


@pytest.mark.parametrize(
    "text",
    [
        "How long is the table?",
        "How long do you boil an egg?",
        "I noted that yesterday.",
        "No, I don't think so.",
        "What is in the next room?",
        "And milk is on my list.",
        "But she put it on my list of errands.",
        "Please keep everything.",
        "Raised the lost boat.",
        "Signing out, the call is recorded.",
        "We talked and the call went well.",
        "We're done here and the call went well.",
        "We talked and the call.",
        "That's a good idea, and do it.",
        "That's wrong, and do it again.",
        "He said that's wrong, and do it.",
        "Go ahead and do it.",
        "High there on the hill.",
        "It was high there.",
        "Scribe knew not what to do.",
        "The scribe knew not, and left.",
        "He knew not what to say.",
        "Hey, who noted the number?",
        "Me to do that?",
        "Could she put it on my list of errands?",
        "Could we all be on the list?",
        "Him up the ladder, me below.",
        "Were you done here?",
        "We're done here and the kids are hungry.",
        "He said you can hang up now.",
        "There is no scratch on it.",
        "I have no wish to delete that.",
    ],
)
def test_what_sounds_like_something_else_is_none(text: str) -> None:
    assert found(text) == []


def test_letters_that_sound_alike_are_one() -> None:
    assert sound("phone") == sound("fone") == "fan"
    assert sound("write") == sound("right") == sound("ride")


def test_long_talk_is_heard_quickly() -> None:
    started = time.process_time()
    found("could you so and well they went to the sea. " * 300)
    assert time.process_time() - started < 2
