"""WebVTT captions (W3C WebVTT, voice spans)."""

from collections.abc import Sequence

from sessions_app.exports.base import ExportCall, ExportSegment, clock, name_of
from sessions_app.exports.captions import Cue, captions


def render(call: ExportCall, segments: Sequence[ExportSegment]) -> str:  # noqa: ARG001 - one shape
    """Returns captions, each with the speaker as its voice."""
    return "\n".join(["WEBVTT", "", *(_block(cue) for cue in captions(segments))])


def _block(cue: Cue) -> str:
    times = f"{clock(cue.start_ms)} --> {clock(cue.end_ms)}"
    text = "\n".join(_escaped(line) for line in cue.lines)
    return f"{times}\n<v {_escaped(cue.name or name_of(cue.speaker))}>{text}\n"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
