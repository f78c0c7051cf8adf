from dataclasses import dataclass

import pytest

from sessions_app.summaries.extractive import ExtractiveSummariser


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
    summary = ExtractiveSummariser(sentences=3).summarise(lines(TALK))
    seqs = [point.seq for point in summary.key_points]
    assert len(seqs) == 3
    assert seqs == sorted(seqs)
    assert all(TALK[point.seq - 1] == point.text for point in summary.key_points)
    assert all(len(point.text.split()) >= 5 for point in summary.key_points)
    assert summary.text == " ".join(point.text for point in summary.key_points)


@pytest.mark.parametrize(
    ("text", "is_action"),
    [
        ("please call the supplier", True),
        ("we need to order more paper", True),
        ("I'll send it by friday", True),
        ("she will write the report", True),
        ("let's meet again next week", True),
        ("the weather was good", False),
        ("will power is a fine thing", False),
        ("he wrote a letter on monday", False),
    ],
)
def test_action_items_follow_the_rules(text: str, is_action: bool) -> None:
    summary = ExtractiveSummariser().summarise(lines([text]))
    assert [item.text for item in summary.action_items] == ([text] if is_action else [])


def test_a_silent_call_says_so() -> None:
    assert ExtractiveSummariser().summarise([]).text == "Nothing was said in this call."


def test_a_call_with_few_words_says_so() -> None:
    summary = ExtractiveSummariser().summarise(lines(["hello there", "goodbye"]))
    assert summary.text == "Only 3 words were said, too few to summarise."
    assert summary.key_points == ()


def test_who_spoke_how_long_counts_overlaps_once() -> None:
    talk = [
        Line(1, "one two three", "caller", 0, 3000),
        Line(2, "four", "agent", 1000, 2000),
        Line(3, "five six", "caller", 2500, 4000),
    ]
    shares = ExtractiveSummariser().summarise(talk).speakers
    assert [(s.speaker, s.spoken_ms, s.words) for s in shares] == [
        ("caller", 4000, 5),
        ("agent", 1000, 1),
    ]
