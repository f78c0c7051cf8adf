"""What sentences of a call ask for, whole, and what they do not."""

from datetime import date

import pytest

from sessions_app.engine.summaries.clauses import clauses
from sessions_app.engine.summaries.dates import named_time
from sessions_app.engine.summaries.people import person


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
def test_a_request_not_to_do_something_keeps_its_not(sentence: str) -> None:
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
        "Neither Anna nor Tom has to call the office.",
        "You must not call the office.",
        "Anna must never pay the bill.",
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
        "Call centres drive me mad.",
        "I have to say the food was great.",
        "I must admit that I forgot it.",
        "We've got to be honest with ourselves.",
        "You need to know that it was good.",
        "I should mention that the dog was nice.",
        "Would you have called the plumber?",
        "Could you have told him earlier?",
        "Would you ever paint a fence?",
        "I don't want you to call the plumber.",
        "I want you to know that I love it.",
        "My job is to teach children.",
        "I want nobody to call me.",
        "If she wants you to call her, do so.",
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
        "I would like you to be here at nine.",
        "We need Anna to send the slides.",
        "We would like the plumber to come on Monday.",
        "My plan is to paint the fence on Saturday.",
        "The plan is to leave on Friday.",
        "Anna wants you to call her on Monday.",
        "My boss needs me to write the report.",
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
        ("Tom, whom you met, should call me on Friday.", "Tom"),
        ("Tell Anna I'd like her to come.", "Anna"),
        ("Call Anna, who knows Peter, on Friday.", "Anna"),
    ],
)
def test_who_is_named_without_the_words_after(sentence: str, who: str) -> None:
    assert person(sentence) == who


@pytest.mark.parametrize(
    "sentence",
    [
        "They will need two rooms because their son, who is seven, comes with them.",
        "Please call Anna, who was ill, on Friday.",
        "I will send the car, which is red, to the garage on Monday.",
        "Please tell Martin, whose car was stolen, that the police called.",
        "Please call Anna, who said the office is closed and it was late, on Friday.",
        "Call the man who is waiting and the woman who is ill.",
        "Tom, whom you met, should call me on Friday.",
        "Our neighbour, who is on holiday, will bring the keys on Sunday.",
    ],
)
def test_a_relative_clause_parts_nothing(sentence: str) -> None:
    assert (asked(sentence), told(sentence)) == ([sentence], [])


def test_days_of_a_relative_clause_are_not_those_of_the_to_do() -> None:
    for text, day in [
        ("Please call Anna, who was ill, on Friday.", date(2026, 12, 4)),
        ("Send the car, which came on Monday, to the garage on Tuesday.", date(2026, 12, 1)),
    ]:
        found = named_time(text, date(2026, 11, 28))
        assert found is not None
        assert found.day == day
    assert named_time("Call the plumber, who came on Monday.", date(2026, 11, 28)) is None


def test_what_somebody_asked_for_as_is_told_is_no_to_do() -> None:
    for sentence in (
        "He was angry, and he said please send the report.",
        "She called me, and he said, send the report on Monday.",
        "My boss said could you call the plumber on Tuesday.",
        "The report is good, and he said, well, please send it.",
        "The landlord wrote: please pay the rent.",
        "So they said that we should pay.",
    ):
        assert (asked(sentence), told(sentence)) == ([], [sentence])
    said = "That's what Anna said to me, and please call the plumber."
    assert asked(said) == ["please call the plumber."]
    assert asked("As I said, please send the report.") == ["please send the report."]
    asks = "That's what she said, can you send the report?"
    assert asked(asks) == ["can you send the report?"]


def test_no_clause_ends_with_a_word_that_only_leads_on() -> None:
    for sentence, before in [
        ("The second one is fine, but, please send the other one.", "The second one is fine"),
        ("The second one is fine, but could you send a third?", "The second one is fine"),
        ("The door was open all night and, please call the police.", "The door was open all night"),
        (
            "The first one is too small, but if you can please send it.",
            "The first one is too small",
        ),
    ]:
        assert told(sentence) == [before]
        assert len(asked(sentence)) == 1


@pytest.mark.parametrize(
    ("sentence", "who"),
    [
        ("You had better ring the bank.", "the bank"),
        ("I'd better call Anna.", "Anna"),
        ("Any chance you could send me the slides?", ""),
        ("We agreed that Owen would book the hall.", "Owen"),
        ("Owen agreed to book the hall.", "Owen"),
        ("Maria offered to bring the cake.", "Maria"),
        ("Owen is to send the invoice by Friday.", "Owen"),
        ("I was wondering if you could send the slides.", ""),
        ("It would be great if somebody could clean the kitchen.", ""),
        ("Don't let me forget to call Anna.", "Anna"),
        ("It is up to Maria to call the bank.", "Maria"),
        ("See to it that the door is locked.", ""),
        ("Can somebody order paper?", ""),
        ("Could someone call the caretaker?", "the caretaker"),
        ("Can we get a new key cut?", ""),
        ("I promised Anna I would call the office.", "the office"),
        ("Ring every Monday.", ""),
    ],
)
def test_people_ask_in_many_ways(sentence: str, who: str) -> None:
    assert asked(sentence) == [sentence.rstrip(".")] or asked(sentence) == [sentence]
    assert person(sentence) == who


@pytest.mark.parametrize(
    "sentence",
    [
        "He had better days.",
        "You had better luck than me.",
        "It would have been better to leave.",
        "They agreed to disagree.",
        "I agreed that it would rain.",
        "Is there any chance it will rain?",
        "Can anybody hear me?",
        "I had better not.",
        "It was up to the weather.",
    ],
)
def test_words_of_requests_ask_for_nothing_elsewhere(sentence: str) -> None:
    assert asked(sentence) == []
