"""Comma-separated values (RFC 4180)."""

import csv
import io
from collections.abc import Sequence

from sessions_app.exports.base import ExportCall, ExportSegment

COLUMNS = ("call", "seq", "speaker", "start_ms", "end_ms", "confidence", "text")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def _safe(text: str) -> str:
    """Keeps a spreadsheet from running what somebody said as a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def render(call: ExportCall, segments: Sequence[ExportSegment]) -> str:
    """Returns a header line and a line a segment."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for s in segments:
        confidence = "" if s.confidence is None else s.confidence
        start, end = s.start_ms, s.end_ms
        writer.writerow([call.call_id, s.seq, s.speaker, start, end, confidence, _safe(s.text)])
    return out.getvalue()
