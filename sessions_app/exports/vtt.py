"""WebVTT captions (W3C WebVTT, voice spans)."""

from collections.abc import Sequence

from sessions_app.exports.base import NAMES, ExportCall, ExportSegment, clock, cues


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def render(call: ExportCall, segments: Sequence[ExportSegment]) -> str:  # noqa: ARG001 - one shape
    """Returns captions, each with the speaker as its voice."""
    out = ["WEBVTT", ""]
    for cue in (c for s in segments for c in cues(s)):
        voice = NAMES.get(cue.speaker, cue.speaker)
        text = "\n".join(_escaped(line) for line in cue.lines)
        out += [f"{clock(cue.start_ms)} --> {clock(cue.end_ms)}", f"<v {voice}>{text}", ""]
    return "\n".join(out)
