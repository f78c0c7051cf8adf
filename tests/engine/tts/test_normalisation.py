"""What voices are given to read for amounts, times, dates and the like."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions_app.engine.tts.normalisation.forms import spoken_form
from sessions_app.engine.tts.normalisation.languages import WORDS

ENGLISH = [
    ("$3.50", "three dollars and fifty cents"),
    ("It is $1,000.", "It is one thousand dollars."),
    (
        "A balance of -$5, or \u2212$5.50",
        "A balance of minus five dollars, or minus five dollars and fifty cents",
    ),
    ("It is -5 degrees, $20-$30", "It is -5 degrees, twenty to thirty dollars"),
    ("$1, $0.99 or $5k", "one dollar, ninety-nine cents or five thousand dollars"),
    (
        "$3.5 million, €5, £3.20",
        "three point five million dollars, five euros, three pounds and twenty pence",
    ),
    ("a $20-30 ticket", "a twenty to thirty dollar ticket"),
    ("It is 11:30 p.m. and 12:05 a.m.", "It is eleven thirty p.m. and twelve oh five a.m."),
    ("at 3:00 p.m. sharp", "at three p.m. sharp"),
    ("It is 3 05 p.m.", "It is three oh five p.m."),
    ("9:05, 10:30, 10:00", "nine oh five, ten thirty, ten o'clock"),
    ("17:30 to 15:00", "seventeen thirty to fifteen hundred hours"),
    ("1/2 or 3/4", "one half or three quarters"),
    ("5/8, 2 1/2 cups, 2½", "five eighths, two and a half cups, two and a half"),
    ("24/7", "24 7"),
    ("3-5 days", "3 to 5 days"),
    ("1,000–2,000 people", "1,000 to 2,000 people"),
    ("10 - 5", "10 minus 5"),
    ("5−3 at −4", "5 minus 3 at minus 4"),
    ("9:00 - 17:00, 9:00-17:00", ", ".join(["nine o'clock to seventeen hundred hours"] * 2)),
    ("2019 - 2024, pages 10 - 20%", "2019 to 2024, pages 10 to 20%"),
    ("5 - 10 = -5", "5 minus 10 = -5"),
    ("a $5-10 million deal", "a five to ten million dollar deal"),
    ("€3.5bn, ¥5 million", "three point five billion euros, five million yen"),
    ("1 1/8 cups", "one and an eighth cups"),
    ("the 1990s and '90s", "the nineteen nineties and nineties"),
    ("1900s, 2000s", "nineteen hundreds, two thousands"),
    ("in 1984, on May 5, 2026", "in nineteen eighty-four, on May 5, twenty twenty-six"),
    ("5 km, 1 km, 5km.", "5 kilometers, 1 kilometer, 5 kilometers."),
    ("60 mph, 20 °C, 1.5-2.5 kg", "60 miles per hour, 20 degrees Celsius, 1.5 to 2.5 kilograms"),
    ("No. 5", "number 5"),
    ("take No. 5, or bus no. 6", "take number 5, or bus number 6"),
    ("call 555-1212.", "call five five five, one two one two."),
    ("(555) 123-4567", "five five five, one two three, four five six seven"),
    ("+49 170 1234567", "plus four nine, one seven zero, one two three four five six seven"),
    ("2026-11-28", "November twenty-eighth, twenty twenty-six"),
    ("11/28/2026", "November twenty-eighth, twenty twenty-six"),
    ("Nov. 28", "November 28"),
    ("5 x 3, 5*3 = 15", "5 times 3, 5 times 3 = 15"),
    ("mary_ann@example.org", "mary underscore ann at example dot org"),
    ("i.e. #5, vs. ~6", "that is number 5, versus about 6"),
    ("Acme Inc.", "Acme Incorporated."),
    ("NY 10001", "NY one zero zero zero one"),
    (
        "$-5, $ -5.50, US$-5k",
        "minus five dollars, minus five dollars and fifty cents, minus five thousand dollars",
    ),
    ("- 5 degrees", "minus 5 degrees"),
    ("> 5 items, < $3", "more than 5 items, less than three dollars"),
    (
        "R$5.50, C$5, 5 USD",
        "five reais and fifty centavos, five Canadian dollars, five dollars",
    ),
    ("at 10.0.0.254.", "at one zero dot zero dot zero dot two five four."),
    ("It is 555 1234.", "It is five five five, one two three four."),
    ("Call 911, or the 988 hotline.", "Call nine one one, or the nine eight eight hotline."),
    ("Read my_file.txt", "Read my underscore file dot T X T"),
    ("see docs.example.org, plan-2.json", "see docs dot example dot org, plan dash 2 dot json"),
    ("02/30/2024", "two, thirty, twenty twenty-four"),
    ("2026-02-30", "two, thirty, twenty twenty-six"),
    ("11-28-2026", "November twenty-eighth, twenty twenty-six"),
    ("- $5, 5-10 €", "minus five dollars, five to ten euros"),
    ("911 is the emergency number", "nine one one is the emergency number"),
    ("<x>fat</x>, a<b", "x fat slash x, a<b"),
    ("the <think> and </think> tags", "the think and slash think tags"),
    ("Tom & Ann, $5/month", "Tom and Ann, five dollars per month"),
    ("50/50 in 1.2.3 or v2.0", "50 50 in one point two point three or version two point zero"),
    ("300.1.1.1", "three hundred point one point one point one"),
    ("set max_call_length", "set max underscore call underscore length"),
]


@pytest.mark.parametrize(("text", "said"), ENGLISH)
def test_what_is_misread_is_said_in_words(text: str, said: str) -> None:
    assert spoken_form(text, "en-US").text == said


@pytest.mark.parametrize(
    ("language", "text", "said"),
    [
        ("en-GB", "3/4/2026", "April third, twenty twenty-six"),
        ("de-DE", "3,50 € um 9:05 Uhr", "drei Euro fünfzig Cent um neun Uhr fünf"),
        ("de", "1/2, 3-5 Tage, 5 km", "ein halb, 3 bis 5 Tage, 5 Kilometer"),
        (
            "de",
            "Nr. 5, z.B. am 28.11.2026",
            "Nummer 5, zum Beispiel am achtundzwanzigsten November zweitausendsechsundzwanzig",
        ),
        ("de", "die 1990er", "die neunzehnhundertneunziger"),
        ("fr", "3,50 € à 9h05", "trois euros cinquante centimes à neuf heures cinq"),
        ("fr-FR", "M. Lee, n° 5, 3-5 jours", "monsieur Lee, numéro 5, 3 à 5 jours"),
        ("fr", "le 1/1/2026", "le premier janvier deux mille vingt-six"),
        ("es", "3,50 € a las 9:05", "tres euros con cincuenta céntimos a las nueve y cinco"),
        ("es", "Sr. Pérez, n.º 5", "señor Pérez, número 5"),
        ("it", "3,50 € alle 9:05", "tre euro e cinquanta centesimi alle nove e cinque"),
        ("fr", "Un fruit, p. ex. 10-20.", "Un fruit, par exemple 10 à 20."),
        ("es", "Fruta, p. ej. 5, por ej. 6.", "Fruta, por ejemplo 5, por ejemplo 6."),
        ("it", "Frutta, p. es. 10-20, ad es. 5.", "Frutta, per esempio 10 a 20, ad esempio 5."),
        ("it", "p.es. Mele, (per es.) pere", "per esempio Mele, (per esempio) pere"),
        ("pt", "Frutas, p. ex. 5, por ex. 6.", "Frutas, por exemplo 5, por exemplo 6."),
        ("pt", "São aprox. 10.", "São aproximadamente 10."),
        ("nl", "€ 3,50 om 9:05, nr. 5", "drie euro vijftig cent om negen uur vijf, nummer 5"),
        (
            "de-AT",
            "Vom 1.12.2026 bis zum 3.12.2026; der 7.12.2026, 8.12.2026",
            "Vom ersten Dezember zweitausendsechsundzwanzig bis zum dritten Dezember "
            "zweitausendsechsundzwanzig; der siebte Dezember zweitausendsechsundzwanzig, "
            "achter Dezember zweitausendsechsundzwanzig",
        ),
        ("pt-BR", "5 km, 80 km/h, 1/2", "5 quilômetros, 80 quilômetros por hora, um meio"),
        ("pt-PT", "5 km, 2 kg", "5 quilómetros, 2 quilos"),
        ("pt-PT", "às 2:00, 16:00", "às duas horas, dezasseis horas"),
        ("pt-BR", "à 1:00, às 16:00", "à uma hora, às dezesseis horas"),
        ("es", "a la 1:00, a las 21:30", "a la una en punto, a las veintiuna y treinta"),
        ("es-MX", "Son $50,50.", "Son cincuenta pesos con cincuenta centavos."),
        ("fr", "9h30 - 17h, à 1:05", "neuf heures trente à dix-sept heures, à une heure cinq"),
        ("de", "um 1:05, 21:00", "um ein Uhr fünf, einundzwanzig Uhr"),
        ("de", "Fr. Weber, Fr. 9:00", "Frau Weber, Fr. neun Uhr"),
        ("de", 'er sagte "usw."', 'er sagte "und so weiter."'),
        ("pt-BR", "R$ 5,50, R$ -1", "cinco reais e cinquenta centavos, menos um real"),
        ("pt-BR", "US$ 2,01, £ 2", "dois dólares e um centavo, duas libras"),
        ("pt-BR", "R$ 1.000.000; ligue 190", "um milhão de reais; ligue um nove zero"),
        ("fr", "1 £, 2 000 000 €", "une livre, deux millions d'euros"),
        ("es", "21 €, £ 201", "veintiún euros, doscientas una libras"),
        ("de", "101 €, CHF 1,01", "einhundertein Euro, ein Franken ein Rappen"),
        ("de", "> 5 Grad", "mehr als 5 Grad"),
        ("de", "20-30 €", "zwanzig bis dreißig Euro"),
        ("pt-BR", "R$20-30", "vinte a trinta reais"),
        ("nl", "28-11-2026", "achtentwintig november tweeduizendzesentwintig"),
        (
            "es-MX",
            "$1,234.50, $1,000",
            "mil doscientos treinta y cuatro pesos con cincuenta centavos, mil pesos",
        ),
        ("de-CH", "CHF 1'234.50", "eintausendzweihundertvierunddreißig Franken fünfzig Rappen"),
        ("de", "am 31.04.2026", "am einunddreißig, vier, zweitausendsechsundzwanzig"),
        ("de", "5 €/Monat, A & B, 1.234.567", "fünf Euro pro Monat, A und B, 1.234.567"),
        ("de", "mit 1/2 Liter, 1/2 h", "mit einem halben Liter, eine halbe Stunde"),
        ("de", "Sie brauchen 1/2 Liter.", "Sie brauchen einen halben Liter."),
        ("de", "1/2 Liter, ½ Jahr", "ein halber Liter, ein halbes Jahr"),
        ("de", "2 1/2 Stunden, 1/2 Zoll", "zweieinhalb Stunden, ein halb Zoll"),
        ("fr", "1/2 h, 1 1/2 litres", "une demi-heure, un litre et demi"),
        ("es", "1/2 litro, 2 1/2 horas", "medio litro, dos horas y media"),
        ("it", "1/2 ora, 1 1/2 litri", "mezz'ora, un litro e mezzo"),
        ("nl", "1/2 liter, 2 1/2 uur", "een halve liter, tweeënhalf uur"),
        ("pt", "1/2 kg, 2 1/2 horas", "meio quilo, duas horas e meia"),
        ("de", "Rufen Sie die 112, 555 12 34", "Rufen Sie die eins eins zwei, 555 12 34"),
        ("it", "chiami il 118", "chiami il uno uno otto"),
        (
            "es",
            "su teléfono: 612 345 678",
            "su teléfono: seis uno dos, tres cuatro cinco, seis siete ocho",
        ),
        ("nl", "06-12345678", "nul zes, één twee drie vier vijf zes zeven acht"),
        ("de", "brief_2.pdf", "brief Unterstrich 2 Punkt P D F"),
        ("zh-CN", "3:00 $3.50", "3:00 $3.50"),
        ("", "3:00", "3:00"),
    ],
)
def test_each_language_has_its_own_words(language: str, text: str, said: str) -> None:
    assert spoken_form(text, language).text == said


@pytest.mark.parametrize(
    "text",
    [
        "No. I am not.",
        "I said no. 5 people came.",
        "No. 5 people came.",
        "in 1984 people",
        "COVID-19, F-16, a 5-year-old",
        "16:9 or 10-5",
        "12/25",
        "8/10, 95/100, 10/10",
        "v1.2-3",
        "1/0, 0/2",
        "3.14 and 1,000,000",
        "2024-25",
        "the St. John's",
        "5'10\"",
        "9" * 400 + " km-",
        "+1500 points, +250 %, +1 000 000",
        "10 000 500 stars",
        "$5 100 times",
        "-> 5, => 5",
        "v1.2-3, R&D, x<y>z, a << b >> c",
        "911 people, a Porsche 911, called 911 times",
        "555 2019, 555 1234 5678, the number 10 000",
        "C:\\a_b.txt, a 5* hotel, A* and SELECT * FROM x",
        "e.g.it, Yes.Go",
    ],
)
def test_what_is_unsure_is_left_to_the_voice(text: str) -> None:
    changed = spoken_form(text, "en-US").text
    assert changed in (text, text.replace(" km", " kilometers"))


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "2 000 000 habitants, $5 millions, 10 M. €"),
        ("es", "1 050 000 de personas, $5 millones"),
        ("de", "$5k, €5 Millionen, £5 Milliarden"),
        ("it", "€5 miliardi"),
        ("nl", "€5 miljoen"),
        ("pt", "€5 milhões"),
    ],
)
def test_no_language_loses_part_of_a_number(language: str, text: str) -> None:
    assert spoken_form(text, language).text == text


@pytest.mark.parametrize(
    ("language", "text", "said"),
    [
        ("en", "Go to https://www.example.org/a_b?c=1.", "Go to example dot org."),
        (
            "en",
            "(http://192.168.1.5:8080/x)",
            "(one nine two dot one six eight dot one dot five 8080)",
        ),
        ("de", "Siehe https://a-b.de/x!", "Siehe a Bindestrich b Punkt de!"),
        ("ja", "https://a.org/x を見て、¥500です", "a.org を見て、500円です"),
        ("sv", "Se https://a.org:81/x.", "Se a.org 81."),
        ("en", "see **bold** and ~~that~~, *terms apply.*", "see bold and that, terms apply."),
        ("sv", "se **fet** text \U0001f44b\U0001f3fd!", "se fet text!"),
        ("en", "Press 5\ufe0f\u20e3 \u2705, at 9:05 \U0001f389", "Press 5, at nine oh five"),
    ],
)
def test_links_and_stress_are_spoken_without_their_signs(
    language: str, text: str, said: str
) -> None:
    assert spoken_form(text, language).text == said
    check(text, language)


def check(text: str, language: str) -> None:
    spoken = spoken_form(text, language)
    at = written = 0
    for (start, end), (first, last) in spoken.changes:
        assert spoken.text[at:start] == text[written:first]
        assert first < last
        assert start <= end
        at, written = end, last
    assert spoken.text[at:] == text[written:]
    spans = [span for change in spoken.changes for span in change]
    assert all(a[0] <= b[0] for a, b in itertools.pairwise(spans[::2]))


@pytest.mark.parametrize("text", [text for text, _ in ENGLISH])
def test_what_is_said_stands_for_what_is_written(text: str) -> None:
    check(f"So: {text} and {text}!", "en-US")


@given(st.text(alphabet="0159 .,:/-$€£%kmhNo.ap@_½×#'s\n", max_size=40), st.sampled_from([*WORDS]))
def test_no_text_is_too_odd(text: str, language: str) -> None:
    check(text, language)
