"""What a summary makes of an utterance: its to-dos, each with who is named and when it is due."""

from datetime import datetime
from pathlib import Path

from sessions_app.engine.summaries.dates import named_time
from sessions_app.engine.summaries.extractive import ExtractiveSummariser
from sessions_app.engine.summaries.people import person
from sessions_app.engine.summaries.repairs import repaired
from tests.engine.summaries.test_extractive import Line

SAID = datetime(2026, 11, 25, 10, 0)  # noqa: DTZ001
"""A Wednesday, by the clock of where the call is."""

NONE, ANYBODY, NOBODY = "none", "?", "-"


def rows(file: Path) -> list[tuple[str, str]]:
    """Returns the lines of a table: what is said, and "who; due" of each to-do, or "none"."""
    lines = [line for line in file.read_text().splitlines() if line and not line.startswith("#")]
    return [(text.strip(), who.strip()) for text, _, who in (x.rpartition("|") for x in lines)]


def todos(sentence: str) -> list[tuple[str, str]]:
    """Returns who is named in each to-do of a sentence, and its day or moment."""
    items = ExtractiveSummariser().summarise([Line(1, sentence)], "en-US").action_items
    return [_facts(repaired(item.text)) for item in items]


def fits(found: list[tuple[str, str]], wanted: str) -> bool:
    """Returns whether to-dos are those of a table's line."""
    parts = (
        []
        if wanted == NONE
        else [tuple(p.strip() for p in x.split(";")) for x in wanted.split("/")]
    )
    return len(parts) == len(found) and all(
        who in (ANYBODY, got_who or NOBODY) and due in (ANYBODY, got_due or NOBODY)
        for (who, due), (got_who, got_due) in zip(parts, found, strict=True)
    )


def _facts(text: str) -> tuple[str, str]:
    moment = named_time(text, SAID.date(), said_at=SAID)
    return person(text), moment.isoformat() if moment else ""
