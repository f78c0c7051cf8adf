"""Which words become a note: ways to ask for one, and where its text ends."""

import pytest

from sessions_app.engine.agent.responders.scribe.commands import commands_in
from sessions_app.engine.agent.responders.scribe.responder import ScribeResponder
from tests.engine.agent.responders.scribe.rooms import Room


def found(text: str) -> list[str]:
    return [f"{one.intent}: {one.text}" for one in commands_in(text)]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Remember that my password hint is grandma.", "note: my password hint is grandma"),
        ("I need you to remember that the gate is open.", "note: the gate is open"),
        ("Could you remember that Eva is vegan?", "note: Eva is vegan"),
        ("Please keep in mind that the lift is slow.", "note: the lift is slow"),
        ("Bear in mind that we close at six.", "note: we close at six"),
        ("Write that the door is broken.", "note: the door is broken"),
        ("Save that the code is 4711.", "note: the code is 4711"),
        ("note: buy milk", "note: buy milk"),
        ("Note - call Bob.", "note: call Bob"),
        ("Take a note: --> go left.", "note: --> go left"),
        ("take a note, > 5 people -->", "note: > 5 people -->"),
        ("Take a note - \u2014 buy milk :-)", "note: buy milk :-)"),
        ("Memo: the key is under the mat.", "note: the key is under the mat"),
        ("Could you jot that Bob called?", "note: Bob called"),
        ("Write the licence number B 12 down, please.", "note: the licence number B 12"),
        ("The car needs petrol, note that.", "note: The car needs petrol"),
        ("the car needs petrol, please note that", "note: the car needs petrol"),
        ("He lives in Rome now, remember that.", "note: He lives in Rome now"),
        ("Is it okay if you take a note that the door is broken?", "note: the door is broken"),
        ("So can you tell me, or take a note that it leaks?", "note: it leaks"),
        ("Why don't you write down that it leaks?", "note: it leaks"),
        ("Can you please note for me that the code is 0042?", "note: the code is 0042"),
        ("note for me that the code is 0042", "note: the code is 0042"),
        ("please note the new address", "note: the new address"),
        ("Please note this bug is open.", "note: this bug is open"),
        ("Note this. The server is down.", "note: The server is down"),
        ("Write this: the bus stop is closed.", "note: the bus stop is closed"),
        ("write down this: the bus is late", "note: the bus is late"),
        ("write down this number: 42", "note: this number: 42"),
        ("take down this: the IBAN is DE89", "note: the IBAN is DE89"),
        ("take down a message: call Ann", "note: call Ann"),
        ("jot this down for me will you: Flight BA117", "note: Flight BA117"),
        ("jot this down for me, would you please: Flight BA117", "note: Flight BA117"),
        ("write down will you marry me", "note: will you marry me"),
        ("take a note: will you, or not", "note: will you, or not"),
        ("Can you note this?", "note: "),
        ("remember to e-mail Ann", "action: e-mail Ann"),
        ("So please, remember to buy milk.", "action: buy milk"),
        ("Remind Anna to send the slides.", "action: Remind Anna to send the slides"),
        (
            "Could you remind John and Mary about the rent?",
            "action: remind John and Mary about the rent",
        ),
        ("please remind the plumber that we moved", "action: remind the plumber that we moved"),
    ],
)
def test_a_note_is_asked_for_in_many_ways(text: str, wanted: str) -> None:
    assert found(text) == [wanted]


@pytest.mark.parametrize(
    "text",
    [
        "Remember that time we went to Spain?",
        "I remember that he came.",
        "He said, remember that the shop is closed.",
        "Did you remind Anna to bring the keys?",
        "She will write that essay.",
        "Note this bug is back.",
        "Write this letter to her.",
        "Take down this poster.",
        "The sign said please note the lift is out.",
        "I remember to call her.",
        "Did you remember to call?",
        "Drink enough and remember to smile.",
        "They asked me could you note that it leaks.",
        "Keep the change.",
        "He put the phone down.",
    ],
)
def test_what_is_told_is_no_note(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (
            "Remind me in twenty minutes to turn off the oven, and note that it needs more salt.",
            ["action: turn off the oven in twenty minutes", "note: it needs more salt"],
        ),
        (
            "note that the key is here and remind me to call tom",
            ["note: the key is here", "action: call tom"],
        ),
        (
            "Remind me to take a note pad, and also note that we meet at six.",
            ["action: take a note pad", "note: we meet at six"],
        ),
        (
            "We met him, could you note that he leaves in June, anyway, where was I.",
            ["note: he leaves in June"],
        ),
        ("Note that he leaves in June. Anyway, it rains.", ["note: he leaves in June"]),
        ("note that he leaves in june anyway where was i", ["note: he leaves in june"]),
        ("Note that he stays here anyway.", ["note: he stays here anyway"]),
        ("Note that he likes tea, no, scratch that.", ["note: he likes tea", "undo: "]),
        ("remind me to call tom no wait delete that", ["action: call tom", "undo: "]),
        ("Note that he likes tea, actually, forget that note.", ["note: he likes tea", "undo: "]),
        ("Remind me to undo that patch.", ["action: undo that patch"]),
        ("What are my to-dos?", ["read: "]),
        ("what to dos do i have", ["read: "]),
        ("What do I have to do?", ["read: "]),
    ],
)
def test_a_note_ends_where_something_else_begins(text: str, wanted: list[str]) -> None:
    assert found(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Note that the server is down.", "the server is down"),
        ("Please note that the shop is closing down.", "the shop is closing down"),
        ("Note that the lift is broken down.", "the lift is broken down"),
        ("Could you note that prices went down?", "prices went down"),
        ("Write that the car broke down.", "the car broke down"),
        ("Jot that Tom calmed down again.", "Tom calmed down again"),
        ("Note for me that the server is down.", "the server is down"),
        ("Note that the server is down again.", "the server is down again"),
        ("Note that the server is down now.", "the server is down now"),
        ("Note that the server is down today.", "the server is down today"),
        ("Note that the server is down for a while.", "the server is down for a while"),
        ("note that the server is down", "the server is down"),
        ("Note the server is down.", "the server is down"),
        ("please note the server is down again", "the server is down again"),
        (
            "Note that Peter asked could you write that down.",
            "Peter asked could you write that down",
        ),
        ("Note that address down, please.", "that address"),
        ("Write that phone number down again.", "that phone number"),
        ("Write my name and address down for me.", "my name and address"),
    ],
)
def test_down_at_the_end_may_be_of_what_is_told(text: str, wanted: str) -> None:
    assert found(text) == [f"note: {wanted}"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Remind me to call Anna, and what have I got so far?", ["action: call Anna", "read: "]),
        ("Remind me to call Anna, what have I got so far?", ["action: call Anna", "read: "]),
        ("remind me to call anna and what have i got so far", ["action: call anna", "read: "]),
        ("Note that he comes, and what time is it, please?", ["note: he comes", "time: "]),
        ("Note that he comes, could you read my notes?", ["note: he comes", "read: "]),
        ("Take a note, buy milk, what day is it today?", ["note: buy milk", "date: "]),
        (
            "Remind Anna to call, so how long have we talked?",
            ["action: Remind Anna to call", "length: "],
        ),
        ("Add milk to my list, and what have I got so far?", ["action: milk", "read: "]),
        ("Add milk to my list and remind me to call Tom.", ["action: milk", "action: call Tom"]),
        ("Add milk to my list, and add bread to my list.", ["action: milk", "action: bread"]),
        ("Put the dentist on my list, it is important.", ["action: the dentist"]),
        ("Write the number down, and what time is it?", ["note: the number", "time: "]),
        ("Remind me to ask Tom, what time is it?", ["action: ask Tom, what time is it?"]),
        ("Note that she said, what time is it?", ["note: she said, what time is it?"]),
        ("Take a note: what have I got in the bag?", ["note: what have I got in the bag?"]),
        ("Remind me to call Anna and check my notes.", ["action: call Anna and check my notes"]),
    ],
)
def test_a_question_after_a_text_is_answered(text: str, wanted: list[str]) -> None:
    assert found(text) == wanted


async def test_a_note_that_is_taken_back_in_the_same_breath_is_gone() -> None:
    room = Room(ScribeResponder())
    await room.ask("Take a note: buy milk.")
    answer = await room.ask("Note that Jonas likes coffee, no, scratch that.")
    assert answer == "Noted: Jonas likes coffee. Removed: Jonas likes coffee."
    assert [note.text for note in room.host.kept] == ["buy milk"]


def test_a_turn_may_end_with_a_word_that_begins_a_note() -> None:
    for text in ("Take a note: milk. Note", "NOTE - This is not finished yet! - NOTE"):
        assert [str(one.intent) for one in commands_in(text)] == ["note"]
