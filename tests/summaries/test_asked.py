"""What sentences of a call ask for, whole, and what they do not."""

import pytest

from sessions_app.summaries.clauses import clauses


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
