import random

import pytest
from num2words import num2words

from sessions_app.engine.core.events import Hypothesis, Word
from sessions_app.engine.stt.number_formatting import LANGUAGES, with_figures
from sessions_app.engine.stt.segmenter import Segmenter


@pytest.mark.parametrize(
    ("said", "language", "read"),
    [
        ("i have twenty three dogs and one cat", "en-US", "i have 23 dogs and one cat"),
        ("on november twenty first two thousand twenty six", "en", "on november 21st 2026"),
        ("one hundred and five point two percent", "en-GB", "105.2 percent"),
        ("veintiún mil pesos, ciento veintiún años", "es-MX", "21000 pesos, 121 años"),
        ("dezesseis ou dezanove mil", "pt-BR", "16 ou 19000"),
        ("one of the second kind", "en", "one of the second kind"),
        ("am einundzwanzigsten november", "de-DE", "am 21. november"),
        ("kaksikymmentä kolme", "fi-FI", "kaksikymmentä kolme"),
    ],
)
def test_numbers_and_dates(said: str, language: str, read: str) -> None:
    assert with_figures(said, language) == read


@pytest.mark.parametrize(
    ("said", "language"),
    [
        ("one eight hundred five five five one two one two", "en"),
        ("two thirds of it, and one third", "en"),
        ("a third of the tens of thousands", "en"),
        ("five o'clock or five o clock", "en"),
        ("at five thirty", "en"),
        ("nineteen eighty four or nineteen oh five", "en"),
        ("nine one one, double five", "en"),
        ("five and a half hours, three quarters", "en"),
        ("fifty fifty, seven eleven", "en"),
        ("point five", "en"),
        ("a hundred people, hundreds of them", "en"),
        ("a hundred and five dogs, a thousand and one", "en"),
        ("two or one, a second", "en"),
        ("fifty-five thousand three hundred and sixtieth", "en"),
        ("lei sei gentile", "it"),
        ("un terzo", "it"),
        ("un livre neuf", "fr"),
        ("deux mille six cent quatre-vingtsième", "fr"),
        ("habt acht", "de"),
        ("zwanzig dreißig", "de-DE"),
        ("la quinta del cuarto", "es"),
        ("quadragésimo tercero", "es"),
        ("na quarta feira", "pt-BR"),
        ("een vierde", "nl"),
        ("the nineteen sixties, the nineteen hundreds", "en"),
        ("one hundredth of it, one thousandth and one millionth", "en"),
        ("three fifths, three quarters, five thousandths", "en"),
        ("one million two, or two billion three hundred", "en"),
        ("a ninety second break, wait thirty second, the twenty second clip", "en"),
        ("one, two, three, four", "en"),
        ("twenty one, two or three; first, second, third", "en"),
        ("forty, fifty and sixty", "en"),
        ("drei viertel, drei fünftel, eine million zwei", "de"),
        ("eins, zwei, drei; die neunzehnhundert sechziger", "de"),
        ("trois quarts, un million deux, deux centième", "fr"),
        ("un, deux, trois", "fr"),
        ("tres cuartos, un millón dos, uno, dos o tres", "es"),
        ("tre quarti, un milione due, uno, due, tre", "it"),
        ("drie kwart, een miljoen twee, een, twee of drie", "nl"),
        ("três quartos, um milhão e dois, um, dois e três", "pt"),
        ("all sixes and sevens, up to the nines, twenty nines", "en"),
        ("les pneus sont neufs, quoi de neuf, des cents et des vingts", "fr"),
        ("i venti di nord, venti contrari", "it"),
        ("wir sieben den Sand", "de"),
        ("wij zeven het zand", "nl"),
        ("mil gracias, los cincos", "es"),
        ("mil desculpas, os oitos", "pt"),
    ],
)
def test_what_is_uncertain_stays_in_words(said: str, language: str) -> None:
    assert with_figures(said, language) == said


@pytest.mark.parametrize(
    ("said", "language", "read"),
    [
        ("one point five million people", "en", "1.5 million people"),
        ("eins komma fünf millionen", "de", "1,5 millionen"),
        ("uno coma cinco millones", "es", "1,5 millones"),
        ("two million five hundred thousand", "en", "2500000"),
        ("Maybe forty, (twenty three) or three point one four.", "en", "Maybe 40, (23) or 3.14."),
        ("ho venti sei anni", "it", "ho 26 anni"),
        ("one hundred first street", "en", "101st street"),
        ("thirty cities, three months, thirty seconds", "en", "30 cities, 3 months, 30 seconds"),
        (
            "the twenty second of may, november twenty second",
            "en",
            "the 22nd of may, november 22nd",
        ),
        ("three, four or five", "en", "3, 4 or 5"),
        ("one million two hundred thousand, one million and two", "en", "1200000, 1000002"),
        ("fünf hotels, drei uhr fünfzehn", "de", "5 hotels, 3 uhr 15"),
        ("dix pour cent, quatre-vingts ans, deux cents", "fr", "10 pour cent, 80 ans, 200"),
        ("siebenundzwanzig, venti", "de", "27, venti"),
        ("trescientas, veintidós, dos mil", "es", "300, 22, 2000"),
        ("ventisette, venti due, dieci per cento", "it", "27, 22, 10 per cento"),
        ("cinco pavos, los años sesenta", "es", "5 pavos, los años 60"),
    ],
)
def test_what_is_certain_is_a_figure(said: str, language: str, read: str) -> None:
    assert with_figures(said, language) == read


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_no_number_is_ever_another(language: str) -> None:
    chance = random.Random(language)
    numbers = [*range(130), *(chance.randrange(10 ** chance.randrange(1, 10)) for _ in range(300))]
    changed = 0
    for number in numbers:
        for kind in ("cardinal", "ordinal") if 0 < number < 100_000 else ("cardinal",):
            said = num2words(number, lang=language, to=kind).replace(",", "")
            read = with_figures(f"x {said} x", language)
            figure = read[2:-2].rstrip("abcdefghijklmnopqrstuvwxyzèºª.")
            assert read == f"x {said} x" or figure == str(number)
            changed += figure == str(number)
    assert changed > len(numbers) / 2


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
