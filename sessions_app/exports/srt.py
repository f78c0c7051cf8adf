"""SubRip captions."""

from collections.abc import Sequence

from sessions_app.exports.base import NAMES, ExportCall, ExportSegment, clock, cues


def render(call: ExportCall, segments: Sequence[ExportSegment]) -> str:  # noqa: ARG001 - one shape
    """Returns numbered captions; the first line of each names the speaker."""
    out = []
    for number, cue in enumerate((c for s in segments for c in cues(s)), start=1):
        times = f"{clock(cue.start_ms, ',')} --> {clock(cue.end_ms, ',')}"
        lines = [line.replace("-->", "->") for line in cue.lines]
        lines[0] = f"{NAMES.get(cue.speaker, cue.speaker)}: {lines[0]}"
        out.append("\n".join([str(number), times, *lines, ""]))
    return "\n".join(out)
