"""What "that" means: what was told before it, unless nothing was or a text is announced."""

import pytest

from sessions_app.engine.agent.responders.scribe.commands import commands_in, without_commands
from sessions_app.engine.agent.responders.scribe.responder import (
    WHAT_ACTION,
    WHAT_NOTE,
    ScribeResponder,
)
from tests.engine.agent.responders.scribe.rooms import Room


def found(text: str) -> list[str]:
    return [f"{one.intent}: {one.text}".strip() for one in commands_in(text)]


@pytest.mark.parametrize("mark", [".", ","])
@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (
            "The number is 5512| Please make a note of that| She lives in Leeds.",
            ["note: The number is 5512"],
        ),
        ("The number is 5512| Note that down for me| she has two.", ["note: The number is 5512"]),
        (
            "The number is 5512| Could you write that down| Ann has it.",
            ["note: The number is 5512"],
        ),
        ("The bus is late| Note that| We walk.", ["note: The bus is late"]),
        (
            "The boiler is leaking again| make a note of that, please, what have I got so far?",
            ["note: The boiler is leaking again", "read:"],
        ),
        (
            "The number is 5512| please make a note of it| I told her to make a note of it.",
            ["note: The number is 5512"],
        ),
        (
            "The boiler is leaking| write that down| and remind me to call Tom.",
            ["note: The boiler is leaking", "action: call Tom"],
        ),
        (
            "The boiler is leaking| Write that down and remind me to call Tom.",
            ["note: The boiler is leaking", "action: call Tom"],
        ),
        (
            "The sale is on Monday| Make a note of that| Then we go to lunch.",
            ["note: The sale is on Monday"],
        ),
        (
            "The boiler is leaking| make a note of that please, and what time is it?",
            ["note: The boiler is leaking", "time:"],
        ),
        ("The dog is ill| Put that on my list| She lives here.", ["action: The dog is ill"]),
        (
            "The rent is due| Put it in my notes, and what time is it?",
            ["note: The rent is due", "time:"],
        ),
        (
            "The roof leaks| write that down| and the tap drips, write that down, too.",
            ["note: The roof leaks", "note: the tap drips"],
        ),
        ("The boiler leaks| make it a task| We go now.", ["action: The boiler leaks"]),
    ],
)
def test_what_follows_is_no_text_where_something_was_told(
    text: str, wanted: list[str], mark: str
) -> None:
    assert found(text.replace("|", mark)) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("We met him. Make a note of that: the code is 4711.", "note: the code is 4711"),
        ("I like it. Write this down. The code is 4711.", "note: The code is 4711"),
        ("Make a note of this. She lives in Leeds.", "note: She lives in Leeds"),
        ("Note that this, too, is bad.", "note: this, too, is bad"),
        ("Make a note of this: she lives in Leeds.", "note: she lives in Leeds"),
        ("I like it, write this down: the code is 4711.", "note: the code is 4711"),
        ("Okay. Can you write that down? The code is 4711.", "note: The code is 4711"),
        ("Jot that down, the train leaves at 7:40.", "note: the train leaves at 7:40"),
        ("Put it on my list: buy milk.", "action: buy milk"),
        ("The bus is late. Note that, we walk.", "note: we walk"),
        ("Remind me of it, please. The rent is due.", "action: The rent is due"),
        (
            "Make a note of that bug in the login, it is bad.",
            "note: that bug in the login, it is bad",
        ),
        ("Remind me about that thing with the roof.", "action: that thing with the roof"),
        ("Can you remind me? I have to call Tom.", "action: I have to call Tom"),
        ("Remind me, I have to call Tom.", "action: I have to call Tom"),
        (
            "We need a reminder for that: Tom calls the bank.",
            "action: Tom calls the bank",
        ),
        ("Remind me tomorrow, call Ann.", "action: call Ann tomorrow"),
    ],
)
def test_what_follows_is_the_text_where_nothing_was_told_or_it_is_announced(
    text: str, wanted: str
) -> None:
    assert found(text) == [wanted]


@pytest.mark.parametrize(
    "between",
    [
        *("Hmm.", "Thanks.", "Right?", "You know?", "Okay.", "Great, thank you.", "Wait a second."),
        *("Thank you very much.", "I see.", "Well, um.", "Really?", "Did you get that?"),
        *("Could you hear it?", "Do you understand?"),
    ],
)
def test_that_is_nothing_which_tells_nothing(between: str) -> None:
    assert found(f"He lives in Leeds. {between} Make a note of that.") == [
        "note: He lives in Leeds"
    ]
    assert found(f"He lives in Leeds, {between[:-1].lower()}, make a note of it.")[-1].startswith(
        "note: He lives in Leeds"
    )


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (
            "He lives in Leeds. What time is it? Make a note of that.",
            ["time:", "note: He lives in Leeds"],
        ),
        (
            "He lives in Leeds, what time is it? Make a note of that, please. She does not.",
            ["time:", "note: He lives in Leeds"],
        ),
        (
            "He lives in Leeds. How long have we talked? Hmm. Write that down.",
            ["length:", "note: He lives in Leeds"],
        ),
        ("Eggs, add them to my list.", ["action: Eggs"]),
        ("Eggs and milk. Add them to my list.", ["action: Eggs and milk"]),
        ("We need pens, put those on our list, please.", ["action: We need pens"]),
        (
            "I have to call Tom, can you remind me about that tomorrow?",
            ["action: I have to call Tom tomorrow"],
        ),
        (
            "I have to call Tom. Can you remind me about it tomorrow?",
            ["action: I have to call Tom tomorrow"],
        ),
        (
            "I have to call Tom. Remind me of that on Monday morning, please. Thanks.",
            ["action: I have to call Tom on Monday morning"],
        ),
        (
            "I have to pay. Remind me of it when I get home.",
            ["action: I have to pay when I get home"],
        ),
        ("I have to call Tom. Remind me to do that.", ["action: I have to call Tom"]),
        (
            "I have to call Tom, remind me to do it tonight, please.",
            ["action: I have to call Tom tonight"],
        ),
        (
            "My flight is at nine. Remind me of that an hour before.",
            ["action: My flight is at nine an hour before"],
        ),
        ("The rent is due. Set a reminder for that. We go.", ["action: The rent is due"]),
        (
            "The rent is due. Set a reminder about that for tomorrow.",
            ["action: The rent is due for tomorrow"],
        ),
        ("I have to call Tom, can you remind me? She is in.", ["action: I have to call Tom"]),
        ("I have to call Tom, remind me please, she is in.", ["action: I have to call Tom"]),
        ("The bill is 40. Write that down and tell Ann.", ["note: The bill is 40"]),
        ("I have to call Tom. Remind me tomorrow.", ["action: I have to call Tom tomorrow"]),
        (
            "Note that the roof leaks, and remind me about it at 6 pm.",
            ["note: the roof leaks", "action: the roof leaks at 6 pm"],
        ),
    ],
)
def test_that_is_what_was_told_and_no_command(text: str, wanted: list[str]) -> None:
    assert [one.removesuffix("?") for one in found(text)] == wanted


async def test_that_is_what_was_told_some_turns_ago() -> None:
    room = Room(ScribeResponder())
    await room.ask("I have to call the vet.")
    await room.ask("Hmm.")
    await room.ask("What time is it?")
    assert await room.ask("Remind me about that tomorrow.") == (
        "Action item: I have to call the vet tomorrow."
    )
    assert await room.ask("Make a note of it.") == "Noted: I have to call the vet."
    assert await Room(ScribeResponder()).ask("Write that down.") == WHAT_NOTE
    assert await Room(ScribeResponder()).ask("Remind me about that.") == WHAT_ACTION


def test_what_is_said_after_that_stays_in_a_recap() -> None:
    assert without_commands("It rains, make a note of that, then we go.") == "It rains then we go."


@pytest.mark.parametrize(
    "text",
    ["I told her to make a note of that, and she left.", "She made a note of that, then we went."],
)
def test_what_is_told_points_to_nothing(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    "tail",
    [
        *("love", "please love", "for us please, darling", "if you would", "if you would, mate"),
        *("before I forget", "when you get a minute", "for later", "for the file", "in capitals"),
        *("somewhere safe", "as a reminder", "for me before I forget, love"),
    ],
)
@pytest.mark.parametrize(
    "asked", ["could you note that down", "please write that down", "make a note of that"]
)
def test_what_only_closes_a_request_is_no_text(asked: str, tail: str) -> None:
    assert found(f"The hoist is broken. {asked} {tail}.") == ["note: The hoist is broken"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Note that love is blind.", ["note: love is blind"]),
        ("Note that for later trains we need tickets.", ["note: for later trains we need tickets"]),
        ("Note that if you would call Ann, she helps.", ["note: if you would call Ann, she helps"]),
    ],
)
def test_what_goes_on_after_such_words_is_text(text: str, wanted: list[str]) -> None:
    assert found(text) == wanted


@pytest.mark.parametrize("mark", [", ", " "])
@pytest.mark.parametrize(
    ("when", "written"),
    [
        ("When Bob calls", "when Bob calls"),
        ("Tomorrow morning", "tomorrow morning"),
        ("On Friday", "on Friday"),
        ("Okay, at six o'clock", "at six o'clock"),
        ("In an hour", "in an hour"),
        ("When I get home", "when I get home"),
        ("If it rains", "if it rains"),
    ],
)
def test_when_to_remind_may_be_said_first(when: str, mark: str, written: str) -> None:
    assert found(f"{when}{mark}remind me to ask about the car.") == [
        f"action: ask about the car {written}"
    ]


@pytest.mark.parametrize(
    "text",
    [
        "She always has to remind me to lock the door.",
        "If she had to remind me to pay it would be late.",
        "When they remind me to pay I pay.",
        "My sister will remind me to call.",
    ],
)
def test_who_tells_of_being_reminded_asks_for_nothing(text: str) -> None:
    assert found(text) == []


def test_what_is_said_before_a_reminder_and_says_no_time_is_left_out() -> None:
    assert found("The car is broken, remind me to call Tom.") == ["action: call Tom"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Write this number down for me: 07700 900123.", ["note: 07700 900123"]),
        ("Note this address down: 5 Elm Street.", ["note: 5 Elm Street"]),
        ("Jot this code down. It's 4921.", ["note: It's 4921"]),
        ("Write this number down: 5512. Read my notes.", ["note: 5512", "read:"]),
        ("Please write this number down.", ["note: this number"]),
        ("Note this address down, please.", ["note: this address"]),
        ("remind my husband to get milk", ["action: remind my husband to get milk"]),
        ("please remind my mother to call", ["action: remind my mother to call"]),
    ],
)
def test_what_is_announced_is_what_is_written(text: str, wanted: list[str]) -> None:
    assert found(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "Put that down, you'll break it.",
        "Take that down to the cellar.",
        "Take that down a notch.",
        "Put that down to experience.",
    ],
)
def test_things_are_put_down_without_a_note(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    "after",
    [
        "first thing tomorrow",
        "as a reminder for tomorrow",
        "on the list as well",
        "down in my notes, before I forget",
        "down in full for the file, if you don't mind",
        "at the top of the list",
        "when you get a chance, thanks",
        "for the next meeting, please, love",
        "tomorrow if you can",
    ],
)
def test_adverbials_add_nothing_to_what_is_pointed_to(after: str) -> None:
    assert found(f"The plumber comes at nine. Note that {after}.") == [
        "note: The plumber comes at nine"
    ]


@pytest.mark.parametrize(
    "after",
    [
        "on the list there are two mistakes",
        "first thing tomorrow the bins go out",
        "in the file the date is wrong",
        "for the team it is too late",
    ],
)
def test_adverbials_may_begin_what_is_to_be_written(after: str) -> None:
    assert found(f"The plumber comes at nine. Note that {after}.") == [f"note: {after}"]


def test_many_words_that_could_be_adverbials_take_no_time() -> None:
    text = "The bus is late. Note that " + "in " * 2_000 + "."
    assert found(text)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("The plumber comes at nine, write that down on the list.", "The plumber comes at nine"),
        ("Write milk down on my list.", "milk"),
    ],
)
def test_what_is_written_down_on_a_list_is_without_its_down(text: str, wanted: str) -> None:
    assert found(text) == [f"action: {wanted}"]


@pytest.mark.parametrize(
    "after", ["too", "as well, please", "too, for Saturday", "as well, first thing tomorrow"]
)
def test_what_is_put_on_the_list_too_is_what_was_told(after: str) -> None:
    assert found(f"We need paint. Put that on the list {after}.") == ["action: We need paint"]
