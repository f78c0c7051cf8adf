"""Plain text for reading."""

from collections.abc import Sequence

from sessions_app.exports.base import NAMES, ExportCall, ExportSegment, clock


def render(call: ExportCall, segments: Sequence[ExportSegment]) -> str:
    """Returns the transcript, a line a segment, under a short header."""
    head = [call.title or f"Call {call.call_id}", f"{call.created_at}, {call.agent}", ""]
    body = [
        f"[{clock(s.start_ms)[:8]}] {NAMES.get(s.speaker, s.speaker)}: {' '.join(s.text.split())}"
        for s in segments
    ]
    return "\n".join([*head, *(body or ["(Nothing was said.)"]), ""])
