"""Texts that are corrected as they are said."""

import pytest

from sessions_app.engine.agent.responders.scribe.commands import orders


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Remind me to be there at six, scratch that, at seven.", "be there at seven"),
        ("remind me to be there at six no scratch that at seven", "be there at seven"),
        (
            "Remind me to be there at six, no, strike that, at half past seven.",
            "be there at half past seven",
        ),
        (
            "Note that he pays on Monday, scratch that, on Tuesday morning.",
            "he pays on Tuesday morning",
        ),
        # nothing tells what is wrong
        (
            "Note that he pays on Monday, scratch that, he never pays.",
            "he pays on Monday, scratch that, he never pays",
        ),
        (
            "Take a note: Eva, scratch that, Anna comes.",
            "Eva, scratch that, Anna comes",
        ),
        ("Remind me tomorrow at six to undo that at work.", "tomorrow at six to undo that at work"),
    ],
)
def test_a_correction_takes_the_place_of_what_begins_alike(text: str, wanted: str) -> None:
    assert [one.rest for one in orders(text)] == [wanted]
