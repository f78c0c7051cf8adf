"""Ways to ask the scribe, kind by kind, and as much ordinary talk that only sounds like them."""

from pathlib import Path

import pytest

from tests.engine.agent.responders.scribe.heard import heard, plain

FILE = Path(__file__).with_name("more_wordings.txt")


def _rows() -> list[tuple[str, list[str]]]:
    lines = [line for line in FILE.read_text().splitlines() if line and not line.startswith("#")]
    split = [line.rpartition("|") for line in lines]
    return [
        (text.strip(), [] if shown.strip() == "-" else [plain(one) for one in shown.split(";")])
        for text, _, shown in split
    ]


@pytest.mark.parametrize(("text", "wanted"), _rows())
def test_a_wording_is_understood_or_left_alone(text: str, wanted: list[str]) -> None:
    assert heard(text) == wanted


def test_there_is_much_talk_that_is_no_command() -> None:
    rows = _rows()
    assert len([text for text, wanted in rows if not wanted]) >= len(rows) / 3
