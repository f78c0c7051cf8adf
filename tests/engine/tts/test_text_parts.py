"""Texts in parts that no voice speaks for long."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions_app.engine.tts.text_parts import LONGEST, in_parts


@given(st.text(max_size=2_000), st.integers(2, 50))
def test_the_parts_are_the_text_and_none_is_long(text: str, longest: int) -> None:
    parts = list(in_parts(text, longest))
    assert "".join(part for _, part in parts) == text
    assert all(0 < len(part) <= longest for _, part in parts)
    assert all(text[start : start + len(part)] == part for start, part in parts)


@pytest.mark.parametrize(
    ("text", "firsts"),
    [
        ("One two three. Four five six seven", ["One two three.", " Four five six seven"]),
        ("One two three, four five six seven", ["One two three,", " four five six seven"]),
        ("One two three four five six seven", ["One two three four", " five six seven"]),
        ("The sum is 1.234.567,89 of that now", ["The sum is", " 1.234.567,89 of", " that now"]),
        ("12345678901234567890123", ["12345678901234567890", "123"]),
        (
            "一二三四五六七八九十一二。四五六七八九十一二三四",
            ["一二三四五六七八九十一二。", "四五六七八九十一二三四"],
        ),
        (
            "我明天要去北京看望我的一个老朋友和他的家人",
            ["我明天要去北京看望我的一个老朋友和他的", "家人"],
        ),
        ("वह आज दिल्ली गया। फिर वह घर लौटा।", ["वह आज दिल्ली गया।", " फिर वह घर लौटा।"]),
    ],
)
def test_they_end_where_a_reader_would_pause(text: str, firsts: list[str]) -> None:
    assert [part for _, part in in_parts(text, 20)] == firsts


def test_a_letter_keeps_its_marks() -> None:
    text = "e\u0301" * 300
    for _, part in in_parts(text):
        assert not unicodedata.combining(part[0])


def test_an_agents_own_sentences_are_never_parted() -> None:
    from sessions_app.engine.agent.sentence_splitter import LONGEST as SENTENCE

    assert SENTENCE <= LONGEST
