"""The end of a call: who agrees to it, and who goes on talking."""

import pytest

from sessions_app.engine.agent.responders.scribe.answers import agrees
from sessions_app.engine.agent.responders.scribe.commands import commands_in
from sessions_app.engine.agent.responders.scribe.responder import STILL_HERE, SURE, ScribeResponder
from tests.engine.agent.responders.scribe.rooms import Room


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


@pytest.mark.parametrize(
    "text",
    [
        *("That was everything you can hang up.", "I think that's it you can hang up now."),
        *(
            "Thanks, you can hang up.",
            "Okay, we're done, you can end the call.",
            "You can hang up.",
        ),
        *(
            "You may hang up now, please.",
            "So you can hang up.",
            "No, that's all, you can hang up.",
        ),
        *("Okay that's all thank you very much you can hang up now.", "Please hang up."),
        *("I have to go, you can hang up.", "The rent is due, so goodbye.", "That's all, hang up."),
        *("After all that, goodbye.", "Great, that's everything for today, you can end the call."),
        *("Before I forget, end the call.", "While I'm at it, hang up."),
    ],
)
def test_the_end_is_asked_for(text: str) -> None:
    assert [one.intent for one in commands_in(text)] == ["end"]


@pytest.mark.parametrize(
    "text",
    [
        *("When the music stops, you can hang up.", "If nobody answers, you can hang up."),
        *("Once she answers, you can hang up.", "After the beep, you can hang up."),
        *("If they put you on hold you can hang up.", "It is rude but you can hang up."),
        *("You know you can hang up.", "Press one or you can hang up.", "I know you can hang up."),
        *("With a robot you can hang up.", "On this phone you can end the call."),
        *(
            "If nobody answers, hang up.",
            "When the music stops, please hang up.",
            "Or hang up on him",
        ),
        *("With this button you can hang up, please.", "And you can hang up any time."),
        *("Until she picks up, you may hang up.", "Tell her you can hang up."),
        *("In that case you can end the call.", "Unless it rings, end the call."),
    ],
)
def test_when_somebody_may_hang_up_ends_nothing(text: str) -> None:
    assert commands_in(text) == []


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Note that the rent is due on Friday, and read it back.", ["the rent is due on Friday"]),
        ("Take a note, the rent is due and read it back to me.", ["the rent is due"]),
        ("Take a note, pick up the book and read it.", ["pick up the book and read it"]),
    ],
)
def test_a_note_may_be_read_back_at_once(text: str, wanted: list[str]) -> None:
    assert [one.text for one in commands_in(text) if one.text] == wanted
