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
        ("Remind me to be there at six, scratch that, seven.", "be there at seven"),
        ("remind me to be there on Monday no scratch that Tuesday", "be there on Tuesday"),
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


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Note that the meeting is at six. Scratch that. At seven.", ["the meeting is at seven"]),
        (
            "Remind me to call Anna on Tuesday. No, scratch that. On Wednesday morning.",
            ["call Anna on Wednesday morning"],
        ),
        (
            "Note that we meet at six. Scratch that. At seven. Read my notes.",
            ["we meet at seven", ""],
        ),
        ("Note that we meet at six. Scratch that. He is late.", ["we meet at six", ""]),
        ("Note that we meet at six. Scratch that. We meet at seven.", ["We meet at seven"]),
        ("Note that we meet at six. Scratch that. Seven.", ["we meet at seven"]),
        ("Note that he pays on Monday. No, scratch that. Tuesday.", ["he pays on Tuesday"]),
        ("Note that the total is 40 pounds. Scratch that. 50.", ["the total is 50 pounds"]),
        # these only share a word with the note
        (
            "Note that the dog needs the vet. Scratch that. The kids are shouting.",
            ["the dog needs the vet", ""],
        ),
        (
            "Remind me to call the bank. Scratch that. The bank called me.",
            ["call the bank", ""],
        ),
        (
            "Note that we meet at six at the hall. Scratch that. At home I have a dog.",
            ["we meet at six at the hall", ""],
        ),
        (
            "Note that the code is thirty four. Scratch that. Five.",
            ["the code is thirty four", ""],
        ),
        ("Note that we meet at six. Undo that. Read my notes.", ["we meet at six", "", ""]),
    ],
)
def test_a_correction_may_be_sentences_of_its_own(text: str, wanted: list[str]) -> None:
    assert [one.rest for one in orders(text)] == wanted
