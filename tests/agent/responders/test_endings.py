"""The end of a call: who agrees to it, and who goes on talking."""

import pytest

from sessions_app.agent.responders.answers import agrees
from sessions_app.agent.responders.scribe import STILL_HERE, SURE, ScribeResponder
from tests.agent.responders.rooms import Room


@pytest.mark.parametrize(
    "reply",
    [
        *("Yes.", "Yes, please.", "Yeah, that's all, thanks.", "Sure, end it.", "Yes yes yes."),
        *("Okay, bye for now.", "That's it, thanks.", "Please do.", "Uh, yeah.", "That's right."),
        *("Yes, end the call now, please.", "Yep, you can hang up.", "I'm done, thanks."),
        *("Thanks, see you tomorrow!", "Well, thank you. Have a nice day.", "I have to go, bye."),
        *("Yes, thank you very much, goodbye.", "Good night, Scribe.", "Of course, go ahead."),
    ],
)
async def test_consent_ends_the_call(reply: str) -> None:
    room = Room(ScribeResponder())
    assert await room.ask("End the call.") == SURE
    assert await room.ask(reply) == "All right."
    assert room.host.ended


@pytest.mark.parametrize(
    "reply",
    [
        *("Please wait a moment", "Please stay on the line.", "Okay wait a second."),
        *("Sure, I told her that yesterday.", "Yes, I know what you mean, Tom."),
        *("Yes, that is what she meant.", "Okay, not yet.", "Correct me if I am wrong."),
        *("Yes, and I have to tell you something.", "All right, one more thing.", "Thanks."),
        *("Please don't.", "No thanks.", "No, that's all.", "Yes, no, wait.", "Stop."),
        *("Goodbye Stranger was a great song.", "Sure thing, he left.", "Right, the green one."),
    ],
)
async def test_a_turn_that_says_more_than_yes_is_talk_and_the_question_is_dropped(
    reply: str,
) -> None:
    room = Room(ScribeResponder())
    await room.ask("Goodbye")
    assert await room.ask(reply) == STILL_HERE
    assert await room.ask("Yes.") == ""
    assert not room.host.ended


@pytest.mark.parametrize(
    ("reply", "answer"),
    [
        ("Okay, hold on, remind me to call Anna", "Action item: call Anna."),
        ("Right, before you do, what have I got so far?", "You have no notes yet."),
        ("Yes but first tell me what have I got so far", "You have no notes yet."),
        ("Yes. Take a note: buy milk.", "Noted: buy milk."),
        ("Sure, but repeat that, please.", SURE),
    ],
)
async def test_a_command_is_obeyed_instead(reply: str, answer: str) -> None:
    room = Room(ScribeResponder())
    await room.ask("End the call.")
    assert await room.ask(reply) == answer
    assert not room.host.ended


def test_nothing_is_no_consent() -> None:
    assert not agrees("")
    assert not agrees("thank you so much")
