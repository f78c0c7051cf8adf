"""Plain text for reading."""

from collections.abc import Sequence

from sessions_app.engine.core.clock_times import timestamp
from sessions_app.engine.exports.base import CUT_OFF, ExportCall, ExportSegment, one_line
from sessions_app.engine.text.characters import isolated

SECONDS = len("00:00:00")


def render(call: ExportCall, segments: Sequence[ExportSegment]) -> str:
    """Returns the transcript with a short header and one line per segment."""
    title = one_line(call.title) or f"Call {call.call_id}"
    lines = [title, f"{call.created_at}, {one_line(call.agent)}", ""]
    lines += [_line(segment) for segment in segments] or ["(Nothing was said.)"]
    return "\n".join([*lines, ""])


def _line(segment: ExportSegment) -> str:
    time = timestamp(segment.start_ms)[:SECONDS]
    said = one_line(segment.text) + (f" {CUT_OFF}" if segment.interrupted else "")
    return f"[{time}] {segment.name}: {isolated(said)}"
