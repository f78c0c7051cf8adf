"""Comma-separated values (RFC 4180), as spreadsheets open them by a double click."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Any

from sessions_app.engine.exports.base import ExportCall, ExportSegment, one_line

COLUMNS = (
    *("call", "seq", "speaker", "start_ms", "end_ms", "confidence", "text", "interrupted"),
    "typed_by",
)
BYTE_ORDER_MARK = "\ufeff"
"""Marks the file as UTF-8 for spreadsheets, which else assume the machine's own encoding."""

PLAIN = "\u2060"
"""Word joiner (invisible): spreadsheets treat a cell that begins with it as text.

Programs remove it: `text.removeprefix("\\u2060")` is always what was said.
"""

_FORMULA = re.compile("[=+@\uff1d\uff0b\uff0d\uff20-]")
"""Also in full-width forms, which some spreadsheets treat alike (OWASP, CSV injection)."""

_LETTERS = re.compile(r"[^\W\d_]+")
_MOST_WORDS = 3
_LONGEST = 40
"""What "5 de mayo de 2020" has, and some more characters: numbers, times, dates and amounts have no
more words beside their digits in any language that spreadsheets read them in."""

_YES_AND_NO = (
    "true false wahr falsch vrai faux verdadero falso vero verdadeiro waar onwaar sant falskt sand "
    "falsk sann usann tosi epätosi prawda fałsz pravda nepravda igaz hamis истина ложь"
)
"""Booleans of spreadsheets in several languages."""

_NO_VALUE = "na n/a <na> nan null none inf infinity"
"""Missing values of pandas and R."""

_OTHER_VALUES = frozenset(f"{_YES_AND_NO} {_NO_VALUE}".split())


def render(call: ExportCall, segments: Sequence[ExportSegment]) -> str:
    """Returns a byte order mark, a header line and one line per segment."""
    return table(COLUMNS, (_cells(call, segment) for segment in segments))


def table(head: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    """Returns a byte order mark, `head` and the rows, as every CSV file of the product is.

    Words that people wrote go through `word_cell` first.
    """
    out = io.StringIO()
    out.write(BYTE_ORDER_MARK)
    writer = csv.writer(out)
    writer.writerow(head)
    writer.writerows(rows)
    return out.getvalue()


def word_cell(text: str) -> str:
    """Returns people's words as one line that spreadsheets read as nothing else."""
    return safe_cell(one_line(text))


def safe_cell(text: str) -> str:
    """Keeps spreadsheets from reading words as a formula, number, date or boolean.

    Quotes do not help, and an apostrophe would look as if it was said.
    """
    return PLAIN + text if text.startswith(PLAIN) or _is_read_otherwise(text) else text


def _cells(call: ExportCall, s: ExportSegment) -> list[Any]:
    confidence = "" if s.confidence is None else s.confidence
    times = s.start_ms, s.end_ms
    cut = "yes" if s.interrupted else ""
    text, by = word_cell(s.text), word_cell(s.typed_by)
    return [call.call_id, s.seq, s.speaker, *times, confidence, text, cut, by]


def _is_read_otherwise(text: str) -> bool:
    if _FORMULA.match(text) or text.casefold() in _OTHER_VALUES:
        return True
    if len(text) > _LONGEST or not any(map(str.isdecimal, text)):
        return False
    return len(_LETTERS.findall(text)) <= _MOST_WORDS
