"""Which part of a text is which of its words."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions_app.engine.core.events import Hypothesis, Word
from sessions_app.engine.stt.wrappers.replay_buffer import (
    without_words_after,
    without_words_before,
)
from sessions_app.engine.text.slicing import kept_text, word_slices


@pytest.mark.parametrize(
    ("text", "words", "own"),
    [
        (
            "Good morning, Dr. Lee. It's $300; not “two”.",
            ["good", "morning", "dr", "lee", "it's", "300", "not", "two"],
            ["Good ", "morning, ", "Dr. ", "Lee. ", "It's ", "$300; ", "not ", "“two”."],
        ),
        (
            "大家好，今天的会。",
            ["大家", "好", "今天", "的", "会"],
            ["大家", "好，", "今天", "的", "会。"],
        ),
        ("今日は、はい。", list("今日ははい"), ["今", "日", "は、", "は", "い。"]),
        (
            "I paid 300 yen.",
            ["i", "paid", "three", "hundred", "yen"],
            ["I ", "paid ", "", "300 ", "yen."],
        ),
        ("e-mail O'Neill", ["e", "mail", "O'Neill"], ["e-", "mail ", "O'Neill"]),
        ("¿Qué hora es?", ["qué", "hora", "es"], ["¿Qué ", "hora ", "es?"]),
        ("nothing alike", ["x", "y"], ["x ", "y"]),
        ("", ["你", "好", "a", "b"], ["你", "好", "a ", "b"]),
        ("a", [], []),
    ],
)
def test_each_word_has_its_part(text: str, words: list[str], own: list[str]) -> None:
    assert word_slices(text, words) == own


@given(st.text(alphabet="ab ,.今天。'3", max_size=30), st.lists(st.sampled_from("ab今天3")))
def test_the_parts_are_the_text(text: str, words: list[str]) -> None:
    own = word_slices(text, words)
    assert len(own) == len(words)
    assert "".join(own) in (text if words else "", "".join(word_slices("", words)))


def test_a_text_that_repeats_itself_holds_nobody_up() -> None:
    began_s = time.process_time()
    own = word_slices("la le " * 400, ["la", "lo"] * 400)
    assert time.process_time() - began_s < 1
    assert own[:4] == ["la ", "le ", "la ", "le "]


def test_what_is_kept_is_a_part_of_the_text() -> None:
    words = ["yes", "i", "can"]
    assert kept_text("Yes, I can.", words, [True, False, False]) == "Yes,"
    assert kept_text("Yes, I can.", words, [False, True, True]) == "I can."


def test_a_final_that_was_said_in_part_keeps_its_marks() -> None:
    words = tuple(Word(word, 100.0 * n, 100.0 * n + 90) for n, word in enumerate([*"今天好", "ok"]))
    final = Hypothesis("今天，好。 OK!", True, 0.0, 390.0, words)
    before = without_words_after(final, 195.0)
    after = without_words_before(final, 195.0)
    assert before is not None
    assert after is not None
    assert (before.text, after.text) == ("今天，", "好。 OK!")
    assert (before.words, after.words) == (words[:2], words[2:])
