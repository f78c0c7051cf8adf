"""Segments cut into captions that fit a screen and keep time with the words."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from sessions_app.exports.base import CUT_OFF, ExportSegment, one_line

LINE_CHARS = 42
"""Characters in a caption line: what broadcasters' guidelines agree on."""

CUE_LINES = 2
SHORTEST_CUE_MS = 500
LONGEST_CUE_MS = 7000


@dataclass(frozen=True, slots=True)
class Cue:
    """A caption; `lines` has one or two of at most LINE_CHARS; times on the call clock."""

    start_ms: int
    end_ms: int
    speaker: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Piece:
    """A word, or as much of a very long one as fits a line."""

    text: str
    start_ms: int
    end_ms: int


@dataclass(slots=True)
class _Open:
    """A caption that still takes words."""

    lines: list[str]
    start_ms: int
    end_ms: int

    def take(self, piece: _Piece) -> bool:
        """Adds the piece if there is room and time for it."""
        late = piece.start_ms > self.start_ms
        if late and piece.end_ms - self.start_ms > LONGEST_CUE_MS:
            return False
        if len(self.lines[-1]) + 1 + len(piece.text) <= LINE_CHARS:
            self.lines[-1] += f" {piece.text}"
        elif len(self.lines) < CUE_LINES:
            self.lines.append(piece.text)
        else:
            return False
        self.end_ms = piece.end_ms
        return True


def cues(segment: ExportSegment, label: str = "") -> list[Cue]:
    """Returns the captions of a segment, in order and without overlap; none for no words.

    The first begins with `label`. A caption starts with its first word and ends with its
    last, or when the next starts; it stays for SHORTEST_CUE_MS if it can.
    """
    pieces = list(_pieces(segment))
    if label and pieces:
        first = pieces[0].start_ms
        pieces.insert(0, _Piece(label, first, first))
    made: list[_Open] = []
    for piece in pieces:
        if not made or not made[-1].take(piece):
            made.append(_Open([piece.text], piece.start_ms, piece.end_ms))
    return [
        Cue(cue.start_ms, end, segment.speaker, tuple(cue.lines))
        for cue, end in zip(made, _ends(made), strict=True)
    ]


def _ends(made: Sequence[_Open]) -> list[int]:
    long_enough = [max(cue.end_ms, cue.start_ms + SHORTEST_CUE_MS) for cue in made]
    starts = [later.start_ms for _, later in pairwise(made)]
    return [min(pair) for pair in zip(long_enough, starts, strict=False)] + long_enough[-1:]


def _pieces(segment: ExportSegment) -> Iterator[_Piece]:
    timed = _timed(segment)
    if segment.interrupted and timed:
        text, start, end = timed[-1]
        timed[-1] = (f"{text} {CUT_OFF}", start, end)
    for text, start, end in timed:
        for at in range(0, len(text), LINE_CHARS):
            yield _Piece(text[at : at + LINE_CHARS], start, end)


def _timed(segment: ExportSegment) -> list[tuple[str, int, int]]:
    """Returns the words of the text with rising times.

    The recogniser's times are used where there is one for each word; a corrected text may
    have more or fewer words, which then share the time by their length.
    """
    texts = one_line(segment.text).split()
    if len(texts) != len(segment.words):
        return _by_length(texts, segment)
    timed, now = [], segment.start_ms
    for text, word in zip(texts, segment.words, strict=True):
        start = max(now, round(word.start_ms))
        now = max(start, round(word.end_ms))
        timed.append((text, start, now))
    return timed


def _by_length(texts: Sequence[str], segment: ExportSegment) -> list[tuple[str, int, int]]:
    length = max(segment.end_ms - segment.start_ms, SHORTEST_CUE_MS)
    total = sum(len(text) for text in texts)
    timed, passed = [], 0
    for text in texts:
        start = segment.start_ms + length * passed // total
        passed += len(text)
        timed.append((text, start, segment.start_ms + length * passed // total))
    return timed
