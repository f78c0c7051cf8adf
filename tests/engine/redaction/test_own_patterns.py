"""An agent's own patterns: found in what is written and said, refused with a reason, never slow."""

import time

import pytest

from sessions_app.engine.core.agent_config import RedactionSettings
from sessions_app.engine.redaction.detectors.own_patterns import (
    MOST_PATTERNS,
    BadPatternError,
    compiled,
)
from sessions_app.engine.redaction.finder import Finder
from sessions_app.engine.redaction.spans import replaced


def shown(text: str, *patterns: str) -> str:
    return replaced(text, Finder(RedactionSettings((), patterns), "en-US").spans(text))


def test_what_is_found_has_the_patterns_name() -> None:
    named = r"customer number: K-?\d{6}"
    assert shown("it is k-123456, yes", named) == "it is [customer number], yes"
    assert shown("it is K-123456, yes", r"K-\d{6}") == "it is [redacted], yes"


def test_spoken_digits_count() -> None:
    said = "it is K one two three four five six, yes"
    assert shown(said, r"customer number: K-?\d{6}") == "it is [customer number], yes"
    assert shown("code double four one", r"\b441\b") == "code [redacted]"


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        (r"K-\d{6}", "K one two three four five six"),
        (r"K-\d{6}", "K dash one two three four five six"),
        (r"K-\d{6}", "K 123456"),
        (r"K-\d{6}", "K-１２３４５６"),
        (r"[A-Z]{2}\.\d{3}/\d{2}", "A B one two three four five"),
        (r"(?i:a)\s+\d\d \d\d", "a twelve thirty four"),
        (r"\Qa-\E\d|\d{4}-\d{4}", "one two three four one two three four"),
    ],
)
def test_marks_that_nobody_reads_aloud_may_be_missing(pattern: str, said: str) -> None:
    assert shown(f"it is {said}, yes", pattern) == "it is [redacted], yes"


def test_what_is_written_needs_the_marks_of_the_pattern() -> None:
    for text in ("in 2024", "a k123456", "from 1-2 to 3"):
        assert shown(text, r"\d\d-\d\d", r"K-\d{6}") == text


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("(unclosed", "missing )"),
        (r"(?=ahead)x", "no look-ahead"),
        (r"(a)\1", "references"),
        (".*", "matches empty text"),
        ("x" * 400, "longer than 300"),
    ],
)
def test_a_bad_pattern_is_refused_with_a_reason(line: str, why: str) -> None:
    with pytest.raises(BadPatternError, match=why[:12].replace("(", r"\(").replace(")", r"\)")):
        compiled([line])


def test_there_is_a_limit() -> None:
    with pytest.raises(BadPatternError, match="at most"):
        compiled(["x"] * (MOST_PATTERNS + 1))
    assert len(compiled(["x", "", "  "])) == 1


def test_no_pattern_takes_exponential_time() -> None:
    finder = Finder(RedactionSettings((), (r"(a+)+b", r"(a|aa)+$x")), "en")
    began = time.process_time()
    assert finder.spans("a" * 5_000) == []
    assert time.process_time() - began < 1.0
