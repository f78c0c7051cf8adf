"""To-dos of many wordings with who is named in them, and what people say that leaves none."""

from pathlib import Path

import pytest

from sessions_app.engine.summaries.clauses import clauses
from sessions_app.engine.summaries.people import person

FILE = Path(__file__).with_name("asked.txt")
NONE, ANYBODY, NOBODY = "none", "?", "-"


def _rows() -> list[tuple[str, str]]:
    lines = [line for line in FILE.read_text().splitlines() if not line.startswith("#")]
    return [
        (text.strip(), who.strip()) for text, _, who in (line.rpartition("|") for line in lines)
    ]


@pytest.mark.parametrize(("sentence", "who"), _rows())
def test_a_sentence_leaves_a_to_do_or_none(sentence: str, who: str) -> None:
    asked = [one.text for one in clauses(sentence) if one.asks]
    assert bool(asked) is (who != NONE)
    if who not in (NONE, ANYBODY):
        assert person(sentence) == ("" if who == NOBODY else who)


def test_two_people_who_are_asked_in_one_sentence_have_a_to_do_each() -> None:
    found = clauses("Kim, you take the flyers and Ben, you take the posters.")
    assert [(one.text, person(one.text)) for one in found if one.asks] == [
        ("Kim, you take the flyers", "Kim"),
        ("Ben, you take the posters.", "Ben"),
    ]


@pytest.mark.parametrize(
    ("sentence", "asked"),
    [
        (
            "Please hold the line and send me the form tomorrow.",
            ["send me the form tomorrow."],
        ),
        ("Bear with me, I'll just check.", []),
        ("Can you hold on a second, please call Anna on Friday.", ["please call Anna on Friday."]),
    ],
)
def test_words_about_the_call_stand_beside_to_dos(sentence: str, asked: list[str]) -> None:
    assert [one.text for one in clauses(sentence) if one.asks] == asked
