"""Offers that somebody accepts are to-dos of who offered."""

from pathlib import Path

import pytest

from sessions_app.engine.summaries.extractive import ExtractiveSummariser
from tests.engine.summaries.test_extractive import Line

FILE = Path(__file__).with_name("offers.txt")
SIDES = {"A": "agent", "C": "caller"}


def _rows() -> list[tuple[str, str]]:
    lines = [line for line in FILE.read_text().splitlines() if not line.startswith("#")]
    return [(said.strip(), todo.strip()) for said, _, todo in (x.rpartition("|") for x in lines)]


@pytest.mark.parametrize(("said", "todo"), _rows())
def test_an_offer_is_a_to_do_once_it_is_accepted(said: str, todo: str) -> None:
    turns = [turn.strip().partition(": ") for turn in said.split("/")]
    lines = [
        Line(n, text, SIDES[side], 3000 * n, 3000 * n + 2000)
        for n, (side, _, text) in enumerate(turns, start=1)
    ]
    found = ExtractiveSummariser().summarise(lines, "en-US").action_items
    assert [(f"{item.text}={item.speaker}", item.seq) for item in found] == (
        [] if todo == "none" else [(todo, 1)]
    )


def test_an_offer_of_another_language_is_left_alone() -> None:
    lines = [
        Line(1, "Shall I book the room?", "agent", 0, 1000),
        Line(2, "Yes please.", "caller", 2000, 3000),
    ]
    assert ExtractiveSummariser().summarise(lines, "de-DE").action_items == ()
