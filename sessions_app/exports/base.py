"""What every export starts from."""

from collections.abc import Iterator
from dataclasses import dataclass

from sessions_app.core.events import Word

NAMES = {"caller": "Caller", "agent": "Agent"}


@dataclass(frozen=True, slots=True)
class ExportCall:
    """A call's header; `created_at` is ISO 8601, `duration_ms` the call clock."""

    call_id: str
    title: str
    agent: str
    owner: str
    state: str
    language: str
    created_at: str
    duration_ms: int | None


@dataclass(frozen=True, slots=True)
class ExportSegment:
    """One segment as people read it; times on the call clock."""

    seq: int
    speaker: str
    start_ms: int
    end_ms: int
    text: str
    confidence: float | None = None
    words: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True)
class Cue:
    """A caption that fits the screen; `lines` has one or two."""

    start_ms: int
    end_ms: int
    speaker: str
    lines: tuple[str, ...]


LINE_CHARS = 42
"""Characters in a caption line: what broadcasters' guidelines agree on."""

CUE_LINES = 2
SHORTEST_CUE_MS = 500


def clock(ms: int, decimal: str = ".") -> str:
    """Returns `ms` as HH:MM:SS.mmm."""
    seconds, milliseconds = divmod(max(0, ms), 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}{decimal}{milliseconds:03}"


def cues(segment: ExportSegment) -> list[Cue]:
    """Returns a segment cut into captions, timed by its share of the text."""
    lines = _lines(segment.text)
    groups = [lines[i : i + CUE_LINES] for i in range(0, len(lines), CUE_LINES)]
    length = max(segment.end_ms - segment.start_ms, SHORTEST_CUE_MS)
    total = sum(len(line) for line in lines) or 1
    out, passed = [], 0
    for group in groups:
        start = segment.start_ms + length * passed // total
        passed += sum(len(line) for line in group)
        end = segment.start_ms + length * passed // total
        out.append(Cue(start, end, segment.speaker, tuple(group)))
    return out


def _lines(text: str) -> list[str]:
    lines: list[str] = []
    for word in _pieces(text):
        if lines and len(lines[-1]) + 1 + len(word) <= LINE_CHARS:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def _pieces(text: str) -> Iterator[str]:
    for word in text.split():
        for start in range(0, len(word), LINE_CHARS):
            yield word[start : start + LINE_CHARS]
