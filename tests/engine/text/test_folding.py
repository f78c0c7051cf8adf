import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sessions_app.engine.text.folding import find_folded, folded, terms


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


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("cafe", "café"),
        ("resume", "résumé"),
        ("lodz", "Łódź"),
        ("smorrebrod", "Smørrebrød"),
        ("ежик", "Ёжик"),
        ("محمد", "مُحَمَّد"),
        ("محمد", "محـــمد"),
        ("שלום", "שָׁלוֹם"),
        ("Ελλαδα", "ΕΛΛΆΔΑ"),
        ("dang", "đặng"),
    ],
)
def test_accents_and_points_may_be_left_out(typed: str, said: str) -> None:
    assert folded(typed) == folded(said)


@pytest.mark.parametrize(
    ("one", "other"), [("か", "が"), ("ハ", "パ"), ("कि", "क"), ("ก่", "ก"), ("각", "가")]
)
def test_marks_that_are_letters_make_a_difference(one: str, other: str) -> None:
    assert folded(one) != folded(other)


@pytest.mark.parametrize(
    ("query", "asked"),
    [
        ("'hello'", ("hello",)),
        ("‘take a note’", ("take", "a", "note")),
        ("don't", ("don't",)),
        ("«ёжик»", ("ежик",)),
        ("« l’été » 'here'", ("l'ete", "here")),
        ("'", ("'",)),
    ],
)
def test_quotes_around_words_are_marks(query: str, asked: tuple[str, ...]) -> None:
    assert terms(query) == asked


@given(st.text(max_size=60))
@example("10\u207b\u2074")
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
        ("Le cafe\u0301 de Łódź", "cafe de lodz", "cafe\u0301 de Łódź"),
        ("عن مُحَمَّد هنا", "محمد", "مُحَمَّد"),
    ],
)
def test_what_was_found_is_shown_as_it_is_written(text: str, wanted: str, hit: str) -> None:
    place = find_folded(text, wanted)
    assert place is not None
    assert text[place[0] : place[1]] == hit


def test_what_is_not_there_is_not_found() -> None:
    assert find_folded("hello", "help") is None
    assert find_folded("hello", "") is None
