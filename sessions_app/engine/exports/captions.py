"""Splits segments into captions that fit a screen and keep time with the words."""

from bisect import bisect_right
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from heapq import heapify, heappop, heappush
from itertools import accumulate
from typing import Self

from sessions_app.engine.exports.base import CUT_OFF, ExportSegment, one_line
from sessions_app.engine.text.characters import of_width, speaking_ms, width
from sessions_app.engine.text.word_times import by_letters
from sessions_app.engine.text.writing import Token, tokens

LINE_CELLS = 42
"""Width of a caption line in cells (21 Han characters): the limit of broadcasters' guidelines."""

CUE_LINES = 2
"""Most lines of a caption. More cover more of the picture."""

SHORTEST_CUE_MS = 500
"""How long a caption is shown at least. Longer lets captions of quick speakers overlap."""

SHORTEST_TYPED_MS = 1000
"""How long a typed line stays at least, since there is no audio to hear it in."""

LONGEST_CUE_MS = 7000
"""How long a caption is shown at most. Longer leaves text on the screen after it was read."""

READING = 0.6
"""Reading time as a share of speaking time. Larger: captions stay longer."""

Times = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Cue:
    """A caption; `lines` has one or two of at most LINE_CELLS; times on the call clock."""

    start_ms: int
    end_ms: int
    speaker: str
    lines: tuple[str, ...]
    name: str = ""
    """Who speaks, where the side has several people, or somebody typed it."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """A word, or as much of a very long word as fits a line."""

    text: str
    blank: bool
    start_ms: int
    end_ms: int


@dataclass(slots=True)
class _Open:
    """A caption that still takes words."""

    lines: list[str]
    start_ms: int
    end_ms: int
    blank: bool
    """Whether one follows the last word."""

    used: int
    """Cells of the last line."""

    def take(self, piece: _Piece) -> bool:
        """Adds the piece if there is room and time for it."""
        # a mark without sound at the end gets no caption of its own
        late = self.start_ms < piece.start_ms < piece.end_ms
        if late and piece.end_ms - self.start_ms > LONGEST_CUE_MS:
            return False
        cells = width(piece.text)
        if self.used + self.blank + cells <= LINE_CELLS:
            self.lines[-1] += f" {piece.text}" if self.blank else piece.text
            self.used += self.blank + cells
        elif len(self.lines) < CUE_LINES:
            self.lines.append(piece.text)
            self.used = cells
        else:
            return False
        self.end_ms, self.blank = piece.end_ms, piece.blank
        return True


class _Parts:
    """A segment while it is split: its captions so far, and the words that are left."""

    def __init__(self, segment: ExportSegment, until_ms: int | None) -> None:
        self.segment = segment
        self.made: list[_Open] = []
        self._until_ms = until_ms
        self._left = deque(_pieces(segment, until_ms))

    @property
    def done(self) -> bool:
        """Whether no words are left."""
        return not self._left

    @property
    def next_ms(self) -> int:
        """When the next caption starts: 1 ms or more after the one before, which needs a length."""
        start = self._left[0].start_ms
        return max(start, self.made[-1].start_ms + 1) if self.made else start

    def cut(self, label: str = "") -> None:
        """Makes the next caption, beginning with `label`, of as many words as fit."""
        start = self.next_ms
        first = _Piece(label, True, start, start) if label else self._left.popleft()
        made = _Open([first.text], start, first.end_ms, first.blank, width(first.text))
        while self._left and made.take(self._left[0]):
            self._left.popleft()
        self.made.append(made)

    def cues(self) -> list[Cue]:
        """Returns the captions with their end times."""
        segment = self.segment
        shortest_ms = SHORTEST_TYPED_MS if _is_typed(segment) else SHORTEST_CUE_MS
        person = segment.name if segment.is_of_somebody else ""
        return [
            Cue(cue.start_ms, end, segment.speaker, tuple(cue.lines), person)
            for cue, end in zip(
                self.made, _ends(self.made, self._until_ms, shortest_ms), strict=True
            )
        ]


@dataclass(frozen=True, slots=True)
class _Speech:
    """When one side speaks: start times, and for each the latest end so far."""

    starts: Sequence[int]
    ends: Sequence[int]

    @classmethod
    def of(cls, segments: Iterable[ExportSegment]) -> Self:
        """Takes the segments of one side."""
        spans = sorted((s.start_ms, s.end_ms) for s in segments if not _is_typed(s))
        return cls(
            [start for start, _ in spans], list(accumulate((end for _, end in spans), func=max))
        )

    def until_ms(self, segment: ExportSegment) -> int | None:
        """Returns the latest end for a segment's captions, never before the segment's own end."""
        later = bisect_right(self.starts, segment.start_ms)
        if _is_typed(segment) or later == len(self.starts):
            return None
        return max(segment.end_ms, self.starts[later])

    def going_on(self, at_ms: int) -> int | None:
        """Returns the start of the speech at that moment, or else of the next."""
        first = bisect_right(self.ends, at_ms)
        return self.starts[first] if first < len(self.starts) else None


def captions(
    segments: Sequence[ExportSegment], label: Callable[[ExportSegment], str] = lambda _: ""
) -> list[Cue]:
    """Returns the captions of a call by the time they start, whoever speaks.

    What a side says has its own times. What it types or presses stays as long as it takes to
    read, and overlaps what the same side says meanwhile: players show both, one above the other,
    as they do with both sides'. Captions of what one side says overlap only where its segments do.
    A caption begins with its segment's `label` where the one before it is of another segment.
    """
    sides = {segment.speaker for segment in segments}
    speech = {side: _Speech.of(s for s in segments if s.speaker == side) for side in sides}
    parts = [
        _Parts(segment, speech[segment.speaker].until_ms(segment))
        for segment in _readable(segments, speech, label)
    ]
    order: list[tuple[int, int]] = []
    waiting = [(part.next_ms, at) for at, part in enumerate(parts) if not part.done]
    heapify(waiting)
    while waiting:
        _, at = heappop(waiting)
        part = parts[at]
        part.cut("" if order and order[-1][0] == at else label(part.segment))
        order.append((at, len(part.made) - 1))
        if not part.done:
            heappush(waiting, (part.next_ms, at))
    shown = [part.cues() for part in parts]
    return [shown[at][index] for at, index in order]


def _readable(
    segments: Sequence[ExportSegment],
    speech: Mapping[str, _Speech],
    label: Callable[[ExportSegment], str],
) -> list[ExportSegment]:
    """Returns the segments with each side's typed lines as far apart as it takes to read them.

    In a call without audio the clock hardly moves, so all typed lines would show at once. A line
    does not wait for earlier ones if its side speaks, or would before the line was read.
    """
    moved: list[ExportSegment] = []
    last: dict[str, Times] = {}
    for segment in segments:
        shown = cues(segment, label(segment)) if _is_typed(segment) else []
        if not shown:
            moved.append(segment)
            continue
        own, needed = segment.start_ms, shown[-1].end_ms - segment.start_ms
        before, free = last.get(segment.speaker, (own, own))
        said_ms = speech[segment.speaker].going_on(own)
        start = max(own, before, free if said_ms is None else min(free, said_ms - needed))
        last[segment.speaker] = (start, max(free, start + needed))
        moved.append(replace(segment, start_ms=start, end_ms=start))
    return moved


def _is_typed(segment: ExportSegment) -> bool:
    return segment.end_ms <= segment.start_ms


def cues(segment: ExportSegment, label: str = "", *, until_ms: int | None = None) -> list[Cue]:
    """Returns the captions of a segment, in order and without overlap; none for no words.

    The first begins with `label`. A caption starts with its first word and ends with its
    last, or when the next starts; it stays for SHORTEST_CUE_MS (typed: SHORTEST_TYPED_MS), and
    as long as it takes to read, if it can. Nothing is shown later than it was said; what has no
    length, as typed text, is spread over the time it takes to read, at most to `until_ms`, where
    the same side goes on.
    """
    parts = _Parts(segment, until_ms)
    while not parts.done:
        parts.cut("" if parts.made else label)
    return parts.cues()


def _ends(made: Sequence[_Open], until_ms: int | None, shortest_ms: int) -> list[int]:
    if not made:
        return []
    ends = []
    limits = [*(later.start_ms for later in made[1:]), until_ms]
    for cue, limit in zip(made, limits, strict=True):
        needed = max(shortest_ms, round(READING * sum(map(speaking_ms, cue.lines))))
        end = max(cue.end_ms, cue.start_ms + needed)
        if limit is not None:
            end = min(end, limit) if limit > cue.start_ms else cue.end_ms
        ends.append(max(end, cue.start_ms + 1))
    return ends


def _pieces(segment: ExportSegment, until_ms: int | None) -> Iterator[_Piece]:
    shown = tokens(one_line(segment.text))
    if segment.interrupted and shown:
        shown[-1] = Token(f"{shown[-1].text} {CUT_OFF}", blank=False)
    for token, span in zip(shown, _timed(shown, segment, until_ms), strict=True):
        parts = of_width(token.text, LINE_CELLS)
        for index, (part, (start, end)) in enumerate(zip(parts, _shared(parts, span), strict=True)):
            yield _Piece(part, token.blank and index == len(parts) - 1, start, end)


def _timed(shown: Sequence[Token], segment: ExportSegment, until_ms: int | None) -> list[Times]:
    """Returns each token's start and end, never decreasing.

    The recogniser's times are used where it has the same letters, or as many words; a
    corrected text may have other ones, which then share the time by how long they are.
    """
    exact = by_letters(shown, segment.words)
    if exact is None and len(shown) == len(segment.words):
        exact = [(word.start_ms, word.end_ms) for word in segment.words]
    if exact is None:
        return _shared([token.text for token in shown], _span(segment, until_ms))
    timed, now = [], segment.start_ms
    for start_ms, end_ms in exact:
        start = max(now, round(start_ms))
        now = max(start, round(end_ms))
        timed.append((start, now))
    return timed


def _span(segment: ExportSegment, until_ms: int | None) -> Times:
    """Returns the time that a segment's words share."""
    start, shortest = segment.start_ms, segment.start_ms + SHORTEST_CUE_MS
    end = max(segment.end_ms, shortest if until_ms is None else min(shortest, until_ms))
    if segment.end_ms > segment.start_ms:
        return start, end
    read = start + round(READING * speaking_ms(segment.text))
    return start, max(end, read if until_ms is None else min(read, until_ms))


def _shared(texts: Sequence[str], span: Times) -> list[Times]:
    """Returns a share of the span for each text, by its speaking time."""
    sizes = [max(1.0, speaking_ms(text)) for text in texts]
    start, end = span
    total, passed = sum(sizes), 0.0
    shares = []
    for size in sizes:
        at = start + round((end - start) * passed / total)
        passed += size
        shares.append((at, start + round((end - start) * passed / total)))
    return shares
