"""Sentences that go on after a breath, whatever a recogniser made of their ends."""

from datetime import date

import pytest

from sessions_app.engine.summaries.dates import named_time
from sessions_app.engine.summaries.extractive import ExtractiveSummariser
from sessions_app.engine.summaries.sentences import call_sentences
from tests.engine.summaries.test_extractive import Line


def told(*texts: str, pause_ms: int = 700, language: str = "en-US") -> list[str]:
    step = 900 + pause_ms
    lines = [Line(n, text, "caller", step * n, step * n + 900) for n, text in enumerate(texts)]
    return [one.text for one in call_sentences(lines, language)]


def test_a_time_after_a_breath_belongs_to_its_to_do() -> None:
    lines = [
        Line(1, "Please call the plumber on Tuesday at", "caller", 0, 2000),
        Line(2, "Nine and tell Martin that the invoice is late.", "caller", 2700, 5000),
    ]
    summary = ExtractiveSummariser().summarise(lines, "en-US")
    assert [(item.text, item.seq) for item in summary.action_items] == [
        ("Please call the plumber on Tuesday at nine.", 1),
        ("Tell Martin that the invoice is late.", 2),
    ]
    due = named_time(summary.action_items[0].text, date(2026, 11, 28))
    assert due is not None
    assert due.isoformat() == "2026-12-01T09:00"


@pytest.mark.parametrize(
    ("before", "after", "whole"),
    [
        ("I met my old.", "Friend Peter in town.", "I met my old Friend Peter in town."),
        ("Send it to the.", "Office in Berlin.", "Send it to the Office in Berlin."),
        ("I called because.", "The heating is cold.", "I called because the heating is cold."),
        ("It was made by.", "My brother.", "It was made by my brother."),
        ("Call the plumber on.", "Tuesday at nine.", "Call the plumber on Tuesday at nine."),
        ("The invoice is", "Late again.", "The invoice is Late again."),
        ("I want to.", "Call Anna.", "I want to Call Anna."),
        ("we meet at", "ten in berlin", "we meet at ten in berlin"),
        ("He lives with.", "Anna and Tom.", "He lives with Anna and Tom."),
    ],
)
def test_words_that_cannot_be_the_last_go_on(before: str, after: str, whole: str) -> None:
    assert told(before, after) == [whole]


@pytest.mark.parametrize(
    "texts",
    [
        ("That is what I was looking for.", "Call Anna on Monday."),
        ("Who do you work with?", "Anna is nice."),
        ("He is the man I work with.", "Please call him."),
        ("Yes, I will.", "The heating is cold."),
        ("Please go on.", "The gate is broken."),
        ("I did my best.", "The gate is broken."),
        ("He is old.", "The gate is broken."),
        ("I have nobody to talk to.", "I am sad."),
        ("yes i am", "the gate is broken"),
    ],
)
def test_words_that_may_be_the_last_are(texts: tuple[str, ...]) -> None:
    assert told(*texts) == [*texts]


def test_a_sentence_left_hanging_stays_so() -> None:
    texts = ("We meet at.", "Nine people came.")
    assert told(*texts, pause_ms=6000) == [*texts]
    assert told("Wir gehen an.", "The Roof.", language="de-DE") == ["Wir gehen an.", "The Roof."]
    lines = [Line(1, "We meet at.", "caller", 0, 900), Line(2, "Nine is fine.", "agent", 950, 1500)]
    assert len(call_sentences(lines, "en")) == 2
