"""Whole short calls: each to-do with who and when, and nothing else taken for one."""

from pathlib import Path

import pytest

from sessions_app.engine.summaries.dates import named_time
from sessions_app.engine.summaries.extractive import ExtractiveSummariser
from sessions_app.engine.summaries.people import person
from tests.engine.summaries.effects import SAID
from tests.engine.summaries.test_extractive import Line

FILE = Path(__file__).with_name("calls.txt")
SPEAKERS = {"C": "caller", "A": "agent"}


def _calls() -> dict[str, tuple[list[Line], list[str]]]:
    """Returns the calls by name: their lines, and their to-dos as the file shows them."""
    _, *blocks = FILE.read_text().split("\n== ")
    calls = {}
    for block in blocks:
        name, *rows = block.splitlines()
        said = [row.split(": ", 1) for row in rows if not row.startswith(">")]
        lines = [
            Line(n, text, SPEAKERS[who], 10_000 * n, 10_000 * n + 8_000)
            for n, (who, text) in enumerate(said, 1)
        ]
        calls[name] = lines, [row.removeprefix("> ") for row in rows if row.startswith(">")]
    return calls


def _shown(text: str) -> str:
    moment = named_time(text, SAID.date(), said_at=SAID)
    return f"{person(text) or '-'} | {moment.isoformat() if moment else '-'} | {text}"


@pytest.mark.parametrize(("lines", "to_dos"), _calls().values(), ids=_calls().keys())
def test_a_call_leaves_the_to_dos_that_were_meant(lines: list[Line], to_dos: list[str]) -> None:
    summary = ExtractiveSummariser().summarise(lines, "en-US")
    assert [_shown(item.text) for item in summary.action_items] == to_dos


def test_a_day_corrected_in_a_sentence_of_its_own_is_the_one_in_the_summary() -> None:
    lines = _calls()["workshop"][0]
    assert ExtractiveSummariser().summarise(lines, "en-US").text == (
        "The workshop is on the eleventh."
    )
