"""Times that stand before what a reminder is about: they are kept, but behind it."""

import pytest

from sessions_app.engine.agent.responders.scribe.reminder_times import as_said_after
from tests.engine.agent.responders.scribe.heard import first_command


def _noted(text: str) -> str:
    command = first_command(text)
    return "" if command is None else f"{command.intent}: {command.text}"


@pytest.mark.parametrize(
    ("said", "noted"),
    [
        ("Set a reminder for Friday to ring the school.", "action: ring the school on Friday"),
        ("Remind me on Friday to pay the rent.", "action: pay the rent on Friday"),
        (
            "set a reminder for tomorrow at nine to water the plants",
            "action: water the plants tomorrow at nine",
        ),
        ("Put down for Monday that the bins go out.", "note: the bins go out on Monday"),
        ("please put down for monday to ring the school", "action: ring the school on monday"),
        ("Reminder for Friday: ring the school.", "action: ring the school on Friday"),
        ("set a reminder for tomorrow pay the bill", "action: pay the bill tomorrow"),
        ("Remind me tomorrow. Call Ann.", "action: Call Ann tomorrow"),
        ("Set a reminder for five to nine to leave.", "action: leave at five to nine"),
        (
            "Set a reminder for the third of March to renew the passport.",
            "action: renew the passport on the third of March",
        ),
        ("Set a reminder for me for Friday to buy milk.", "action: buy milk on Friday"),
        ("Set a reminder for 9:30 to take the pills, please.", "action: take the pills at 9:30"),
        ("Make a note for Monday that we meet at nine.", "note: we meet at nine on Monday"),
        ("Remind me every Monday to put the bins out.", "action: put the bins out every Monday"),
        (
            "Remind me on Friday, Saturday and Sunday to feed the cat.",
            "action: feed the cat on Friday, Saturday and Sunday",
        ),
        ("Remind me first thing tomorrow to ring Leo.", "action: ring Leo first thing tomorrow"),
    ],
)
def test_the_time_of_a_reminder_stands_behind_what_it_is_about(said: str, noted: str) -> None:
    assert _noted(said) == noted


@pytest.mark.parametrize(
    ("said", "noted"),
    [
        ("Set a reminder for two people to come.", "action: for two people to come"),
        ("Set a reminder for Dr. Lee to call.", "action: for Dr. Lee to call"),
        ("Add a task for June to call the bank.", "action: for June to call the bank"),
        ("Remind me at work to call Bob.", "action: at work to call Bob"),
        # two times: which of them is the reminder's stays as it was said
        ("Remind me on Friday to ring Ann on Monday.", "action: on Friday to ring Ann on Monday"),
        (
            "Take a note for Friday: the boiler is serviced.",
            "note: for Friday: the boiler is serviced",
        ),
        ("Note that tomorrow we move.", "note: tomorrow we move"),
        ("We put down for Monday that the bins go out.", ""),
        ("Put me down for Monday.", ""),
    ],
)
def test_what_is_no_time_of_a_reminder_stays_where_it_is(said: str, noted: str) -> None:
    assert _noted(said) == noted


@pytest.mark.parametrize(
    ("said", "after"),
    [
        ("for next week", "next week"),
        ("for the morning", "in the morning"),
        ("for noon", "at noon"),
        ("for March", "in March"),
        ("for 5 May", "on 5 May"),
        ("for half past nine", "at half past nine"),
        ("for the 5th", "on the 5th"),
        ("for a week", "for a week"),
        ("tomorrow", "tomorrow"),
    ],
)
def test_for_becomes_what_is_said_behind_a_text(said: str, after: str) -> None:
    assert as_said_after(said) == after
