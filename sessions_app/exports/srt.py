"""SubRip captions."""

from collections.abc import Sequence

from sessions_app.exports.base import ExportCall, ExportSegment, clock, name_of
from sessions_app.exports.captions import Cue, cues


def render(call: ExportCall, segments: Sequence[ExportSegment]) -> str:  # noqa: ARG001 - one shape
    """Returns numbered captions; the first of each segment names the speaker."""
    shown = [cue for s in segments for cue in cues(s, f"{name_of(s.speaker)}:")]
    return "\n".join(_block(number, cue) for number, cue in enumerate(shown, start=1))


def _block(number: int, cue: Cue) -> str:
    times = f"{clock(cue.start_ms, ',')} --> {clock(cue.end_ms, ',')}"
    # an arrow in the text would be read as a line of times
    lines = [line.replace("-->", "->") for line in cue.lines]
    return "\n".join([str(number), times, *lines, ""])
