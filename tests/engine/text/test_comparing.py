from itertools import pairwise

from sessions_app.engine.core.events import Hypothesis, Word
from sessions_app.engine.text.comparing import (
    Change,
    SegmentSpan,
    align_words,
    differences,
    same_words,
    timed_words,
)


def words(text: str, start_ms: float, each_ms: float = 300.0) -> list[Word]:
    return [
        Word(word, start_ms + each_ms * n, start_ms + each_ms * (n + 1))
        for n, word in enumerate(text.split())
    ]


def said(text: str, before: str) -> list[tuple[str, str]]:
    return [(piece.change.value, piece.text) for piece in differences(before, text)]


def test_case_and_signs_are_no_difference() -> None:
    assert said("Good morning, Anna!", "good morning anna.") == [("same", "Good morning, Anna!")]
    assert same_words("Good morning.", "good morning")
    assert not same_words("Good morning.", "good evening")


def test_words_that_differ_are_shown_on_both_sides() -> None:
    assert said("Please call me on Monday.", "Please fall on Monday.") == [
        ("same", "Please"),
        ("gone", "fall"),
        ("new", "call me"),
        ("same", "on Monday."),
    ]


def test_everything_is_new_where_there_was_nothing() -> None:
    assert said("Hello there.", "") == [("new", "Hello there.")]
    assert said("", "Hello there.") == [("gone", "Hello there.")]
    assert said("", "") == []


def test_both_texts_can_be_read_from_the_pieces() -> None:
    before, after = "one two three four five", "one too three five six"
    pieces = differences(before, after)
    old = [p.text for p in pieces if p.change is not Change.NEW]
    new = [p.text for p in pieces if p.change is not Change.GONE]
    assert " ".join(old) == before
    assert " ".join(new) == after


def test_each_word_goes_where_it_was_said() -> None:
    spans = [SegmentSpan(1, 0.0, 900.0), SegmentSpan(2, 1200.0, 2100.0)]
    spoken = [*words("a b c", 0.0), *words("d e f", 1200.0)]
    found = align_words(spans, reversed(spoken))
    assert [(one.seq, [w.text for w in one.words]) for one in found] == [
        (1, ["a", "b", "c"]),
        (2, ["d", "e", "f"]),
    ]


def test_a_word_between_two_goes_to_the_nearer() -> None:
    spans = [SegmentSpan(1, 0.0, 900.0), SegmentSpan(2, 2000.0, 2900.0)]
    (first, second) = align_words(spans, words("late", 1000.0))
    assert [len(first.words), len(second.words)] == [1, 0]


def test_words_far_from_every_segment_are_added_run_by_run() -> None:
    spans = [SegmentSpan(1, 0.0, 900.0)]
    spoken = [*words("lost words", 5000.0), *words("and more", 9000.0)]
    found = align_words(spans, spoken)
    assert [(one.seq, one.start_ms, one.end_ms) for one in found] == [
        (1, 0.0, 900.0),
        (None, 5000.0, 5600.0),
        (None, 9000.0, 9600.0),
    ]


def test_without_any_segment_all_is_added() -> None:
    (one,) = align_words([], words("hello there", 100.0))
    assert (one.seq, [w.text for w in one.words]) == (None, ["hello", "there"])


def test_no_word_is_lost_or_doubled() -> None:
    spans = [SegmentSpan(n, n * 4000.0, n * 4000.0 + 2000.0) for n in range(5)]
    spoken = words(" ".join(f"w{n}" for n in range(100)), 0.0, 210.0)
    found = align_words(spans, spoken)
    assert sorted(w.text for one in found for w in one.words) == sorted(w.text for w in spoken)
    assert all(a.start_ms <= b.start_ms for a, b in pairwise(found))


def test_words_without_times_are_spread_evenly() -> None:
    found = timed_words(Hypothesis("one two", True, 1000.0, 2000.0, confidence=0.5))
    assert found == (Word("one", 1000.0, 1500.0, 0.5), Word("two", 1500.0, 2000.0, 0.5))


def test_scripts_without_blanks_are_compared_word_by_word() -> None:
    assert said("我想去银行取钱。", "我想去邮局取钱。") == [
        ("same", "我想去"),
        ("gone", "邮局"),
        ("new", "银行"),
        ("same", "取钱。"),
    ]
    assert same_words("我想问一下。", "我，想问一下")
    assert not same_words("我想问一下", "我想问两下")


def test_pieces_know_where_blanks_stand() -> None:
    assert not any(piece.blank for piece in differences("我想去邮局", "我想去银行"))
    english = differences("go to the bank", "go to a bank now")
    assert [piece.blank for piece in english][:-1] == [True] * (len(english) - 1)


def test_words_without_times_are_those_of_the_script() -> None:
    spread = timed_words(Hypothesis("我想问一下", True, 0.0, 900.0))
    assert [word.text for word in spread] == ["我想", "问", "一下"]
