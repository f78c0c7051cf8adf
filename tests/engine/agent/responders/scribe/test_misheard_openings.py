"""Requests for a note whose first words were misheard; and talk that begins nearly as they do."""

import time

import pytest

from sessions_app.engine.agent.responders.scribe.misheard_openings import with_openings
from sessions_app.engine.agent.responders.scribe.words import command_words
from tests.engine.agent.responders.scribe.heard import heard


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("Bring mine me to water the ferns.", "action: water the ferns"),
        ("Green mine me to water the ferns.", "action: water the ferns"),
        ("Please remain me to phone Sue.", "action: phone Sue"),
        ("Santa reminder to wash the van.", "action: wash the van"),
        ("Santa remind her to wash the van.", "action: wash the van"),
        ("And to my notes that the shop is shut.", "note: the shop is shut"),
        ("Oh, and rightless down, gate nine.", "note: gate nine"),
        ("Please had to task to paint the shed.", "action: paint the shed"),
    ],
)
def test_a_misheard_opening_is_understood(text: str, wanted: str) -> None:
    assert heard(text) == [f"{wanted.partition(':')[0]}: {wanted.partition(': ')[2].lower()}"]


def test_a_request_may_follow_an_undo() -> None:
    assert heard("Scratch that green mine me to phone Sue.") == ["undo", "action: phone sue"]


@pytest.mark.parametrize(
    "text",
    [
        "She told me to water the ferns.",
        "They bring mine to me.",
        "Bring me to the station.",
        "But this time I was set on going.",
        "Put that down, you'll break it.",
        "And how did you find out?",
        "No, that was not the point.",
        "Note the date, said the teacher.",
        "Santa reads all the letters.",
        "And to my surprise, nobody came.",
        "Please had two tasks.",
    ],
)
def test_what_only_begins_nearly_so_is_plain_talk(text: str) -> None:
    assert heard(text) == []


def test_words_that_were_heard_well_stay() -> None:
    assert with_openings(command_words("The shop opens at nine.")) is None


def test_long_talk_is_searched_quickly() -> None:
    words = command_words("so and they went to the sea with mine. " * 300)
    begun = time.process_time()
    with_openings(words)
    assert time.process_time() - begun < 1


def test_a_note_to_buy_something_ends_before_the_next_request() -> None:
    assert heard("Take a note by milk remind me to phone Sue.") == [
        "note: by milk",
        "action: phone sue",
    ]
    assert len(heard("Take a note by Friday remind me to phone Sue.")) == 1
