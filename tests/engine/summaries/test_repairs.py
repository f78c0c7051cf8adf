"""What speakers put right as they go on."""

import time

import pytest

from sessions_app.engine.summaries.extractive import ExtractiveSummariser
from sessions_app.engine.summaries.repairs import repaired
from tests.engine.summaries.test_extractive import lines


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("Let's meet Monday, no wait, I mean Tuesday at three.", "Let's meet Tuesday at three."),
        ("let's meet monday no wait i mean tuesday at three", "let's meet tuesday at three"),
        ("Let's meet on Monday at two, no, Tuesday at three.", "Let's meet on Tuesday at three."),
        ("Let's meet on Monday at two, sorry, Tuesday.", "Let's meet on Tuesday at two."),
        ("Call her at three, or rather, at half past four.", "Call her at half past four."),
        (
            "It is due on the third of May, no, the fourth of May.",
            "It is due on the fourth of May.",
        ),
        ("Order five, sorry, six chairs.", "Order six chairs."),
        (
            "Order forty bags of plaster, no, fifty bags of plaster.",
            "Order fifty bags of plaster.",
        ),
        (
            "We have six doors, sorry, seven doors and five frames.",
            "We have seven doors and five frames.",
        ),
        ("It is six hundred, no, seven hundred a month.", "It is seven hundred a month."),
        ("Order five blue chairs, sorry, six.", "Order six blue chairs."),
        ("Call Anna, no, Peter about the rent.", "Call Peter about the rent."),
        ("Send it to Anna, I mean to Peter Lee.", "Send it to Peter Lee."),
        ("Send it on Friday, actually, send it on Monday.", "send it on Monday."),
        ("Pay by Monday, no, Tuesday, no wait, Wednesday.", "Pay by Wednesday."),
        ("Meet tomorrow, scratch that, next week instead.", "Meet next week."),
    ],
)
def test_the_later_words_hold(said: str, meant: str) -> None:
    assert repaired(said) == meant


@pytest.mark.parametrize(
    "said",
    [
        "We need milk but there is no milk.",
        "There is no way, actually, that it works.",
        "No, Monday is fine.",
        "Monday is fine, no problem.",
        "Is it on Monday? No, she comes later.",
        "I have two brothers, sorry, is that the bell?",
        "Anna is nice, I mean, really nice.",
        "Wait, call Anna on Monday.",
        "",
    ],
)
def test_words_that_put_nothing_right_stay(said: str) -> None:
    assert repaired(said) == said


def test_a_sentence_is_put_right_by_the_next() -> None:
    talk = ["Let's meet on Monday. No wait, I mean Tuesday at three."]
    summary = ExtractiveSummariser().summarise(lines(talk), "en-GB")
    assert [item.text for item in summary.action_items] == ["Let's meet on Tuesday at three."]


def test_long_talk_is_put_right_quickly() -> None:
    started = time.process_time()
    repaired("no, wait, sorry, " * 2000 + "on Monday, no, " * 500)
    repaired("we meet on Monday and then Anna " * 2000)
    assert time.process_time() - started < 2
