"""How long the agent waits after which words."""

from dataclasses import replace

import pytest

from sessions_app.engine.core.agent_config import TurnSettings
from sessions_app.engine.turns.endpointing.attentive import AttentiveEndpointer
from sessions_app.engine.turns.endpointing.base import Endpointer, TurnSoFar
from sessions_app.engine.turns.endpointing.fixed import FixedEndpointer
from sessions_app.engine.turns.endpointing.smart_turn import SmartTurnEndpointer

SETTINGS = TurnSettings(min_delay_ms=600, max_delay_ms=2600)
SHORT, PLAIN, HALF, LONG = 600.0, 1000.0, 1600.0, 2600.0


@pytest.mark.parametrize(
    ("text", "delay"),
    [
        ("what time is it", SHORT),
        ("Is it far?", SHORT),
        ("can you help me", SHORT),
        ("that is all thank you", SHORT),
        ("yes", SHORT),
        ("I would like to go home.", SHORT),
        ("i went to the market", PLAIN),
        ("what", PLAIN),
        ("i went to the", LONG),
        ("where are you from", PLAIN),
        ("what is this", PLAIN),
        ("i will take that one", PLAIN),
        ("my number is one", LONG),
        ("my number is", LONG),
        ("my number is oh four oh", LONG),
        ("it is 040 55", LONG),
        ("call me on 040 5551234", SHORT),
        ("zero four zero five five five one two three four", SHORT),
        ("i would like a ticket and", LONG),
        ("let me think um", LONG),
        ("well...", LONG),
        ("first, second,", LONG),
        ("", 1600.0),
    ],
)
def test_the_attentive_one_listens_to_the_words(text: str, delay: float) -> None:
    assert AttentiveEndpointer().delay_ms(text, SETTINGS) == delay


@pytest.mark.parametrize("text", ["", "and", "yes"])
def test_the_fixed_one_does_not(text: str) -> None:
    assert FixedEndpointer().delay_ms(text, SETTINGS) == SHORT


def test_a_maximum_below_the_minimum_does_no_harm() -> None:
    odd = TurnSettings(min_delay_ms=900, max_delay_ms=300)
    assert AttentiveEndpointer().delay_ms("and", odd) == 900


@pytest.mark.parametrize(
    ("text", "delay"),
    [
        ("I went to the.", LONG),
        ("He works for a..", LONG),
        ("I was wondering if,", LONG),
        ("My card ends in.", HALF),
        ("The thing is,", LONG),
        ("She would.", PLAIN),
        ("Yes, I will.", PLAIN),
        ("It's either the red one.", LONG),
        ("Could you send it to?", HALF),
        ("Where should I send it to?", SHORT),
        ("Which bus goes to the harbour,", PLAIN),
        ("I have already paid for that.", PLAIN),
        ("Please write down that.", HALF),
        ("When I came home,", HALF),
        ("When I came home, the lights were out.", SHORT),
        ("When does it open?", SHORT),
        ("Because of the rain.", HALF),
        ("Well.", HALF),
        ("The parcel never arrived,", HALF),
        ("We need bread, milk,", LONG),
        ("I came home. The lights were out.", SHORT),
        ("That is all,", SHORT),
        ("No, I don't think so.", PLAIN),
        ("It was late, so.", LONG),
        ("This is exactly what I was looking for.", HALF),
        ("What I do not understand is,", LONG),
        ("What I want.", SHORT),
        ("What is your name?", SHORT),
        ("I want a ticket to London end.", HALF),
        ("This is the end.", SHORT),
        ("It would be great to have, Somebody who speaks French,", HALF),
    ],
)
def test_words_go_before_the_mark_of_a_recogniser(text: str, delay: float) -> None:
    assert AttentiveEndpointer().delay_ms(text, SETTINGS) == delay


@pytest.mark.parametrize(
    ("text", "delay"),
    [
        ("Remind me to call.", LONG),
        ("Don't forget to buy,", LONG),
        ("I need to send.", LONG),
        ("Remind me to call Tom.", SHORT),
        ("He is the one you have to call.", SHORT),
        ("I want to go home to rest.", SHORT),
        ("Could you note that the budget is?", LONG),
        ("Would you please write down that my number is?", LONG),
        ("Could you tell me what the time is?", SHORT),
        ("Could you note that because of the rain?", HALF),
        ("Could you note that the door is broken?", SHORT),
        ("Note that the meeting, which was on Monday,", LONG),
        ("Note that the meeting, which was on Monday.", HALF),
        ("My sister, who lives in Rome,", LONG),
        ("I met Tom, who was late.", SHORT),
        ("Take a note that the keys are.", LONG),
        ("Take a note.", SHORT),
        ("Could you take a note?", SHORT),
    ],
)
def test_a_request_is_not_whole_before_what_it_asks_for_is(text: str, delay: float) -> None:
    assert AttentiveEndpointer().delay_ms(text, SETTINGS) == delay


@pytest.mark.parametrize(
    ("text", "more"),
    [("Remind me to call.", True), ("The parcel never came,", True), ("What time is it?", False)],
)
def test_words_that_are_long_waited_after_are_expected_to_go_on(text: str, more: bool) -> None:
    assert AttentiveEndpointer().expects_more(TurnSoFar(text), SETTINGS) is more
    assert not FixedEndpointer().expects_more(TurnSoFar(text), SETTINGS)


@pytest.mark.parametrize(
    ("text", "delay"),
    [
        ("Six, one, seven.", LONG),
        ("My number is 617.", LONG),
        ("My number is 617 555.", LONG),
        ("It's double five.", LONG),
        ("Call me on six, zero, three. For for to you.", LONG),
        ("Call me on six zero three. Fourth or two.", LONG),
        ("My number is 617. Five five five. One, two, three, four.", SHORT),
        ("The code is four eight two. Nine, zero, one.", LONG),
        ("It's five five five. One, two, three, four.", HALF),
        ("We are a party of six.", PLAIN),
        ("Call the plumber on Tuesday at nine.", PLAIN),
        ("At ten thirty.", PLAIN),
        ("That makes three hundred.", HALF),
        ("It was in nineteen.", HALF),
        ("It was in 1994.", PLAIN),
        ("It was in 1994,", HALF),
        ("The ninth of March 1982.", PLAIN),
        ("The code 1982.", LONG),
        ("Six one seven, five five five, zero one nine eight.", SHORT),
    ],
)
def test_digits_read_one_by_one_are_waited_for_and_quantities_are_not(
    text: str, delay: float
) -> None:
    assert AttentiveEndpointer().delay_ms(text, SETTINGS) == delay


@pytest.mark.parametrize(
    ("text", "sure", "delay"),
    [
        ("I would like a ticket to Dublin.", 0.4, HALF),
        ("I would like a ticket to London.", 0.9, SHORT),
        ("I would like a ticket to London.", None, SHORT),
        ("I would like a ticket to", 0.3, LONG),
        ("How long have we got?", 0.3, SHORT),
        ("Could you send it to?", 0.3, HALF),
    ],
)
def test_a_last_word_that_was_not_heard_well_is_waited_after(
    text: str, sure: float | None, delay: float
) -> None:
    assert AttentiveEndpointer().wait_ms(TurnSoFar(text, sure), SETTINGS) == delay


def test_a_rule_that_knows_text_alone_is_asked_for_that() -> None:
    class Shouting(Endpointer):
        def delay_ms(self, text: str, settings: TurnSettings) -> float:
            return 1.0 if text.isupper() else 2.0

    assert Shouting().wait_ms(TurnSoFar("STOP", 0.1), SETTINGS) == 1.0


@pytest.mark.parametrize(
    ("text", "language", "finished", "delay"),
    [
        ("i went to the market", "en-US", None, PLAIN),
        ("i went to the market", "en-US", 0.9, SHORT),
        ("i went to the market", "en-US", 0.5, PLAIN),
        ("i went to the market", "en-US", 0.1, HALF),
        ("I would like to go home.", "en-US", 0.9, SHORT),
        ("I would like to go home.", "en-US", 0.1, HALF),
        ("i went to the", "en-US", 0.99, LONG),
        ("my number is one", "en-US", 0.99, LONG),
        ("well...", "en-US", 0.1, LONG),
        ("jag gick till torget", "sv", 0.9, SHORT),
        ("jag gick till torget", "sv", 0.1, HALF),
    ],
)
def test_a_turn_model_is_asked_where_words_tell_little(
    text: str, language: str, finished: float | None, delay: float
) -> None:
    settings = replace(SETTINGS, language=language)
    rule = SmartTurnEndpointer("nowhere")
    assert rule.wait_ms(TurnSoFar(text, finished=finished), settings) == delay
