import re

import pytest

from sessions_app.engine.summaries.actions import RULES, is_action


@pytest.mark.parametrize(
    "sentence",
    [
        "please call the supplier about the trees",
        "Can you send me the report?",
        "could you please ask him",
        "I'll send it on monday",
        "i will write that down",
        "she will write the report",
        "We must order more paper.",
        "we need to order more paper",
        "You\u2019ve got to see the doctor",
        "let's meet again next week",
        "We are going to move the meeting",
        "don't forget the keys",
        "the next steps are clear",
        "the deadline is far away",
        "the contract is due next friday",
        "everything has to be there by the end of the week",
        "and then book a table for four",
        "send   the contract\nto the customer",
        "Dr. Smith needs to see the X-ray by 5 p.m. tomorrow.",
        "Anna has to sign it",
        "it is ready by 5 o'clock on Friday",
        "When you get home, call Anna.",
        "If it rains, call Anna.",
        "If it rains, we must cancel.",
        "If she comes, can you call me?",
        "What a mess, please call the plumber",
    ],
)
def test_what_is_to_be_done(sentence: str) -> None:
    assert is_action(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "",
        "the weather was good",
        "will power is a fine thing",
        "he wrote a letter on monday",
        "can you hear me",
        "would you like some tea",
        "yes please",
        "i will be happy with that",
        "i'll see",
        "let's see",
        "we are going to the cinema",
        "i am pleased about the garden",
        "it will rain",
        "report was written by my colleague",
        "the order came by post",
        "he stood by the door",
        "What will you do tomorrow?",
        "When can you come?",
        "So when will she call?",
        "Which room should we book?",
        "If it rains, we will cancel.",
        "We will cancel if it rains.",
        "unless it snows we'll go there",
        "The team finished the roof and will report on it next week.",
        "Germany needs to win",
        "It needs to work",
    ],
)
def test_what_is_not(sentence: str) -> None:
    assert not is_action(sentence)


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        ("a request", "please sit down"),
        ("a question that asks for something", "would you lock the door"),
        ("a promise or a duty", "they should know it"),
        ("a need", "he has to know it"),
        ("a plan", "i'm going to find out"),
        ("a reminder", "so be sure to knock"),
        ("named as one", "an action item for us"),
        ("a date to keep", "it is ready by tomorrow"),
        ("an order", "remind him of it"),
    ],
)
def test_each_rule_counts_alone(rule: str, sentence: str) -> None:
    matching = [name for name, pattern in RULES.items() if re.search(pattern, sentence)]
    assert matching == [rule]
