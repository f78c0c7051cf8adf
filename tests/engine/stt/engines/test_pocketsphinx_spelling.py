"""Guesses at how words are said."""

import pytest

from sessions_app.engine.stt.engines.pocketsphinx_spelling import (
    LETTER_NAMES,
    LONG,
    RULES,
    phones_of,
)

PHONES = {
    "AA", "AE", "AH", "AO", "AW", "AY", "B", "CH", "D", "DH", "EH", "ER", "EY", "F", "G", "HH",
    "IH", "IY", "JH", "K", "L", "M", "N", "NG", "OW", "OY", "P", "R", "S", "SH", "T", "TH", "UH",
    "UW", "V", "W", "Y", "Z", "ZH",
}  # fmt: skip


@pytest.mark.parametrize(
    ("word", "phones"),
    [
        ("phone", "F OW N"),
        ("Kowalski", "K OW AE L S K IH"),
        ("coturn", "K AA T ER N"),
        ("happy", "HH AE P IY"),
        ("IBM", "AY B IY EH M"),
        ("xyz", "Z Y Z"),
        ("42", ""),
    ],
)
def test_a_word_is_guessed(word: str, phones: str) -> None:
    assert phones_of(word) == phones


def test_every_rule_gives_phones_of_the_model() -> None:
    every = {p for rules in (RULES, LETTER_NAMES, LONG) for v in rules.values() for p in v.split()}
    assert every <= PHONES
