"""What English voices misread, which is spelt out for them."""

import pytest

from sessions_app.engine.tts.normalisation.forms import spoken_form


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("The PIN is 0042.", "The PIN is zero zero four two."),
        ("room 042", "room zero four two"),
        ("Mix it 2:1, 100:1 odds", "Mix it 2 to 1, 100 to 1 odds"),
        ("They won 3-1 and lost 2-0.", "They won 3 to 1 and lost 2 to 0."),
        ("Mon-Fri and Jan-Mar", "Monday to Friday and January to March"),
        ("Open Mon, Tue and Thu.", "Open Monday, Tuesday and Thursday."),
        ("12 in wide, 6 ft 2 in", "12 inches wide, 6 feet 2 inches"),
        ('3" wide, a 27" screen', "3 inches wide, a 27 inch screen"),
        ("1/2 tsp and 2 tbsp", "one half teaspoon and 2 tablespoons"),
        (".75 of it", "point seven five of it"),
        ("page iv, part iii", "page four, part three"),
        ("c/o Ms. Li, incl. tax", "care of Ms. Li, including tax"),
        ("2026-11-30T08:15:00Z", "November thirtieth, twenty twenty-six at eight fifteen"),
        ("example.org/start, my-shop.com/sale.", "example dot org, my dash shop dot com."),
    ],
)
def test_what_a_voice_would_misread_is_in_words(written: str, spoken: str) -> None:
    assert spoken_form(written, "en-US").text == spoken


@pytest.mark.parametrize(
    "text",
    [
        "Psalm 23:1, Luke 5:3",
        'He said "I have 3" and left.',
        "6 feet in the shade, 3 in a row",
        "Sat down, Sun rises, Mar the day, May I?",
        "Part i am, page x-ray",
        "0.05, 0 degrees, 10-5",
        "the sum is 10-4",
    ],
)
def test_what_may_be_something_else_is_left(text: str) -> None:
    assert spoken_form(text, "en-US").text == text


def test_other_languages_keep_their_own_rules() -> None:
    assert spoken_form("PIN 0042", "de-DE").text == "PIN 0042"
