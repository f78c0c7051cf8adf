"""How much of a text was heard."""

import pytest

from sessions_app.engine.agent.heard_text import heard_part
from sessions_app.engine.tts.base import SpokenWord

TEXT = "The train leaves at ten."
WORDS = (
    SpokenWord(0, 3, 0, 200),
    SpokenWord(4, 9, 200, 600),
    SpokenWord(10, 16, 600, 1000),
    SpokenWord(17, 19, 1000, 1200),
    SpokenWord(20, 24, 1200, 1600),
)


@pytest.mark.parametrize(
    ("heard_ms", "expected"),
    [
        (0, ""),
        (100, ""),
        (150, "The"),
        (590, "The train"),
        (900, "The train"),
        (1000, "The train leaves"),
        (1540, "The train leaves at ten."),
        (1700, TEXT),
    ],
)
def test_words_that_sounded_were_heard(heard_ms: float, expected: str) -> None:
    assert heard_part(TEXT, WORDS, heard_ms, 1700) == expected


@pytest.mark.parametrize(
    ("heard_ms", "length_ms", "expected"),
    [
        (0, 2400, ""),
        (900, 2400, "The train"),
        (1000, 2400, "The train"),
        (2399, 2400, "The train leaves at"),
        (2400, 2400, TEXT),
        (650, None, "The train"),
    ],
)
def test_without_word_times_it_is_in_proportion(
    heard_ms: float, length_ms: float | None, expected: str
) -> None:
    assert heard_part(TEXT, (), heard_ms, length_ms) == expected


@pytest.mark.parametrize(
    ("text", "heard_ms", "length_ms", "expected"),
    [
        ("我想问一下别的事情", 1000, 2000, "我想问"),
        ("สวัสดีครับผมชื่อบอบ", 1100, 2000, "สวัสดีครับ"),
        ("山上有一座庙。", 700, None, "山上有"),
        ("a 👩\u200d👩\u200d👧", 1000, 2000, "a"),
    ],
)
def test_it_ends_at_a_word_where_no_blank_does(
    text: str, heard_ms: float, length_ms: float | None, expected: str
) -> None:
    assert heard_part(text, (), heard_ms, length_ms) == expected


@pytest.mark.parametrize(
    ("text", "heard_ms", "expected"),
    [
        ("I can't do that today.", 600, "I can't"),
        ("I can't do that today.", 400, "I"),
        ("the well-known author", 700, "the"),
        ("at example.com today", 600, "at"),
        ("今天的会议很长。", 880, "今天的"),
        ("today", 300, ""),
    ],
)
def test_without_word_times_it_ends_at_whole_words(
    text: str, heard_ms: float, expected: str
) -> None:
    assert heard_part(text, (), heard_ms, None) == expected
