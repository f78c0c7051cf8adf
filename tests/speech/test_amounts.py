"""What voices are given to read for the ways in which people write money."""

import pytest

from sessions_app.speech.wording.forms import spoken_form


@pytest.mark.parametrize(
    ("language", "text", "said"),
    [
        ("de", "Es kostet 4-9 €.", "Es kostet vier bis neun Euro."),
        ("fr", "de 4 - 9 €", "de quatre à neuf euros"),
        ("es", "4 €-9 €", "cuatro a nueve euros"),
        ("it", "1.000-2.000 €", "mille a duemila euro"),
        ("fr", "1 000-2 000 €", "mille à deux mille euros"),
        ("en", "4\u20139 €", "four to nine euros"),
        ("de", "9 - 4 €", "9 minus vier Euro"),
        ("it", "1000 €, 1.700 €", "mille euro, millesettecento euro"),
        ("it", "3.000.000 €", "tre milioni di euro"),
        ("fr", "1000 €, 2 000 000 €", "mille euros, deux millions d'euros"),
        ("es-MX", "$2,345.60", "dos mil trescientos cuarenta y cinco pesos con sesenta centavos"),
        ("en", "a $7 coupon, the $50 bill", "a seven-dollar coupon, the fifty-dollar bill"),
        ("en", "a $7M deal", "a seven million dollar deal"),
        ("en", "a £7.50 lunch", "a seven pound and fifty pence lunch"),
        ("en", "a 7 kg bag, a 7 km run", "a 7 kilogram bag, a 7 kilometer run"),
        ("en", "a $7 or $8 ticket", "a seven-dollar or eight-dollar ticket"),
        ("en", "That is $7 now, $7 a day", "That is seven dollars now, seven dollars a day"),
        ("en", "I ran 7 km today", "I ran 7 kilometers today"),
        ("en", "so $x = 7$ holds", "so x = 7 holds"),
        ("en", "$7 or 8$", "seven dollars or eight dollars"),
        ("en", "$200 MXN, $200 CAD", "two hundred Mexican pesos, two hundred Canadian dollars"),
        ("en", "$200 NZD", "$200 NZD"),
        ("de", "$200 CAD", "zweihundert kanadische Dollar"),
        ("en", "$.75, 20¢", "seventy-five cents, twenty cents"),
        ("de", "7,- €, € 7,-, 20 ct", "sieben Euro, sieben Euro, 20 Cent"),
        ("en", "Rs 700, Rs. 700", "seven hundred rupees, seven hundred rupees"),
    ],
)
def test_money_is_said_as_it_is_meant(language: str, text: str, said: str) -> None:
    assert spoken_form(text, language).text == said
