"""How far hypotheses are in an agent's phrases, and what that is worth to them."""

from collections.abc import Sequence

import pytest

from sessions_app.speech.moonshine.expecting import BONUS, MOST, Expected, Progress
from sessions_app.speech.moonshine.model import Model

PHRASES = ("undo", "write down", "write this down", "note that", "what have I got so far")


@pytest.fixture(scope="module")
def expected(model: Model) -> Expected:
    return Expected(model.tokens, PHRASES)


def progress(expected: Expected, tokens: Sequence[int]) -> Progress:
    at = Progress()
    for token in tokens:
        at = expected.after(at, token)
    return at


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Write down", ["write down"]),
        ("Please write down: milk", ["write down"]),
        ("I undo it", ["undo"]),
        ("Undo, undo", ["undo", "undo"]),
        ("Note that, and write this down.", ["note that", "write this down"]),
        ("What have I got so far?", ["what have I got so far"]),
        ("He is undone", []),
        ("Write it down", []),
        ("Rewrite down", []),
        ("Yes.", []),
    ],
)
def test_each_phrase_that_is_said_is_worth_its_tokens(
    model: Model, expected: Expected, text: str, said: list[str]
) -> None:
    tokens = model.tokens.of(text)
    found = expected.at_end(progress(expected, tokens))
    worth = [min(BONUS * len(model.tokens.of(phrase)), MOST) for phrase in said]
    assert found == pytest.approx(sum(worth))


def test_a_phrase_that_breaks_off_gives_its_bonus_back(model: Model, expected: Expected) -> None:
    begun = progress(expected, model.tokens.of("write this"))
    assert begun.hoped == pytest.approx(BONUS * 2)
    assert begun.earned == 0
    other = progress(expected, model.tokens.of("write this letter"))
    assert other.hoped == other.earned == 0


def test_what_was_said_before_is_kept_where_the_next_phrase_breaks_off(
    model: Model, expected: Expected
) -> None:
    both = progress(expected, model.tokens.of("undo write letters"))
    assert both.earned == both.hoped == pytest.approx(BONUS * len(model.tokens.of("undo")))


def test_the_tokens_that_phrases_want_next_are_known(model: Model, expected: Expected) -> None:
    first = expected.next_tokens(Progress())
    assert {model.tokens.of(text)[0] for text in ("write", "Write", "note", "undo")} <= first
    write, down = model.tokens.of("write down")
    assert down not in first
    assert down in expected.next_tokens(expected.after(Progress(), write))
