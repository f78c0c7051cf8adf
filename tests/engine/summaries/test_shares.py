"""Who spoke how much."""

from sessions_app.engine.summaries.shares import shares
from tests.engine.summaries.test_extractive import Line


def test_who_spoke_how_long_counts_overlaps_once() -> None:
    talk = [
        Line(1, "one two three", "caller", 0, 3000),
        Line(2, "four", "agent", 1000, 2000),
        Line(3, "five six", "caller", 500, 700),
        Line(4, "seven", "caller", 2500, 4000),
    ]
    assert [(s.speaker, s.spoken_ms, s.words) for s in shares(talk)] == [
        ("caller", 4000, 6),
        ("agent", 1000, 1),
    ]


def test_words_are_counted_in_every_script() -> None:
    talk = [
        Line(1, "我想问一下别的事情", "caller", 0, 3000),
        Line(2, "สวัสดีครับ", "agent", 0, 900),
        Line(3, "كيف حالك؟", "agent", 900, 1900),
    ]
    assert [(s.speaker, s.words) for s in shares(talk)] == [("caller", 5), ("agent", 4)]
