"""SubRip captions."""

import re
from collections.abc import Sequence

from sessions_app.engine.core.clock_times import timestamp
from sessions_app.engine.exports.base import ExportCall, ExportSegment, name_of
from sessions_app.engine.exports.captions import LINE_CELLS, Cue, captions
from sessions_app.engine.exports.joiner import TIME, joined, no_number
from sessions_app.engine.text.characters import isolated, of_width

_MARKUP = re.compile(r"<|\\|&(?=#?\w+;)|--(?=>)")
"""What some readers take for HTML tags, ASS codes (`\\N` is a line break, `\\h` a blank),
entities or a timing line; SubRip has no escapes for them."""

BRACES = str.maketrans("{}", "\u2774\u2775")
"""Most readers hide text in braces (ASS, MicroDVD), so braces become ornamental ones, which look
the same; more fonts have these than full-width ones."""


def render(call: ExportCall, segments: Sequence[ExportSegment]) -> str:  # noqa: ARG001 - one shape
    """Returns numbered captions; each after one of another segment names the speaker."""
    shown = captions(segments, lambda segment: _label(segment.name))
    return "\n".join(_block(number, cue) for number, cue in enumerate(shown, start=1))


def _block(number: int, cue: Cue) -> str:
    times = f"{timestamp(cue.start_ms, ',')} --> {timestamp(cue.end_ms, ',')}"
    label = _label(cue.name or name_of(cue.speaker))
    return "\n".join([str(number), times, *(_plain(line, label) for line in cue.lines), ""])


def _label(name: str) -> str:
    """Returns what names the speaker; of a long name as much as a line holds."""
    most = LINE_CELLS - len(":")
    fits, *cut = of_width(name, most)
    return f"{of_width(name, most - len('…'))[0]}…:" if cut else f"{fits}:"


def _plain(line: str, label: str) -> str:
    """Returns a line that every reader shows as it is."""
    shown = _MARKUP.sub(joined, line.translate(BRACES))
    shown = TIME.sub(joined, shown)
    if shown.startswith(f"{label} "):
        return f"{label} {isolated(shown.removeprefix(label).lstrip())}"
    return no_number(shown)
