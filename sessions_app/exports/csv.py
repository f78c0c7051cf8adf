"""Comma-separated values (RFC 4180), as spreadsheets open them by a double click."""

import csv
import io
from collections.abc import Sequence

from sessions_app.exports.base import ExportCall, ExportSegment, one_line

COLUMNS = ("call", "seq", "speaker", "start_ms", "end_ms", "confidence", "text", "interrupted")
BYTE_ORDER_MARK = "\ufeff"
"""Tells spreadsheets that it is UTF-8: they guess the machine's own encoding otherwise."""

FORMULA_STARTS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""With their full-width forms, which some spreadsheets take for the same."""


def render(call: ExportCall, segments: Sequence[ExportSegment]) -> str:
    """Returns a byte order mark, a header line and a line a segment."""
    out = io.StringIO()
    out.write(BYTE_ORDER_MARK)
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for s in segments:
        confidence = "" if s.confidence is None else s.confidence
        cut = "yes" if s.interrupted else ""
        text = _safe(one_line(s.text))
        writer.writerow(
            [call.call_id, s.seq, s.speaker, s.start_ms, s.end_ms, confidence, text, cut]
        )
    return out.getvalue()


def _safe(text: str) -> str:
    """Keeps a spreadsheet from running what somebody said as a formula (OWASP, CSV injection)."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text
