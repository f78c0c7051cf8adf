"""Which sentences without a mark lack nothing but their full stop."""

import pytest

from sessions_app.engine.turns.endpointing.statements import is_open, is_statement


@pytest.mark.parametrize(
    ("text", "whole"),
    [
        ("On Monday at ten, thank you, and goodbye", True),
        ("The key is under the mat", True),
        ("Hello there. Read me my notes please", True),
        ("Yes", True),
        ("A", True),
        ("B", True),
        ("I", False),
        ("b", False),
        ("I went to the", False),
        ("Buy milk and", False),
        ("We scratched that idea long ago,", False),
        ("The invoice is late.", False),
        ("Well, it is because", False),
        ("When I came home", False),
        ("What have I got so far", False),
        ("My number is 555", False),
        ("", False),
        ("...", False),
    ],
)
def test_only_a_whole_statement_lacks_its_full_stop(text: str, whole: bool) -> None:
    assert is_statement(text) is whole
    assert not is_statement(text, "de-DE")


@pytest.mark.parametrize(
    ("text", "goes_on"),
    [
        ("They will start in January which.", True),
        ("Hello. We stood on the.", True),
        ("I will come because", True),
        ("She went with her.", False),
        ("This is what I was looking for.", False),
        ("Where are you from?", False),
        ("I hope not.", False),
        ("Do you have any?", False),
        ("The invoice is late.", False),
        ("", False),
    ],
)
def test_no_sentence_ends_with_some_words(text: str, goes_on: bool) -> None:
    assert is_open(text, "en-GB") is goes_on
    assert not is_open(text, "de-DE")
