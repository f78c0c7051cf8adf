"""SubRip captions."""

import re
from collections.abc import Sequence

from sessions_app.core.characters import isolated
from sessions_app.exports.base import ExportCall, ExportSegment, clock, name_of
from sessions_app.exports.captions import Cue, captions

JOINER = "\u2060"
"""Word joiner: nobody sees it, and what stands on both sides of it is no mark-up."""

_MARKUP = re.compile(r"<(?=\s*/?\s*[A-Za-z!])|\{(?=\\)|&(?=#?\w+;)")
"""Where readers, which differ, look for tags of HTML and ASS and for entities; SubRip has no
escapes for them."""

_ARROW = re.compile("-{2,}>")


def render(call: ExportCall, segments: Sequence[ExportSegment]) -> str:  # noqa: ARG001 - one shape
    """Returns numbered captions; the first of each segment names the speaker."""
    shown = captions(segments, lambda segment: f"{segment.name}:")
    return "\n".join(_block(number, cue) for number, cue in enumerate(shown, start=1))


def _block(number: int, cue: Cue) -> str:
    times = f"{clock(cue.start_ms, ',')} --> {clock(cue.end_ms, ',')}"
    label = f"{cue.name or name_of(cue.speaker)}:"
    return "\n".join([str(number), times, *(_plain(line, label) for line in cue.lines), ""])


def _plain(line: str, label: str) -> str:
    """Returns a line that every reader shows as it is."""
    # an arrow in the text would be read as a line of times, digits alone as the next number
    shown = _MARKUP.sub(lambda found: found.group() + JOINER, _ARROW.sub("->", line))
    if shown.startswith(f"{label} "):
        return f"{label} {isolated(shown.removeprefix(label).lstrip())}"
    return shown + JOINER if shown.isdecimal() else shown
