"""What voices are given to read for the ways in which people write money."""

import pytest

from sessions_app.engine.tts.normalisation.forms import spoken_form


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
        ("en", "a $9-an-hour job, £20-a-week", "a nine-dollar-an-hour job, twenty-pound-a-week"),
        ("en", "$7/hr, 40 miles/hr", "seven dollars per hour, 40 miles per hour"),
        (
            "en",
            "\u20b91,50,000, Rs 12,00,000",
            "one hundred and fifty thousand rupees, one million two hundred thousand rupees",
        ),
        ("en", "12,34,567 people, 1,23 and 12,345", "1234567 people, 1,23 and 12,345"),
        ("en", "Rs 700, Rs. 700", "seven hundred rupees, seven hundred rupees"),
    ],
)
def test_money_is_said_as_it_is_meant(language: str, text: str, said: str) -> None:
    assert spoken_form(text, language).text == said


@pytest.mark.parametrize(
    ("language", "text", "said"),
    [
        ("de", "Um 7.45 Uhr, nicht 7.45.", "Um sieben Uhr fünfundvierzig, nicht 7.45."),
        ("de", "8.30-17.00 Uhr", "acht Uhr dreißig bis siebzehn Uhr"),
        ("de", "8.30 Uhr \u2013 17.00 Uhr", "acht Uhr dreißig bis siebzehn Uhr"),
        ("it", "alle 9.05-10.30", "alle nove e cinque a dieci e trenta"),
        ("en", "open 5-6pm, 9am\u20135pm", "open 5 to 6pm, 9am to 5pm"),
        ("en", "9:30-11 a.m., 10 a.m.-noon", "nine thirty to 11 a.m., 10 a.m. to noon"),
        ("en", "page 5-6, F-16 PM", "page 5 to 6, F-16 PM"),
        ("en", "a 5-10 km run", "a 5 to 10 kilometer run"),
        ("nl", "om 7.45 uur", "om zeven uur vijfenveertig"),
        ("it", "dalle 7.05 alle 19.30", "dalle sette e cinque alle diciannove e trenta"),
        ("it", "pesa 7.05 chili", "pesa 7.05 chili"),
        ("pt", "às 7h05 e às 13h", "às sete e cinco e às 13 horas"),
        ("de", "0151/234 56 78", "null eins fünf eins, zwei drei vier, fünf sechs, sieben acht"),
        ("de", "(040) 234567", "null vier null, zwei drei vier fünf sechs sieben"),
        ("it", "02 7654321", "zero due, sette sei cinque quattro tre due uno"),
        ("es", "al 911 222 333.", "al nueve uno uno, dos dos dos, tres tres tres."),
        ("es", "911 222 333 habitantes", "911 222 333 habitantes"),
        ("it", "la sig.ra Bianchi, il dott. Neri", "la signora Bianchi, il dottor Neri"),
        ("es", "N.º 7", "número 7"),
        ("de", "1 1/2, 2½", "eineinhalb, zweieinhalb"),
        ("fr", "1 1/2", "un et demi"),
        ("es", "2 1/2", "dos y medio"),
        ("it", "1 1/2, 3 1/2", "uno e mezzo, tre e mezzo"),
        ("pt", "1 1/2", "um e meio"),
        ("en", "7-4=3, 4-7=-3", "7 minus 4=3, 4 minus 7=-3"),
        ("en", "I <3 you, <3 days, 2 <3", "I love you, less than 3 days, 2 less than 3"),
        ("en", "C#, F# and Eb", "C sharp, F sharp and Eb"),
        ("de", "in C# und #5", "in C sharp und Nummer 5"),
    ],
)
def test_what_one_language_writes_is_read(language: str, text: str, said: str) -> None:
    assert spoken_form(text, language).text == said


@pytest.mark.parametrize(
    ("language", "text", "said"),
    [
        ("ja-JP", "合計は¥2,500です。", "合計は2500円です。"),
        ("ja", "7:05から7:00まで", "7時5分から7時まで"),
        ("ja", "¥1,000\u301c¥2,000", "1000円から2000円"),
        ("ja", "7:05\u301c8:00", "7時5分から8時"),
        ("ja", "2\u301c4日、4-2", "2から4日、4-2"),
        ("hi-IN", "₹1,50,000 और 7:05 बजे", "150000 रुपये और 7 बजकर 5 मिनट"),
        ("hi", "7:00 बजे, 2-4 दिन", "7 बजे, 2 से 4 दिन"),
        ("th-TH", "฿700 เวลา 7:05 น.", "700 บาท เวลา 7 นาฬิกา 5 นาที"),
        ("th", "2-4 วัน", "2 ถึง 4 วัน"),
        ("ar", "2-4 أيام, 7:05", "2 إلى 4 أيام, 7:05"),
        ("ja", "03-1234-5678, 2024-05-03, 1-2=-1", "03-1234-5678, 2024-05-03, 1-2=-1"),
        ("hi", "555-1234, 090-123", "555-1234, 090-123"),
        ("fi", "7:05, 2-4", "7:05, 2-4"),
    ],
)
def test_other_languages_have_signs_as_words(language: str, text: str, said: str) -> None:
    assert spoken_form(text, language).text == said
