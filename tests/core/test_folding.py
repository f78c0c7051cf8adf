import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions_app.core.folding import folded, found


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("I don’t", "i don't"),
        ("I donʼt", "i don‘t"),
        ("café", "CAFE\u0301"),
        ("Übergröße", "ÜBERGRÖSSE"),
        ("ﬁnd", "find"),
        ("ＡＢＣ１２", "abc12"),
        ("ｶﾞ", "ガ"),
        ("“so” – yes", '"so" - yes'),
        ("می\u200cخواهم", "میخواهم"),
        ("ΟΔΟΣ", "οδος"),
        ("a\u00a0 b", "a b"),
        ("Việt", unicodedata.normalize("NFD", "việt")),
        ("İstanbul", "istanbul"),
        (unicodedata.normalize("NFD", "İZMİR"), "izmir"),
        ("ısı", "ISI"),
        ("각", unicodedata.normalize("NFD", "각")),
    ],
)
def test_the_same_words_are_the_same(one: str, other: str) -> None:
    assert folded(one) == folded(other)


def test_accents_make_a_difference() -> None:
    assert folded("resume") != folded("résumé")


@given(st.text(max_size=60))
def test_folding_again_changes_nothing(text: str) -> None:
    assert folded(folded(text)) == folded(text)


@pytest.mark.parametrize(
    ("text", "wanted", "hit"),
    [
        ("I don’t like the café.", "DON'T like", "don’t like"),
        ("Le cafe\u0301 ferme", "café", "cafe\u0301"),
        ("我想问一下别的事情", "一下", "一下"),
        ("Straße frei", "STRASSE", "Straße"),
        ("the ﬁrst", "firs", "ﬁrs"),
        ("bu İstanbul'da", "istanbul", "İstanbul"),
    ],
)
def test_what_was_found_is_shown_as_it_is_written(text: str, wanted: str, hit: str) -> None:
    place = found(text, wanted)
    assert place is not None
    assert text[place[0] : place[1]] == hit


def test_what_is_not_there_is_not_found() -> None:
    assert found("hello", "help") is None
    assert found("hello", "") is None
