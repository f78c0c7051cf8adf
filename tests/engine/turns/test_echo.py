"""The agent's own words coming back."""

import pytest

from sessions_app.engine.turns.echo import echo_share

SAID = "Your train to Hamburg leaves at ten fifteen from platform seven."


@pytest.mark.parametrize(
    ("heard", "low", "high"),
    [
        ("leaves at ten fifteen", 1.0, 1.0),
        ("train to homburg leave at", 1.0, 1.0),
        ("from platform eight", 0.6, 0.7),
        ("what about the bus", 0.0, 0.3),
        ("I want to change my ticket", 0.0, 0.4),
        ("", 0.0, 0.0),
    ],
)
def test_words_in_the_same_order_are_an_echo(heard: str, low: float, high: float) -> None:
    assert low <= echo_share(heard, SAID) <= high


def test_nothing_said_echoes_nothing() -> None:
    assert echo_share("hello", "") == 0.0
