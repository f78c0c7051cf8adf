import os
import random
import subprocess
import sys
import time
from dataclasses import dataclass

import pytest

from sessions_app.engine.summaries.extractive import ExtractiveSummariser
from tests.fixtures.server import ROOT


@dataclass(frozen=True)
class Line:
    seq: int
    text: str
    speaker: str = "caller"
    start_ms: int = 0
    end_ms: int = 1000


TALK = [
    "good morning everybody and welcome to the weekly planning call",
    "the budget of the garden project is almost spent",
    "yes",
    "the budget must last until the end of the garden project",
    "please call the supplier about the late delivery of the trees",
    "i saw a film yesterday evening and it was long",
    "the supplier has promised that the trees of the garden project come on monday",
    "okay",
    "then the garden project will be finished in time and within the budget",
]


def lines(texts: list[str]) -> list[Line]:
    return [Line(n, t, "caller", 1000 * n, 1000 * n + 800) for n, t in enumerate(texts, start=1)]


def test_key_points_are_sentences_of_the_call_in_their_order() -> None:
    summary = ExtractiveSummariser(sentences=3).summarise(lines(TALK), "en-US")
    seqs = [point.seq for point in summary.key_points]
    assert len(seqs) == 3
    assert seqs == sorted(seqs)
    for point in summary.key_points:
        said = TALK[point.seq - 1]
        assert point.text == f"{said[0].upper()}{said[1:]}."
    assert all(len(point.text.split()) >= 5 for point in summary.key_points)
    assert summary.text == " ".join(point.text for point in summary.key_points)


def test_a_silent_call_says_so() -> None:
    assert ExtractiveSummariser().summarise([], "en-US").text == "Nothing was said in this call."


def test_a_call_with_few_words_says_so() -> None:
    summary = ExtractiveSummariser().summarise(lines(["hello there", "goodbye"]), "en-US")
    assert summary.text == "Only 3 words were said, too few to summarise."
    assert summary.key_points == ()


def test_action_items_are_found_in_a_short_call_too() -> None:
    summary = ExtractiveSummariser().summarise(lines(["hello", "please call back"]), "en-US")
    assert [(item.text, item.seq) for item in summary.action_items] == [("Please call back.", 2)]


def test_one_word_is_not_called_words() -> None:
    assert ExtractiveSummariser().summarise(lines(["hm"]), "en-US").text.startswith("One word was")


@pytest.mark.parametrize("language", ["en-US", "de-DE", "sw", ""])
def test_any_language_has_key_points(language: str) -> None:
    summary = ExtractiveSummariser(sentences=2).summarise(lines(TALK), language)
    assert len(summary.key_points) == 2


def test_rules_for_english_find_nothing_to_do_in_german() -> None:
    talk = ["Anna will morgen an die Nordsee fahren.", "Post kommt am Freitag, so schnell es geht."]
    english = ExtractiveSummariser().summarise(lines(talk), "en-US")
    assert len(english.action_items) == 2  # what "will" and "post" are there
    german = ExtractiveSummariser().summarise(lines(talk), "de-DE")
    assert german.action_items == ()
    assert german.text == " ".join(talk)


@pytest.mark.parametrize(
    "talk",
    [
        ["SHOUTED WORDS ARE NO HEADINGS HERE"] * 3 + ["AND NEITHER ARE THESE OTHER WORDS"],
        ["i am who you are and they were"] * 9 + ["and you are who i am and was"] * 9,
        [f"one two three four five {'x' * n}" for n in range(1, 40)],
        ["mhm", "yes", "no", "okay", "right", "sure", "fine then", "good", "bye bye", "bye", "ok"],
        ["我们 明天 再 谈 这个 问题 好 吗", "好 的 我 会 给 你 打 电话 的"],
    ],
)
def test_odd_calls_have_a_summary(talk: list[str]) -> None:
    summary = ExtractiveSummariser(sentences=3).summarise(lines(talk), "en-US")
    seqs = [point.seq for point in summary.key_points]
    assert len(seqs) <= 3
    assert summary.text
    assert seqs == sorted(set(seqs))


def test_what_was_said_twice_is_one_key_point() -> None:
    talk = [TALK[0], TALK[1], TALK[1].upper(), TALK[1], TALK[5]]
    summary = ExtractiveSummariser(sentences=5).summarise(lines(talk), "en-US")
    assert summary.text.lower().count(TALK[1]) == 1


@pytest.mark.parametrize("count", range(2, len(TALK) + 1))
def test_a_call_that_is_told_whole_has_no_key_points_beside_its_text(count: int) -> None:
    summary = ExtractiveSummariser(sentences=len(TALK)).summarise(lines(TALK[:count]), "en-US")
    assert summary.key_points == ()
    told = summary.text + " ".join(item.text for item in summary.action_items)
    long = [text.capitalize() for text in TALK[:count] if len(text.split()) >= 5]
    assert [told.count(text) for text in long] == [1] * len(long)


def test_what_asks_for_something_is_no_key_point() -> None:
    talk = [*TALK, "please send the letter to the customer", "we must talk about the budget"]
    summary = ExtractiveSummariser(sentences=3).summarise(lines(talk), "en-US")
    asked = {item.seq for item in summary.action_items}
    assert {10, 11} <= asked
    assert len(summary.key_points) == 3
    assert not asked & {point.seq for point in summary.key_points}


def test_a_call_of_nothing_but_requests_lists_them_once() -> None:
    talk = ["please send the letter to the customer", "please call the supplier about the trees"]
    summary = ExtractiveSummariser().summarise(lines(talk), "en-US")
    assert summary.text == "Everything that was said is something to do."
    assert summary.key_points == ()
    assert [item.seq for item in summary.action_items] == [1, 2]


def test_a_call_of_many_requests_is_told_by_those_that_say_most() -> None:
    talk = [f"please send letter {n} to customer {n}" for n in range(40)]
    summary = ExtractiveSummariser(sentences=2).summarise(lines(talk), "en-US")
    assert summary.text.startswith("Everything that was said is something to do, 40 items in all.")
    assert summary.text.count("Please send") == 2
    assert len(summary.action_items) == 40


def test_statements_that_end_in_a_promise_are_told() -> None:
    talk = [f"Team {n} finished roof {n} and will report on it next week" for n in range(125)]
    summary = ExtractiveSummariser().summarise(lines(talk), "en-US")
    assert summary.action_items == ()
    assert len(summary.key_points) == 5


def test_a_very_long_call_is_summarised_in_seconds() -> None:
    draw = random.Random(7)
    words = [f"w{n}" for n in range(3000)]
    talk = [" ".join(draw.choices(words, k=draw.randint(5, 25))) for _ in range(2000)]
    started = time.process_time()
    summary = ExtractiveSummariser().summarise(lines(talk), "en-US")
    assert len(summary.key_points) == 5
    assert time.process_time() - started < 30


def test_settings_that_make_no_sense_are_refused() -> None:
    with pytest.raises(ValueError, match="sentences=0"):
        ExtractiveSummariser(sentences=0)


CHINESE = [
    "大家早上好欢迎参加每周的计划会议",
    "花园项目的预算差不多用完了",
    "嗯",
    "预算必须用到花园项目结束",
    "请给供应商打电话问一下树木的交货",
    "昨天晚上我看了一部很长的电影",
    "供应商答应花园项目的树木星期一到",
]


def test_a_chinese_call_is_summed_up_in_chinese_sentences() -> None:
    summary = ExtractiveSummariser(sentences=2).summarise(lines(CHINESE), "zh-CN")
    assert len(summary.key_points) == 2
    assert all(point.text == f"{CHINESE[point.seq - 1]}。" for point in summary.key_points)
    assert summary.text == "".join(point.text for point in summary.key_points)


@pytest.mark.parametrize(
    "language", ["ja-JP", "ko-KR", "el-GR", "he-IL", "ar-EG", "uk-UA", "pl-PL", "sk-SK", "th-TH"]
)
def test_every_language_is_summed_up(language: str) -> None:
    assert ExtractiveSummariser(sentences=2).summarise(lines(CHINESE), language).key_points


@pytest.mark.parametrize(
    "after",
    [
        *("No, don't.", "Actually, never mind.", "Oh wait, scratch that.", "Don't bother."),
        *("Forget the plumber.", "You don't have to any more.", "No need, I've done it."),
    ],
)
def test_what_is_taken_back_in_the_next_sentence_is_nothing_to_do(after: str) -> None:
    texts = ["The roof is leaking again.", "Please call the plumber on Monday.", after]
    texts.append("Tom will bring the long ladder and the tools tomorrow.")
    summary = ExtractiveSummariser().summarise(lines(texts), "en-US")
    assert [item.seq for item in summary.action_items] == [4]
    assert "plumber" not in summary.text


@pytest.mark.parametrize("after", ["No.", "Don't forget the key.", "Never mind the rain."])
def test_other_answers_take_nothing_back(after: str) -> None:
    texts = ["The roof is leaking again.", "Please call the plumber on Monday.", after]
    summary = ExtractiveSummariser().summarise(lines(texts), "en-US")
    assert 2 in [item.seq for item in summary.action_items]


def test_greetings_by_name_and_offers_of_help_are_no_key_points() -> None:
    talk = [
        "Hello Nadia, what can I do for you?",
        "The oven broke down last night, so there is no bread for the market.",
        "Thank you, Mr. Brandt. How can I help you today?",
        "The repair costs two hundred euros, and it takes until the evening.",
    ]
    summary = ExtractiveSummariser().summarise(lines(talk), "en-US")
    assert summary.text == f"{talk[1]} {talk[3]}"


REPEATED = """
from tests.engine.summaries.test_extractive import ALIKE, Line
from sessions_app.engine.summaries.extractive import ExtractiveSummariser
lines = [Line(n, text, start_ms=n, end_ms=n + 1) for n, text in enumerate(ALIKE)]
print(ExtractiveSummariser(sentences=2).summarise(lines, "en-US").text)
"""
ALIKE = (
    "Please call the plumber on Tuesday.",
    "Please send the letter to Martin.",
    "Please order the new chairs today.",
)


def test_the_same_call_gets_the_same_summary_in_every_process() -> None:
    asked = [
        subprocess.Popen(
            [sys.executable, "-c", REPEATED],
            stdout=subprocess.PIPE,
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
        )
        for seed in ("0", "1", "2")
    ]
    told = {one.communicate(timeout=60)[0] for one in asked}
    assert len(told) == 1
    assert told != {b""}
