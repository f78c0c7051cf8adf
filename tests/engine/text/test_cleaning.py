"""Text from outside: what is taken away, what stays, and how it comes in pieces."""

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions_app.engine.text.cleaning import (
    MAX_COMBINING_MARKS,
    Cleaning,
    clean,
    cleaned,
    is_invisible,
    one_line,
    read_json,
)

HALF, OTHER_HALF = "\ud83d", "\ude00"
anything = st.text(st.characters())  # halves of pairs too

KEPT = [
    "",
    "Größe über façade, naïve 你好 end\n\tnew",
    "a cafe\u0301, Việt Nam, ไม่รู้, हिन्दी, བསྒྲུབས",
    "👨\u200d👩\u200d👧 👍🏽 1\ufe0f\u20e3",
    "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
    "שלום\u200f! abc\u200e (עברית)",
    "नमस्\u200dते",
    "soft\u00adhyphen \u00a0 “quoted” — …",
    "a" * 10_000,
]


@pytest.mark.parametrize("text", KEPT)
def test_what_people_write_stays(text: str) -> None:
    assert clean(text) is text


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a\x00b\ud800ü\n", "abü\n"),
        (f"flowers {HALF}", "flowers "),
        (f"{OTHER_HALF}flowers{HALF}{HALF}", "flowers"),
        (f"{HALF}{OTHER_HALF}!", "😀!"),
        (f"{OTHER_HALF}{HALF}", ""),
        ("a\x07b\x1bc\x7fd\x9be", "abcde"),
        ("a\r\nb\r\rc\x85d\u2028e\u2029f\x0bg\x0ch", "a\r\nb\n\nc\nd\ne\nf\ng\nh"),
        ("\ufeffa\ufffeb\uffffc\U0001fffed\U0010ffffe\ufdd0f\ufff9", "abcdef"),
        ("\u202egnp.exe\u202c \u2066x\u2069", "gnp.exe x"),
        ("e" + "\u0301" * 5_000 + "nd", "e" + "\u0301" * MAX_COMBINING_MARKS + "nd"),
        ("a" + "\u200d" * 5_000 + "b", "a" + "\u200d" * MAX_COMBINING_MARKS + "b"),
    ],
)
def test_what_harms_goes(text: str, wanted: str) -> None:
    assert clean(text) == wanted


@given(anything)
def test_what_is_clean_can_go_anywhere_and_stays_as_it_is(text: str) -> None:
    found = clean(text)
    found.encode()
    assert clean(found) is found
    bad = {c for c in found if unicodedata.category(c) in ("Cc", "Cs") and c not in "\r\n\t"}
    assert not bad


@given(anything, st.integers(1, 7))
def test_pieces_together_are_the_clean_text(text: str, size: int) -> None:
    text = text.removesuffix("\r")  # what waits for a line feed when the answer is over
    cleaning = Cleaning()
    pieces = [cleaning.feed(text[n : n + size]) for n in range(0, len(text), size)]
    assert "".join(pieces) == clean(text)


def test_a_line_break_that_comes_in_two_pieces_is_one() -> None:
    cleaning = Cleaning()
    told = [cleaning.feed(piece) for piece in ("a\r", "\nb\r", "c")]
    assert "".join(told) == "a\r\nb\nc"


def test_halves_that_come_in_two_pieces_are_joined() -> None:
    cleaning = Cleaning()
    assert [cleaning.feed(p) for p in ("Hi ", HALF, OTHER_HALF, "!", HALF)] == [
        "Hi ",
        "",
        "😀",
        "!",
        "",
    ]


def test_json_is_cleaned_however_deep() -> None:
    given = {"a\x00": [f"b{HALF}", {"c": ["d\x07", 1, None, True, 0.5]}]}
    wanted = {"a": ["b", {"c": ["d", 1, None, True, 0.5]}]}
    assert cleaned(given) == wanted
    assert read_json(json.dumps(given)) == wanted


@pytest.mark.parametrize(
    "text", ["{", "NaN", "[1e999]", "-Infinity", b"\xff", "[" * 100_000, "9" * 9_999]
)
def test_what_is_no_json_is_one_error(text: str | bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_json(text)


def test_one_line_has_single_blanks() -> None:
    assert one_line(" a \n\tb\x00 \u2028 c ") == "a b c"


@pytest.mark.parametrize(
    "text",
    ["\u200b", " \u200b\n", "\u200e\u200f", "\u00ad", "\u2060", "\ufe0f", "\u3164", "\u115f",
     "\u2800", "\U000e0041", "\u180e", "\u034f", "\u3000"],
)  # fmt: skip
def test_what_nobody_sees_is_no_name(text: str) -> None:
    assert is_invisible(text)


@pytest.mark.parametrize(
    "text", ["", "a", "\u200ba", "\u0301", ".", "1\ufe0f\u20e3", "👍", "ไม่", "\ue000", "\u0600"]
)
def test_what_somebody_sees_is_one(text: str) -> None:
    assert not is_invisible(text)
