"""Sentences cut into what is to do and what else they tell; "*" marks what is to do."""

import time

import pytest

from sessions_app.engine.summaries.clauses import clauses
from sessions_app.engine.summaries.people import person


@pytest.mark.parametrize(
    ("sentence", "parts"),
    [
        (
            "Call the plumber on Tuesday at 9 and tell Martin that the invoice is late.",
            ["*Call the plumber on Tuesday at 9", "*tell Martin that the invoice is late."],
        ),
        (
            "call the plumber on tuesday at nine and tell martin that the invoice is late",
            ["*call the plumber on tuesday at nine", "*tell martin that the invoice is late"],
        ),
        (
            "call the plumber on tuesday at nine tell martin that the invoice is late",
            ["*call the plumber on tuesday at nine", "*tell martin that the invoice is late"],
        ),
        (
            "the weather was nice on the weekend and please call the plumber on tuesday",
            ["the weather was nice on the weekend", "*please call the plumber on tuesday"],
        ),
        (
            "good morning i have a problem with my heating it does not work can you please send "
            "somebody on monday",
            [
                "good morning i have a problem with my heating it does not work",
                "*can you please send somebody on monday",
            ],
        ),
        (
            "So, I think we should order more paper, and Anna will send the contract by Friday.",
            ["*I think we should order more paper", "*Anna will send the contract by Friday."],
        ),
        ("Buy milk, eggs and bread.", ["*Buy milk, eggs and bread."]),
        (
            "Please buy milk, eggs and bread, then call Anna, Martin and Peter.",
            ["*Please buy milk, eggs and bread", "*call Anna, Martin and Peter."],
        ),
        (
            "If it rains, call Anna and ask her whether she comes.",
            ["*If it rains, call Anna and ask her whether she comes."],
        ),
        (
            "Tell Martin that the invoice is late and the customer is waiting.",
            ["*Tell Martin that the invoice is late and the customer is waiting."],
        ),
        (
            "The plumber is coming on Tuesday at nine, tell Martin.",
            ["*The plumber is coming on Tuesday at nine, tell Martin."],
        ),
        (
            "Don't forget to water the plants, and take the bins out on Thursday night.",
            ["*Don't forget to water the plants", "*take the bins out on Thursday night."],
        ),
        ("Anna and Tom will send the slides.", ["*Anna and Tom will send the slides."]),
        ("I'll call the bank tomorrow and we will see.", ["*I'll call the bank tomorrow"]),
    ],
)
def test_a_to_do_is_a_clause(sentence: str, parts: list[str]) -> None:
    assert [f"{'*' * one.asks}{one.text}" for one in clauses(sentence)] == parts


@pytest.mark.parametrize(
    "sentence",
    [
        "I told him that we should call the plumber.",
        "The order came by post and the book was good.",
        "hello this is a test of the recogniser and we will see what it makes of it",
        "lunches the ad nine",
        "Do we need to order paper?",
        "We don't need to order paper.",
        "Well, the plumber said he would come on Tuesday at nine, so that's fine.",
        "You will like it.",
        "if you need to know more you can look at the page",
        "",
    ],
)
def test_a_sentence_without_one_stays_whole(sentence: str) -> None:
    assert [(one.text, one.asks) for one in clauses(sentence)] == [(sentence, False)]


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("Call the plumber on Tuesday at 9.", "the plumber"),
        ("tell martin that the invoice is late", "martin"),
        ("Please call the supplier about the trees.", "the supplier"),
        ("Email the new accountant the invoice.", "the new accountant"),
        ("Email the report to Anna by Friday", "Anna"),
        ("Anna will send the contract to the customer", "Anna"),
        ("the plumber should come on monday", "the plumber"),
        ("Call Dr. Lee tomorrow.", "Dr. Lee"),
        ("Let Maria know.", "Maria"),
        ("Call me back.", ""),
        ("Pay the bill.", ""),
        ("call a meeting", ""),
        ("We must order more paper.", ""),
        ("That should be done.", ""),
        ("Ask him whether my sister comes", ""),
        ("Tell her I said hi.", ""),
        ("Tell her hello from us.", ""),
        ("Tell her mother I said hi.", "her mother"),
        ("Send it to Peter.bloom@example.com", "Peter.bloom@example.com"),
        ("Email ann_lee@mail.example.org the form.", "ann_lee@mail.example.org"),
        ("Remind John and Mary about the rent", "John and Mary"),
        ("remind John, Mary and my brother to pay", "John, Mary and my brother"),
        ("Send it to Anna Lee or her boss.", "Anna Lee or her boss"),
        ("Anna and Tom will send the slides.", "Anna and Tom"),
        ("Dr. Smith needs to see it.", "Dr. Smith"),
        ("Call Dr. Lee and Mrs. Hope.", "Dr. Lee and Mrs. Hope"),
        ("Remind Anna to send the slides.", "Anna"),
        ("Let's meet a week on Monday.", ""),
    ],
)
def test_who_is_named(text: str, who: str) -> None:
    assert person(text) == who


def test_long_talk_is_cut_quickly() -> None:
    talk = "we will see and the plumber is here and call the bank please could you " * 400
    started = time.process_time()
    assert clauses(talk)
    assert time.process_time() - started < 5
