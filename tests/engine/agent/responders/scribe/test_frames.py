"""Longer ways into a request, and requests in odd places."""

import pytest

from sessions_app.engine.agent.responders.scribe.commands import commands_in
from sessions_app.engine.agent.responders.scribe.frames import FRAMES


def found(text: str) -> list[str]:
    return [f"{one.intent}: {one.text}".strip() for one in commands_in(text)]


@pytest.mark.parametrize("mark", ["", ","])
@pytest.mark.parametrize("frame", sorted(FRAMES)[::23])
def test_a_frame_leads_to_a_request(frame: str, mark: str) -> None:
    assert found(f"{frame}{mark} note that the roof leaks") == ["note: the roof leaks"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Before I forget, note that the roof needs work.", "note: the roof needs work"),
        ("before i forget note that the roof needs work", "note: the roof needs work"),
        ("While I think of it, remind me to call Tom.", "action: call Tom"),
        ("So I don't forget, note that the door sticks.", "note: the door sticks"),
        ("It would be great if you could note that it leaks.", "note: it leaks"),
        ("It'd be really helpful if you could remind me to call.", "action: call"),
        ("I'd appreciate it if you could write down that it leaks.", "note: it leaks"),
        ("I was hoping you could note that it leaks.", "note: it leaks"),
        ("I was wondering whether you could note that it leaks.", "note: it leaks"),
        ("Would you be so kind as to note that it leaks?", "note: it leaks"),
        ("I need you to take down that the roof leaks.", "note: the roof leaks"),
        ("Put down that he is late.", "note: he is late"),
        ("You may hang up.", "end:"),
        ("Task: clean the gutter.", "action: clean the gutter"),
        ("Task, clean the gutter.", "action: clean the gutter"),
        ("Reminder: pay the rent.", "action: pay the rent"),
        ("Add eggs, please.", "action: eggs"),
        ("Please add eggs and butter.", "action: eggs and butter"),
        ("Can you add oat milk please?", "action: oat milk"),
        ("Remind me when I get home to feed the cat.", "action: when I get home to feed the cat"),
        (
            "Remind me, when I get home, to feed the cat.",
            "action: when I get home, to feed the cat",
        ),
        ("Remind me when I see Tom about the ladder.", "action: when I see Tom about the ladder"),
        ("Remind me again to lock the door.", "action: lock the door"),
        ("Remind me again tomorrow to call.", "action: again tomorrow to call"),
        ("We need eggs put it on the list.", "action: We need eggs"),
        ("We need eggs, put it on the list.", "action: We need eggs"),
        ("the eggs are gone put them on my list please", "action: the eggs are gone"),
        ("The rent is due on Friday remind me please.", "action: The rent is due on Friday"),
        ("The rent is due on Friday, remind me please.", "action: The rent is due on Friday"),
        ("the rent is due on friday please remind me", "action: the rent is due on friday"),
    ],
)
def test_a_request_may_be_said_so_too(text: str, wanted: str) -> None:
    assert found(text) == [wanted]


@pytest.mark.parametrize(
    "text",
    [
        "My wife put it on the list.",
        "He said we need eggs put it on the list.",
        "They remind me please.",
        "Remind me when we have to leave.",
        "Remind me when the meeting is.",
        "Take down that poster.",
        "Add the numbers up, please.",
        "Please add me to the group.",
        "We add eggs, please.",
        "The task, reminder, and list were fine.",
        "My task is done.",
        "It would be great if you could come.",
        "I was wondering whether he noted that.",
        "Before I forget the keys, we should go.",
    ],
)
def test_plain_talk_of_the_same_words_asks_for_nothing(text: str) -> None:
    assert found(text) == []
