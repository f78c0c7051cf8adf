"""Where the words are that were searched for."""

import pytest

from sessions_app.core.writing import tokens
from sessions_app.views import hits


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
