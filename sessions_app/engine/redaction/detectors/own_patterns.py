"""An agent's own patterns: regular expressions of RE2, whose time is linear in the text. Pure.

A pattern that backtracks could stop every call of the process; RE2 cannot. So it has no look-around
and no references to groups.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import re2

from sessions_app.engine.core.errors import VoiceError
from sessions_app.engine.redaction.reading import Atom, NumberReading
from sessions_app.engine.redaction.spans import FoundSpan

KIND, LABEL = "own", "redacted"

MOST_PATTERNS, LONGEST_PATTERN = 50, 300
"""Patterns of one agent, and characters of one. More make every line of a call slower to check."""

_NAMED = re.compile(r"([\w][\w \-]{0,38}): +(.+)")
_OPTIONS = re2.Options()
_OPTIONS.log_errors = False
_OPTIONS.case_sensitive = False
_OPTIONS.max_mem = 1 << 20


class BadPatternError(VoiceError):
    """A line that is no pattern (not retryable); the message says which one and why."""


class OwnPattern(NamedTuple):
    """A compiled pattern, and what stands in place of what it finds.

    `spoken` is the same without the marks that nobody reads aloud: "K-123" is said as "K one two
    three".
    """

    expression: Any
    label: str
    spoken: Any


def compiled(lines: Iterable[str]) -> list[OwnPattern]:
    """Returns the patterns of an agent: `expression`, or `name: expression`, one a line.

    Raises BadPatternError.
    """
    given = [line.strip() for line in lines if line.strip()]
    if len(given) > MOST_PATTERNS:
        raise BadPatternError(f"Enter at most {MOST_PATTERNS} patterns; these are {len(given)}.")
    return [_compiled(line) for line in given]


def _compiled(line: str) -> OwnPattern:
    named = _NAMED.fullmatch(line)
    label, expression = (named[1], named[2]) if named else (LABEL, line)
    if len(expression) > LONGEST_PATTERN:
        raise BadPatternError(f"“{line[:40]}…” is longer than {LONGEST_PATTERN} characters.")
    try:
        pattern = re2.compile(expression, _OPTIONS)
    except re2.error as error:
        raise BadPatternError(
            f"“{expression[:80]}” is no pattern that can be used: {_reason(error)}. "
            "Patterns have no look-ahead, look-behind or references to groups."
        ) from error
    if pattern.search("") is not None:
        raise BadPatternError(
            f"“{expression[:80]}” also matches empty text: it would hide too much."
        )
    return OwnPattern(pattern, label, re2.compile(_spoken(expression), _OPTIONS))


_SPOKEN_PARTS = re.compile(
    r"(?P<kept>\\Q.*?(?:\\E|$)|\(\?[^:)>]*[:)>]|\[\^?\]?(?:\\.|\[:\^?\w+:\]|[^\]\\])*\]"
    r"|\\[pPx](?:\{[^}]*\}|.))"
    r"|(?P<mark>\\[-./: s]|[-/: ])(?P<repeated>[?*+{]?)|\\.|.",
    re.DOTALL,
)
"""Classes, options and the like, which are kept; marks between figures; everything else."""


def _spoken(expression: str) -> str:
    """Returns a pattern in which marks between figures and letters may be left out."""

    def part(match: re.Match[str]) -> str:
        if match["mark"] is None or match["repeated"] in {"?", "*", "{"}:
            return match.group()
        return match["mark"] + ("*" if match["repeated"] else "?")

    return _SPOKEN_PARTS.sub(part, expression)


def _reason(error: Exception) -> str:
    told = error.args[0] if error.args else error
    return told.decode(errors="replace") if isinstance(told, bytes) else str(told)


def find(reading: NumberReading, patterns: Sequence[OwnPattern]) -> Iterator[FoundSpan]:
    """Yields what the patterns find in the text, and in the text with its numbers as figures."""
    for pattern in patterns:
        for match in pattern.expression.finditer(reading.text):
            if match.end() > match.start():
                yield FoundSpan(match.start(), match.end(), KIND, pattern.label)
    if not patterns or not any(reading.codes):
        return
    figures, starts, ends = _in_figures(reading)
    for pattern in patterns:
        for expression in (pattern.expression, pattern.spoken):
            for match in expression.finditer(figures):
                if match.end() <= match.start():
                    continue
                start, end = starts[match.start()], ends[match.end() - 1]
                written = reading.text[start:end].casefold() == match.group().casefold()
                if expression is pattern.expression or not written:
                    yield FoundSpan(start, end, KIND, pattern.label)


def _in_figures(reading: NumberReading) -> tuple[str, list[int], list[int]]:
    """Returns the text with each run of atoms as one, and where each character comes from."""
    shown: list[str] = []
    starts: list[int] = []
    ends: list[int] = []

    def copy(start: int, end: int) -> None:
        shown.append(reading.text[start:end])
        starts.extend(range(start, end))
        ends.extend(range(start + 1, end + 1))

    def put(atom: Atom) -> None:
        if reading.text[atom.start : atom.end].lower() == atom.value:  # written as it is read
            copy(atom.start, atom.end)
            return
        shown.append(atom.value)
        starts.extend([atom.start] * len(atom.value))
        ends.extend([atom.end] * len(atom.value))

    at = 0
    for run in reading.codes:
        copy(at, run[0].start)
        for atom in run:
            put(atom)
        at = run[-1].end
    copy(at, len(reading.text))
    return "".join(shown), starts, ends
