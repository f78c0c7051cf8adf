import pytest

from sessions_app.core.events import Hypothesis, Word
from sessions_app.speech.figures import LANGUAGES, with_figures
from sessions_app.speech.segmenting import Segmenter


@pytest.mark.parametrize(
    ("said", "language", "read"),
    [
        ("i have twenty three dogs and one cat", "en-US", "i have 23 dogs and one cat"),
        ("on november twenty first two thousand twenty six", "en", "on november 21st 2026"),
        ("a hundred and five point two percent", "en-GB", "a 105.2 percent"),
        ("one of the second kind", "en", "one of the second kind"),
        ("am einundzwanzigsten november", "de-DE", "am 21. november"),
        ("kaksikymmentä kolme", "fi-FI", "kaksikymmentä kolme"),
    ],
)
def test_numbers_and_dates(said: str, language: str, read: str) -> None:
    assert with_figures(said, language) == read


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_every_language_is_known_to_the_library(language: str) -> None:
    assert with_figures("x", language) == "x"


def test_a_segment_keeps_its_words_as_they_were_said() -> None:
    words = tuple(
        Word(text, 100.0 * n, 100.0 * n + 90) for n, text in enumerate(["twenty", "three"])
    )
    said = Hypothesis("twenty three", True, 0.0, 190.0, words)
    (piece,) = Segmenter("en-US").final(said)
    assert (piece.text, piece.words) == ("23.", words)
    (bare,) = Segmenter().final(said)
    assert bare.text == "Twenty three."
