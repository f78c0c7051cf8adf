"""The words of a corrected text are where they are heard."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions_app.engine.core.events import Word
from sessions_app.engine.text.realigning import realigned
from sessions_app.engine.text.writing import tokens

STEP = 100


def heard(text: str, confidence: float | None = 0.9, speaker: str = "") -> list[Word]:
    """Returns words of 80 ms with 20 ms between them, from 1000 ms on."""
    return [
        Word(word, 1000 + STEP * n, 1080 + STEP * n, confidence, speaker)
        for n, word in enumerate(text.split())
    ]


def places(before: str, after: str) -> list[tuple[str, int, int]]:
    words = realigned(heard(before), after, 1000, 1000 + STEP * max(1, len(before.split())))
    return [(word.text, round(word.start_ms), round(word.end_ms)) for word in words]


def test_words_that_were_heard_keep_their_times_and_how_sure_they_are() -> None:
    words = realigned(heard("we moved two friday"), "We moved to Friday.", 1000, 1400)
    assert [(word.text, word.start_ms, word.end_ms, word.confidence) for word in words] == [
        ("We", 1000, 1080, 0.9),
        ("moved", 1100, 1180, 0.9),
        ("to", 1200, 1280, None),
        ("Friday.", 1300, 1380, 0.9),
    ]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        # one in the place of two has both's time
        ("a nice cream b", "a icecream b", [("a", 1000, 1080), ("icecream", 1100, 1280),
                                            ("b", 1300, 1380)]),
        # two in the place of one share it
        ("a there b", "a they're b", [("a", 1000, 1080), ("they're", 1100, 1180),
                                      ("b", 1200, 1280)]),
        ("a icecream b", "a ice cream b", [("a", 1000, 1080), ("ice", 1100, 1130),
                                           ("cream", 1130, 1180), ("b", 1200, 1280)]),
        # a new one is put into the pause
        ("a b", "a new b", [("a", 1000, 1080), ("new", 1080, 1100), ("b", 1100, 1180)]),
        ("a b", "a b end", [("a", 1000, 1080), ("b", 1100, 1180), ("end", 1180, 1200)]),
        # those that go leave a hole
        ("a um b", "a b", [("a", 1000, 1080), ("b", 1200, 1280)]),
        # without any word of the recogniser they share the segment
        ("", "ab abc", [("ab", 1000, 1040), ("abc", 1040, 1100)]),
        # marks alone take no time
        ("a b", "a — b", [("a", 1000, 1080), ("—", 1080, 1080), ("b", 1100, 1180)]),
    ],
)  # fmt: skip
def test_new_words_share_the_time_of_those_they_replace(
    before: str, after: str, expected: list[tuple[str, int, int]]
) -> None:
    assert places(before, after) == expected


def test_characters_are_found_however_words_are_split() -> None:
    words = realigned(heard("我 想 问 一 下"), "我想问两下。", 1000, 1500)
    assert "".join(word.text for word in words) == "我想问两下。"
    assert words[0].start_ms == 1000
    assert words[-1].end_ms == 1480


def test_whoever_said_the_words_around_said_the_new_one() -> None:
    words = realigned(heard("one three", speaker="A"), "one two three", 1000, 1200)
    assert {word.speaker for word in words} == {"A"}


def test_a_word_is_as_sure_as_the_least_sure_of_its_parts() -> None:
    parts = [Word("well", 0, 10, 0.9), Word("known", 10, 20, 0.4)]
    assert realigned(parts, "well-known", 0, 20)[0].confidence == 0.4
    assert realigned([Word("can't", 0, 20, 0.9)], "can", 0, 20)[0].confidence is None


def test_an_empty_text_has_no_words() -> None:
    assert realigned(heard("a b"), "", 1000, 1200) == ()


SOME = st.lists(
    st.sampled_from(["a", "b", "bb", "c", "don't", "well-known", "我想", "—", "♪", "end."]),
    max_size=8,
)


@given(before=SOME, after=SOME, off=st.integers(-500, 500))
def test_times_never_decrease_and_stay_within_the_segment(
    before: list[str], after: list[str], off: int
) -> None:
    said = [Word(word, off + STEP * n, off + STEP * n + 90) for n, word in enumerate(before)]
    words = realigned(said, " ".join(after), 0, 600)
    assert [word.text for word in words] == [token.text for token in tokens(" ".join(after))]
    ends = [edge for word in words for edge in (word.start_ms, word.end_ms)]
    assert all(a <= b for a, b in itertools.pairwise([0, *ends, 600]))
