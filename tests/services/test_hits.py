"""Where the words are that were searched for."""

import pytest

from sessions_app.engine.text.writing import tokens
from sessions_app.services import hits


@pytest.mark.parametrize(
    ("text", "wanted", "held"),
    [
        ("We moved to friday, this friday.", "Friday", ["friday,", "friday."]),
        ("We moved to friday.", "moved to", ["moved", "to"]),
        ("We moved to friday.", "ove", ["moved"]),
        ("I don\u2019t like the cafe\u0301.", "don't like", ["don\u2019t", "like"]),
        ("I don\u2019t like the cafe\u0301.", "CAF\u00c9", ["cafe\u0301."]),
        (
            "\u6211\u60f3\u95ee\u4e00\u4e0b\u3002",
            "\u95ee\u4e00\u4e0b",
            ["\u95ee", "\u4e00\u4e0b\u3002"],
        ),
        ("We moved to friday.", "friday we", ["We", "friday."]),
        ("We moved to friday, to be safe.", '"to be" moved', ["moved", "to", "be"]),
        ("We moved to friday.", '"to moved"', []),
        ("aaaa", "aa", ["aaaa"]),
        ("Nothing of it.", "friday", []),
        ("Nothing of it.", "", []),
        ("Nothing of it.", " ", []),
        ("", "friday", []),
    ],
)
def test_the_words_that_hold_it_are_marked(text: str, wanted: str, held: list[str]) -> None:
    marked = hits.held(text, wanted)
    words = [word.text for word in tokens(text)]
    assert len(marked) == len(words)
    assert [word for word, hit in zip(words, marked, strict=True) if hit] == held


def test_a_long_segment_is_shortened_around_what_was_searched() -> None:
    said = "word " * 60 + "needle" + " hay" * 60
    (before, _), hit, (after, _) = hits.snippet(said, "NEEDLE", 100)
    assert hit == ("needle", True)
    assert before.startswith("…word")
    assert before.endswith("word ")
    assert after.endswith("hay…")
    assert len(before) + len(after) < 220


def test_each_word_of_the_search_is_marked_where_it_is_near() -> None:
    said = "we moved it to friday, since monday is taken" + " word" * 60 + " monday"
    assert hits.snippet(said, "monday moved", 50)[:4] == (
        ("we ", False),
        ("moved", True),
        (" it to friday, since ", False),
        ("monday", True),
    )
    assert sum(marked for _, marked in hits.snippet(said, "monday moved", 50)) == 2
    assert hits.snippet("nothing of it", "monday", 50) == (("nothing of it", False),)


def test_the_words_searched_for_are_marked_as_they_are_written() -> None:
    said, wanted = "I don\u2019t like the cafe\u0301 there", '"DON\'T LIKE THE CAF\u00c9"'
    assert hits.snippet(said, wanted, 100) == (
        ("I ", False),
        ("don\u2019t like the cafe\u0301", True),
        (" there", False),
    )
    long = "从前有一座山，山上有一座庙。" * 30
    (before, _), hit, (after, _) = hits.snippet(f"{long}问一下{long}", "问一下", 100)
    assert hit == ("问一下", True)
    assert before.startswith("…")
    assert after.endswith("…")
    assert 80 < len(before) < 110
