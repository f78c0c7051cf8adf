"""What a recogniser makes of the shortest commands; and talk that begins nearly as they do."""

import pytest

from sessions_app.engine.agent.responders.scribe.commands import commands_in


def found(text: str) -> list[str]:
    return [f"{one.intent}: {one.text}".removesuffix(": ") for one in commands_in(text)]


@pytest.mark.parametrize(
    ("heard", "wanted"),
    [
        *(("red my notes", "read"), ("un do that", "undo"), ("undue that", "undo")),
        *(("undo dat", "undo"), ("delete dat", "undo"), ("remove the last not", "undo")),
        *(("delete that now", "undo"), ("could you please undue that", "undo")),
        *(("end the cole", "end"), ("hang op", "end")),
        *(("some it up", "recap"), ("re cap", "recap"), ("repeat dat", "repeat")),
        *(("what thyme is it", "time"), ("how long have we talk", "length")),
        *(("what can you due", "help"), ("say this again", "repeat")),
        *(("take a not buy milk", "note: buy milk"), ("make a not buy milk", "note: buy milk")),
        *(("action items call Tom", "action: call Tom"), ("action: call Tom", "action: call Tom")),
        *(("remain me to call Tom", "action: call Tom"), ("read my three notes", "read")),
    ],
)
def test_a_garbled_command_is_understood(heard: str, wanted: str) -> None:
    assert found(heard) == [wanted]


@pytest.mark.parametrize(
    "text",
    [
        *("Delete that email.", "Delete that app.", "Scratch that itch.", "Scratch that surface."),
        *("Delete that file.", "Delete that post.", "Remove that stain.", "Undo that zip."),
        *("Undo that button.", "Undo that belt.", "Delete this message.", "Cancel that order."),
        *("You can't delete that.", "Can't undo that.", "You can't scratch that."),
        *("I'd delete that.", "You'd undo that.", "He can't undo that.", "I could delete that."),
        *("They won't delete that.", "Never undo that.", "Don't delete that."),
        *("Hang up your coat.", "End the war.", "Help him.", "Help them.", "Help her."),
        *("Tell me the truth.", "Tell me the tale.", "Tell me the title.", "Tell me the tune."),
        *("What time is the train?", "What time is dinner?", "What time is the bus?"),
        *("How long have we been married?", "Pardon my French.", "What did you say to him?"),
        *("Drop me a note.", "Send me a note.", "Take it out of the oven."),
        *("The last note was flat.", "There's a note that says we are closed."),
        *("Make a coat for him.", "Take a seat by the door.", "Action films bore me."),
    ],
)
def test_another_word_in_its_place_is_plain_talk(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    "text",
    [
        *("You remind me of my brother.", "You remind me to call Tom.", "Photos remind me of her."),
        *(
            "You remind me so much of her.",
            "Yes, you remind me of Tom.",
            "Songs remind me of home.",
        ),
        *("They remind me of that summer.", "And you remind me of him.", "These remind me of you."),
        *("Remind me who's coming.", "Remind me when's the meeting.", "Remind me how's that done."),
    ],
)
def test_who_reminds_somebody_asks_for_no_reminder(text: str) -> None:
    assert found(text) == []
