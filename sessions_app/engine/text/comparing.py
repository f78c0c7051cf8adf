"""Aligns two transcripts of the same speech, and shows how they differ. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from sessions_app.engine.core.events import Hypothesis, Word
from sessions_app.engine.text.writing import (
    Token,
    blank_between,
    is_spaceless,
    plain_words,
    together,
    tokens,
)

NEAR_MS = 1_000.0
"""A word farther than this from every segment belongs to none. Larger: fewer added segments."""

PAUSE_MS = 1_500.0
"""A longer pause between words outside all segments splits them into two added segments."""


@dataclass(frozen=True, slots=True)
class SegmentSpan:
    """The place of segment `seq` on the call clock."""

    seq: int
    start_ms: float
    end_ms: float


@dataclass(frozen=True, slots=True)
class AlignedWords:
    """The second pass's words at the place of segment `seq`; None where the call has no segment."""

    seq: int | None
    words: tuple[Word, ...]
    start_ms: float
    end_ms: float


class Change(StrEnum):
    """Whether a run of words is in both texts, only in the old one, or only in the new one."""

    SAME = "same"
    GONE = "gone"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class DiffRun:
    """A run of words that both texts have, or only the first (GONE), or only the second (NEW).

    `blank` says whether a blank stands between it and the next run.
    """

    change: Change
    text: str
    blank: bool = True


def timed_words(hypothesis: Hypothesis) -> tuple[Word, ...]:
    """Returns the words with their times; evenly spread where the engine gives none."""
    if hypothesis.words:
        return hypothesis.words
    texts = [token.text for token in tokens(hypothesis.text)]
    step = (hypothesis.end_ms - hypothesis.start_ms) / max(1, len(texts))
    starts = [hypothesis.start_ms + step * index for index in range(len(texts))]
    return tuple(
        Word(text, at, at + step, hypothesis.confidence)
        for text, at in zip(texts, starts, strict=True)
    )


def align_words(spans: Sequence[SegmentSpan], words: Iterable[Word]) -> list[AlignedWords]:
    """Returns the words assigned to each span, and those left over, ordered by time.

    A word is assigned to the span that contains its middle, else to the nearest within NEAR_MS.
    Every span is in the result, possibly without words.
    """
    by_span: dict[int, list[Word]] = {span.seq: [] for span in spans}
    unassigned: list[list[Word]] = []
    for word in sorted(words, key=lambda word: word.start_ms):
        nearest = min(spans, key=lambda span: _distance(span, word), default=None)
        if nearest is not None and _distance(nearest, word) <= NEAR_MS:
            by_span[nearest.seq].append(word)
        elif unassigned and word.start_ms - unassigned[-1][-1].end_ms <= PAUSE_MS:
            unassigned[-1].append(word)
        else:
            unassigned.append([word])
    assigned = [AlignedWords(s.seq, tuple(by_span[s.seq]), s.start_ms, s.end_ms) for s in spans]
    added = [AlignedWords(None, tuple(run), run[0].start_ms, run[-1].end_ms) for run in unassigned]
    return sorted([*assigned, *added], key=lambda aligned: aligned.start_ms)


def differences(before: str, after: str) -> list[DiffRun]:
    """Returns how `after` differs from `before` by words; case and punctuation do not count."""
    old, new = tokens(before), tokens(after)
    matcher = SequenceMatcher(None, _plain(old), _plain(new), autojunk=False)
    pieces = []
    for what, i, j, k, m in matcher.get_opcodes():
        if what == "equal":
            pieces.append(_piece(Change.SAME, new[k:m], old[j:] or new[m:]))
            continue
        if i < j:
            pieces.append(_piece(Change.GONE, old[i:j], new[k:]))
        if k < m:
            pieces.append(_piece(Change.NEW, new[k:m], new[m:]))
    return pieces


def same_words(before: str, after: str) -> bool:
    """Returns whether both texts have the same words."""
    old, new = plain_words(before), plain_words(after)
    if is_spaceless(before) or is_spaceless(after):
        return "".join(old) == "".join(new)  # marks change where words are found
    return old == new


def _distance(span: SegmentSpan, word: Word) -> float:
    middle = (word.start_ms + word.end_ms) / 2
    return max(span.start_ms - middle, middle - span.end_ms, 0.0)


def _piece(change: Change, run: Sequence[Token], following: Sequence[Token]) -> DiffRun:
    last, after = run[-1], following[0].text if following else ""
    return DiffRun(change, together(run), last.blank or blank_between(last.text, after))


def _plain(run: Iterable[Token]) -> list[str]:
    return ["".join(plain_words(token.text)) or token.text for token in run]
