"""How long the agent waits after which words."""

import pytest

from sessions_app.agent.endpointers.attentive import AttentiveEndpointer
from sessions_app.agent.endpointers.fixed import FixedEndpointer
from sessions_app.core.persona import TurnSettings

SETTINGS = TurnSettings(min_delay_ms=600, max_delay_ms=2600)
SHORT, PLAIN, LONG = 600.0, 1000.0, 2600.0


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
