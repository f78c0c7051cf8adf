"""Where sentences end."""

import pytest

from sessions_app.engine.text.stops import whole_sentences


@pytest.mark.parametrize(
    ("text", "language", "pieces"),
    [
        ("Pay $3.50. Meet at 9 a.m. today.", "en", ["Pay $3.50.", "Meet at 9 a.m. today."]),
        ("Ask Dr. Lee about No. 7. Then go.", "en", ["Ask Dr. Lee about No. 7.", "Then go."]),
        ("We met at 3 p.m. Then we left.", "en", ["We met at 3 p.m.", "Then we left."]),
        ("At 9 a.m. Tuesday we go.", "en", ["At 9 a.m. Tuesday we go."]),
        ("See J. Smith. So do I. Yes!", "en", ["See J. Smith.", "So do I.", "Yes!"]),
        ("He waited... and left. Well… maybe.", "en", ["He waited... and left.", "Well… maybe."]),
        ("“Go!” he said. Really? yes", "en", ["“Go!” he said.", "Really?", "yes"]),
        ("how are you. fine, thank you", "en", ["how are you.", "fine, thank you"]),
        ("1. Buy milk. 2. Sleep.", "en", ["1. Buy milk.", "2. Sleep."]),
        ("Am 3. März kommt er. Dann geht es.", "de", ["Am 3. März kommt er.", "Dann geht es."]),
        ("Un fruit, p. ex. 10-20 cerises. Oui.", "fr", ["Un fruit, p. ex. 10-20 cerises.", "Oui."]),
        ("Una fruta (p. ej. 10 o por ej. 5).", "es", ["Una fruta (p. ej. 10 o por ej. 5)."]),
        ("Frutta, p. es. 10, ad es. Mele.", "it", ["Frutta, p. es. 10, ad es. Mele."]),
        ("Frutas, por ex. 5 ou p.ex. Maçãs.", "pt", ["Frutas, por ex. 5 ou p.ex. Maçãs."]),
        ("Ver n. 5, art. 5, cap. 3, pág. 4.", "es", ["Ver n. 5, art. 5, cap. 3, pág. 4."]),
        ("Da p. 12, vol. 2, pag. 4, ca. 5.", "it", ["Da p. 12, vol. 2, pag. 4, ca. 5."]),
        ("Dell'art. 5, l’art. 6.", "it", ["Dell'art. 5, l’art. 6."]),
        ("Cap. 3, aprox. 10, séc. XX.", "pt", ["Cap. 3, aprox. 10, séc. XX."]),
        ("Pour env. 20, d'env. 30, max. 5.", "fr", ["Pour env. 20, d'env. 30, max. 5."]),
        ("Nach Art. 5 Abs. 2, mind. 3.", "de", ["Nach Art. 5 Abs. 2, mind. 3."]),
        ("Siehe Art. 5, max. 3.", "", ["Siehe Art. 5, max. 3."]),
        ("I like art. 5 of us do.", "en", ["I like art.", "5 of us do."]),
        ("C'est de l'art. Voilà.", "fr", ["C'est de l'art.", "Voilà."]),
        ("Pane, latte, ecc. Poi via.", "it", ["Pane, latte, ecc.", "Poi via."]),
        ("Pane, ecc. 10 in tutto.", "it", ["Pane, ecc. 10 in tutto."]),
        ("Brot usw. Dann geht es.", "de", ["Brot usw.", "Dann geht es."]),
        ("I have 3. You have 4.", "en", ["I have 3.", "You have 4."]),
        ("今天的会议很长。再见", "zh", ["今天的会议很长。", "再见"]),
        ("no marks at all", "en", ["no marks at all"]),
        ("...", "en", ["..."]),
        ("", "en", []),
    ],
)
def test_a_sentence_ends_where_a_reader_says_so(
    text: str, language: str, pieces: list[str]
) -> None:
    assert whole_sentences(text, language) == pieces
