"""Commands that are spelt as something else, and sound like themselves."""

import time

import pytest

from sessions_app.agent.responders.commands import orders
from sessions_app.agent.responders.sounding import sound


def found(text: str) -> list[str]:
    return [f"{one.command}: {one.rest}".removesuffix(": ") for one in orders(text)]


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
        ("Good idea, and an action item, ask the landlord.", "action: ask the landlord"),
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
