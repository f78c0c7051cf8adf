"""Splitting an answer for the voice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions_app.agent.sentences import SentenceSplitter, speakable


def pieces(text: str, size: int = 3) -> list[str]:
    splitter = SentenceSplitter()
    out = []
    for at in range(0, len(text), size):
        out += splitter.feed(text[at : at + size])
    return [piece.strip() for piece in [*out, *splitter.finish()]]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Yes. I can do that.", ["Yes.", "I can do that."]),
        ("Of course I can, my friend. Shall I?", ["Of course I can,", "my friend.", "Shall I?"]),
        (
            "I am afraid that there is no train today. Sorry.",
            ["I am afraid that there is", "no train today.", "Sorry."],
        ),
        ("It is 3.14. Or 1,000.", ["It is 3.14.", "Or 1,000."]),
        ("Ask Dr. Smith. He knows.", ["Ask Dr. Smith.", "He knows."]),
        ("Go, e.g. by bus. Now.", ["Go, e.g. by bus.", "Now."]),
        ("At 10:30 a.m. sharp. Fine.", ["At 10:30 a.m. sharp.", "Fine."]),
        ("See www.a.com/b. Then go.", ["See www.a.com/b.", "Then go."]),
        ("Really?! Yes.", ["Really?!", "Yes."]),
        ('He said "no." Then he left.', ['He said "no."', "Then he left."]),
        ("Hello there", ["Hello there"]),
        ("  ", []),
        ("", []),
    ],
)
def test_it_splits_where_a_speaker_would(text: str, expected: list[str]) -> None:
    assert pieces(text) == expected


def test_numbers_of_a_list_stay_with_their_lines() -> None:
    text = "Two things:\n1. Take the bus.\n2. Call me.\nDone."
    assert pieces(text) == ["Two things:", "1. Take the bus.", "2. Call me.", "Done."]


def test_a_sentence_without_end_is_split_all_the_same() -> None:
    text = "word " * 200
    found = pieces(text)
    assert max(len(piece) for piece in found) <= 200
    assert " ".join(found).split() == text.split()


@given(st.text(alphabet="ab 1.,!?\n*-", max_size=300), st.integers(1, 40))
def test_nothing_is_lost_or_added(text: str, size: int) -> None:
    splitter = SentenceSplitter()
    out = []
    for at in range(0, len(text), size):
        out += splitter.feed(text[at : at + size])
    joined = "".join([*out, *splitter.finish()])
    assert joined.rstrip() == text.rstrip()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("**Yes**, it *is*.", "Yes, it is."),
        ("Use `pip install` now", "Use pip install now"),
        ("# Title\n\n- one\n- two", "Title one two"),
        ("See [the page](https://a.org/x).", "See the page."),
        ("Go to https://www.example.org/a/b?c=1.", "Go to link to example.org"),
        ("Great 🎉👍🏽 news", "Great news"),
        ("2 * 3 and a_b", "2 * 3 and a_b"),
        ("~~old~~ new", "old new"),
        ("| a | b |\n|---|---|\n| 1 | 2 |", "a b 1 2"),
        ("__init__ and ***all***", "init and all"),
    ],
)
def test_a_voice_reads_no_markup(text: str, said: str) -> None:
    assert speakable(text) == said
