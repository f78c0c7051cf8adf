"""A list of calls as comma-separated values (RFC 4180), for spreadsheets."""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass, fields

from sessions_app.engine.exports.csv import BYTE_ORDER_MARK, word_cell


@dataclass(frozen=True, slots=True)
class CallLine:
    """One call of the list; times are ISO 8601, lengths in seconds of the call clock.

    `recording` and `summary` are the states of the jobs that make them; empty where none is owed.
    What follows is usage, empty for who may not see it: `unpriced` is how many parts had no price.
    """

    call: str
    title: str
    owner: str
    visitor: str
    agent: str
    language: str
    door: str
    state: str
    end_reason: str
    created_at: str
    ended_at: str
    duration_s: float | None
    words: int
    recording: str
    summary: str
    recognised_s: float | None = None
    second_pass_s: float | None = None
    tokens_in: int | None = None
    tokens_out: int | None = None
    characters_spoken: int | None = None
    cost: str = ""
    currency: str = ""
    unpriced: int | None = None
    estimated: str = ""


COLUMNS = tuple(field.name for field in fields(CallLine))
_FREE = {"title", "owner", "visitor", "agent"}
"""What people wrote, which a spreadsheet could take for a formula, a number or a date."""


def head() -> str:
    """Returns what the file begins with: a byte order mark and the columns' names."""
    return BYTE_ORDER_MARK + _rows([COLUMNS])


def lines(calls: Iterable[CallLine]) -> str:
    """Returns the lines of some calls."""
    return _rows(_cells(call) for call in calls)


def _cells(call: CallLine) -> Iterator[object]:
    for name, value in zip(COLUMNS, astuple(call), strict=True):
        if name in _FREE:
            yield word_cell(str(value))
        else:
            yield "" if value is None else value


def _rows(rows: Iterable[Iterable[object]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()
