"""Notes and tasks that are spoken of, and those that are asked for in the same words."""

import pytest

from sessions_app.engine.agent.responders.scribe.commands import commands_in


@pytest.mark.parametrize(
    "text",
    [
        *("The last note was flat.", "Another note came through the door."),
        *("I need a note from the doctor.", "To do nothing is not an option."),
        *("There's a note that says we are closed.", "One more note is missing."),
        *("Quick note cards are sold here.", "New action film is out.", "New item on the menu."),
        *("We need a new task force.", "I want a reminder of home."),
        *("An action item is an action item.", "Another task was added by my boss."),
        *("Next task is hard.", "To do my taxes I need a day."),
        *("Take another note from the top.", "Put it down.", "Mark the price down."),
        *("Type faster or slow down.", "Take it down a notch.", "Save that seat."),
        *("Log that call.", "Record that show for me.", "Save that seat for Anna."),
        *("Next note arrived on Monday.", "A quick note of thanks would be nice."),
        *("The new task manager is slow.", "New task bar looks odd."),
        *("Another reminder came by post.", "I need a reminder from time to time."),
        *("An action item was missing.", "Next item on the agenda."),
        *("A reminder of the war stood there.", "Short note left on the door."),
        *("To do something is better than to do nothing.", "To do that we need time."),
        *("To do your job you need tools.", "Another note has gone missing.", "Take it down."),
        *("Get it down.", "Note cards are cheap.", "We would like a new action plan."),
        *("We had another note from the landlord.", "A new note appeared."),
        *("Take that down from the wall.", "Get that down from the shelf.", "To do or not to do."),
        *("I need a task done.", "Another item sold out.", "Put that down on the table."),
    ],
)
def test_a_note_that_is_spoken_of_asks_for_none(text: str) -> None:
    assert commands_in(text) == []


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("new note the printer needs toner", "note: the printer needs toner"),
        ("another note the lease ends in May", "note: the lease ends in May"),
        ("next task call the bank", "action: call the bank"),
        ("another task send the slides", "action: send the slides"),
        ("to do buy milk", "action: buy milk"),
        ("one more note we are out of coffee", "note: we are out of coffee"),
        ("One more note: is missing.", "note: is missing"),
        ("Another note: came through the door.", "note: came through the door"),
        ("New note, is Anna coming?", "note: is Anna coming?"),
        ("Next note: from the top.", "note: from the top"),
        ("We need a new task: force the lock.", "action: force the lock"),
        ("take a note from Monday we close at six", "note: from Monday we close at six"),
        ("short note I parked on level two", "note: I parked on level two"),
        ("I need a reminder to call home", "action: call home"),
        ("I need a note about the leak.", "note: the leak"),
        ("Log that Anna called at six.", "note: Anna called at six"),
        ("Record that the lift broke down.", "note: the lift broke down"),
        ("save that I paid forty euros", "note: I paid forty euros"),
        ("My pin is 1234, put it down.", "note: My pin is 1234"),
        ("My pin is 1234. Please put it down.", "note: My pin is 1234"),
    ],
)
def test_a_note_is_asked_for_without_a_verb(text: str, wanted: str) -> None:
    assert [f"{one.intent}: {one.text}" for one in commands_in(text)] == [wanted]


def test_a_text_goes_on_where_a_task_is_spoken_of() -> None:
    (one,) = commands_in("Note that the hall is booked, another task was dropped.")
    assert one.text == "the hall is booked, another task was dropped"


@pytest.mark.parametrize(
    "text",
    [
        "Leave a note on the fridge for your sister.",
        "Just leave a note under the door.",
        "Make a note in your diary.",
        "I need a new note and a new pen.",
        "Remember that lad who fixed the roof?",
        "Remember that woman whose car we hit.",
        "Note the difference.",
        "On that note we ended.",
    ],
)
def test_notes_on_paper_and_memories_are_only_spoken_of(text: str) -> None:
    assert commands_in(text) == []


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Make a note in the morning we leave at six.", "note: in the morning we leave at six"),
        ("Make a note on the boiler, it leaks.", "note: on the boiler, it leaks"),
        ("Note we need eggs.", "note: we need eggs"),
        ("Note the boiler is leaking.", "note: the boiler is leaking"),
        ("Okay. Note there are two of them.", "note: there are two of them"),
        ("Can u note that the rent is due", "note: the rent is due"),
        ("plz remind me to call Anna", "action: call Anna"),
    ],
)
def test_a_statement_after_note_is_its_text(text: str, wanted: str) -> None:
    assert [f"{one.intent}: {one.text}" for one in commands_in(text)] == [wanted]
