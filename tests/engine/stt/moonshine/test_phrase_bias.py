"""How far hypotheses are in an agent's phrases, and what that is worth to them."""

from collections.abc import Sequence

import pytest

from sessions_app.engine.stt.moonshine.model import Model
from sessions_app.engine.stt.moonshine.phrase_bias import BONUS, LEAST, MOST, PhraseBias, Progress

PHRASES = (
    "undo that",
    "the",
    "iPhone case",
    "write down",
    "write this down",
    "note that",
    "what have I got so far",
)


@pytest.fixture(scope="module")
def expected(model: Model) -> PhraseBias:
    return PhraseBias(model.tokens, PHRASES)


def progress(expected: PhraseBias, tokens: Sequence[int], sure: float = -1.0) -> Progress:
    at = Progress()
    for token in tokens:
        at = expected.after(at, token, sure)
    return at


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Write down", ["write down"]),
        ("Please write down: milk", ["write down"]),
        ("I undo that.", ["undo that"]),
        ("Undo that, undo that", ["undo that", "undo that"]),
        ("The iPhone case is on the table.", ["iPhone case"]),
        ("Note that, and write this down.", ["note that", "write this down"]),
        ("What have I got so far?", ["what have I got so far"]),
        ("I undo it.", []),
        ("Notes that", []),
        ("Write it down", []),
        ("Rewrite down", []),
        ("Yes.", []),
    ],
)
def test_each_phrase_that_is_said_is_worth_its_tokens(
    model: Model, expected: PhraseBias, text: str, said: list[str]
) -> None:
    tokens = model.tokens.encode(text)
    found = expected.at_end(progress(expected, tokens))
    worth = [min(BONUS * len(model.tokens.encode(phrase)), MOST) for phrase in said]
    assert found == pytest.approx(sum(worth))


def test_a_phrase_that_breaks_off_gives_its_bonus_back(model: Model, expected: PhraseBias) -> None:
    begun = progress(expected, model.tokens.encode("write this"))
    assert begun.potential == pytest.approx(BONUS * 2)
    assert begun.earned == 0
    other = progress(expected, model.tokens.encode("write this letter"))
    assert other.potential == other.earned == 0


def test_what_was_said_before_is_kept_where_the_next_phrase_breaks_off(
    model: Model, expected: PhraseBias
) -> None:
    both = progress(expected, model.tokens.encode("undo that write letters"))
    assert (
        both.earned
        == both.potential
        == pytest.approx(BONUS * len(model.tokens.encode("undo that")))
    )


def test_the_tokens_that_phrases_want_next_are_known(model: Model, expected: PhraseBias) -> None:
    first = expected.next_tokens(Progress())
    assert {model.tokens.encode(text)[0] for text in ("write", "Write", "note", "iPhone")} <= first
    write, down = model.tokens.encode("write down")
    assert down not in first
    assert down in expected.next_tokens(expected.after(Progress(), write, -1.0))


def test_what_was_surely_not_said_earns_nothing(model: Model, expected: PhraseBias) -> None:
    tokens = model.tokens.encode("write down")
    assert expected.at_end(progress(expected, tokens, LEAST - 0.1)) == 0
    assert expected.at_end(progress(expected, tokens, LEAST + 0.1)) > 0


def test_a_name_keeps_its_small_letter_where_a_sentence_begins(
    model: Model, expected: PhraseBias
) -> None:
    first = expected.next_tokens(Progress())
    assert model.tokens.encode("iPhone")[0] in first
    assert model.tokens.encode("IPhone")[0] not in first
