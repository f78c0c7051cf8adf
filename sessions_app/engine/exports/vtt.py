"""WebVTT captions (W3C WebVTT, voice spans)."""

from collections.abc import Sequence

from sessions_app.engine.core.clock_times import timestamp
from sessions_app.engine.exports.base import ExportCall, ExportSegment, name_of
from sessions_app.engine.exports.captions import Cue, captions
from sessions_app.engine.exports.joiner import TIME, joined, no_number


def render(call: ExportCall, segments: Sequence[ExportSegment]) -> str:  # noqa: ARG001 - one shape
    """Returns captions, each with the speaker as its voice."""
    return "\n".join(["WEBVTT", "", *(_block(cue) for cue in captions(segments))])


def _block(cue: Cue) -> str:
    times = f"{timestamp(cue.start_ms)} --> {timestamp(cue.end_ms)}"
    first, *more = map(_plain, cue.lines)
    text = "\n".join([first, *map(no_number, more)])
    return f"{times}\n<v {_escaped(cue.name or name_of(cue.speaker))}>{text}\n"


def _plain(line: str) -> str:
    """Returns a line that every reader shows unchanged: some need no arrow between two times."""
    several = len(TIME.findall(line)) > 1
    return _escaped(TIME.sub(joined, line) if several else line)


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
