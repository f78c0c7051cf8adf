"""Loops, held words, tokens."""

import pytest

from sessions_app.engine.stt.moonshine.decoding import loop_length
from sessions_app.engine.stt.moonshine.model import Model
from sessions_app.engine.stt.moonshine.spelling import modernised


@pytest.mark.parametrize(
    ("tokens", "peaks", "more"),
    [
        ([5, 6, 5, 6, 5, 6], [10, 11, 10, 11, 10, 11], 4),
        ([9, 5, 6, 7, 5, 6, 7, 5, 6, 7], [0, 3, 4, 5, 3, 4, 5, 6, 7, 8], 6),
        ([5, 5, 5, 5, 5], [10, 10, 10, 10, 10], 2),
        ([5, 5, 5], [10, 10, 11], 2),
        ([5, 5], [10, 10], 0),
        # who says a thing three times is heard further on each time
        ([5, 6, 5, 6, 5, 6], [10, 14, 30, 34, 50, 54], 0),
        ([5, 5, 5, 5, 5], [10, 20, 30, 40, 50], 0),
        ([1, 2, 3, 4], [1, 2, 3, 4], 0),
        ([], [], 0),
    ],
)
def test_only_what_looks_at_one_place_is_a_loop(
    tokens: list[int], peaks: list[int], more: int
) -> None:
    assert loop_length(tokens, peaks) == more


@pytest.mark.parametrize(
    "text",
    [
        "Please call Mr. Okonkwo at 8152, won't you?",
        "naïve café",
        "A",
        "ill-disposed",
        "snarfel & tamolin",
    ],
)
def test_what_is_put_into_tokens_comes_out_again(model: Model, text: str) -> None:
    tokens = model.tokens.encode(text)
    assert model.tokens.text(tokens) == text
    spans = model.tokens.word_spans(tokens)
    assert [span.text for span in spans] == text.split()
    assert [span.first for span in spans[1:]] == [span.end for span in spans[:-1]]


def test_a_word_goes_on_and_a_mark_does_not(model: Model) -> None:
    for text, goes_on in (("tokenization", True), ("okay.", False), ("won't", True)):
        tokens = model.tokens.encode(text)
        assert len(tokens) > 1
        assert model.tokens.continues_word(tokens[-1]) is goes_on
        assert not model.tokens.continues_word(tokens[0])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("To-day, not to-morrow.", "Today, not tomorrow."),
        ("Good-by, and good-bye!", "Goodbye, and goodbye!"),
        ("a to-do list, a ne'er-do-well, good-byes", "a to-do list, a ne'er-do-well, good-byes"),
    ],
)
def test_old_spellings_are_written_as_today(old: str, new: str) -> None:
    assert modernised(old) == new
