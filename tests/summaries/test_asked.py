"""What sentences of a call ask for, whole, and what they do not."""

import pytest

from sessions_app.summaries.clauses import clauses
from sessions_app.summaries.people import person


def asked(sentence: str) -> list[str]:
    return [one.text for one in clauses(sentence) if one.asks]


def told(sentence: str) -> list[str]:
    return [one.text for one in clauses(sentence) if not one.asks]


@pytest.mark.parametrize(
    "sentence",
    [
        "Please don't tell Martin about the party on Friday.",
        "Please don't call the office on Friday because they are closed.",
        "Please don't send the invoice to Tom.",
        "Please don\u2019t ever tell my boss about it.",
        "Please do not just pay the bill.",
        "Please never call the office about it.",
        "Don't forget to tell Anna about it and don't tell Martin that I know.",
        "please don't call the plumber on monday",
    ],
)
def test_what_shall_not_be_done_is_never_asked_for(sentence: str) -> None:
    assert asked(sentence) == [sentence]


@pytest.mark.parametrize(
    "sentence",
    [
        "Nobody has to bring anything to the party on Saturday.",
        "No one needs to call the office.",
        "None of the guests has to bring a cake.",
        "Neither of us must pay the bill.",
        "No guest should bring the dog.",
        "You don't have to call the plumber.",
        "You shouldn't tell Martin about the party.",
    ],
)
def test_what_nobody_has_to_do_is_no_to_do(sentence: str) -> None:
    assert asked(sentence) == []


def test_a_no_that_answers_denies_nothing() -> None:
    assert asked("no we have to call the plumber") == ["no we have to call the plumber"]
    assert asked("Nobody came, so call the office on Monday.") == ["call the office on Monday."]


@pytest.mark.parametrize(
    "sentence",
    [
        "Call quality was poor during the whole meeting.",
        "call quality was poor",
        "Book sales are up.",
        "Ring tones are annoying.",
        "Post offices are closed on Sunday.",
        "Water prices in Berlin have risen.",
        "Phone bills cost too much.",
        "So email traffic was slow today.",
        "I have to say the food was great.",
        "I must admit that I forgot it.",
        "We've got to be honest with ourselves.",
        "I should mention that the dog was nice.",
        "Would you have called the plumber?",
        "Could you have told him earlier?",
        "Would you ever paint a fence?",
        "I don't want you to call the plumber.",
        "I want you to know that I love it.",
        "Our plan was to paint the fence.",
        "The car doesn't need to be washed.",
        "Does the car need to be washed?",
        "Do the windows need to be cleaned?",
        "It has to be said that he is right.",
    ],
)
def test_what_only_looks_like_a_to_do_is_none(sentence: str) -> None:
    assert asked(sentence) == []


@pytest.mark.parametrize(
    "sentence",
    [
        "I want you to call the plumber on Tuesday.",
        "I'd like you to tell Martin that the invoice is late.",
        "We need Anna to send the slides.",
        "We would like the plumber to come on Monday.",
        "My plan is to paint the fence on Saturday.",
        "Our next job is to find a new flat.",
        "I'm planning to paint the fence.",
        "The car needs to be washed.",
        "the windows need to be cleaned",
        "The lawn still needs to be mown.",
        "The lawn needs mowing.",
        "Can you have the report ready by Friday?",
        "I have to say goodbye to Anna tomorrow.",
        "Book flights and hotels for the trip.",
        "Check whether the shop is open.",
    ],
)
def test_what_is_asked_for_in_other_words_is_a_to_do(sentence: str) -> None:
    assert asked(sentence) == [sentence]


@pytest.mark.parametrize(
    ("sentence", "who"),
    [
        ("Call the office between nine and ten on Monday.", "the office"),
        ("Call the office two days before it.", "the office"),
        ("Tell the landlord during the week that it leaks.", "the landlord"),
        ("Please bring the cake to the party on Saturday.", ""),
        ("The car needs to be washed.", ""),
        ("I want you to call the plumber on Tuesday.", "the plumber"),
    ],
)
def test_who_is_named_without_the_words_after(sentence: str, who: str) -> None:
    assert person(sentence) == who
