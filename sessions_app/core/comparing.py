"""Two transcripts of the same speech, laid side by side. Pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from sessions_app.core.events import Hypothesis, Word

NEAR_MS = 1_000.0
"""A word this far from every segment belongs to none of them."""

PAUSE_MS = 1_500.0
"""So long a pause between words that belong to no segment parts them in two."""

_PLAIN = re.compile(r"[^\w']+")


@dataclass(frozen=True, slots=True)
class Span:
    """Where on the call clock the segment `seq` lies."""

    seq: int
    start_ms: float
    end_ms: float


@dataclass(frozen=True, slots=True)
class Placed:
    """The words that a second pass has where a segment is; `seq` None where there is none."""

    seq: int | None
    words: tuple[Word, ...]
    start_ms: float
    end_ms: float


class Change(StrEnum):
    SAME = "same"
    GONE = "gone"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words that both texts have, or only the first (GONE), or only the second (NEW)."""

    change: Change
    text: str


def timed(hypothesis: Hypothesis) -> tuple[Word, ...]:
    """Returns the words with their times; evenly spread where the engine gives none."""
    if hypothesis.words:
        return hypothesis.words
    texts = hypothesis.text.split()
    step = (hypothesis.end_ms - hypothesis.start_ms) / max(1, len(texts))
    starts = [hypothesis.start_ms + step * index for index in range(len(texts))]
    return tuple(
        Word(text, at, at + step, hypothesis.confidence)
        for text, at in zip(texts, starts, strict=True)
    )


def placed(spans: Sequence[Span], words: Iterable[Word]) -> list[Placed]:
    """Returns what each span gets of the words, and what is left over, by time.

    A word goes to the span that its middle lies in, else to the nearest within NEAR_MS.
    Every span is there, with no words where none fell to it.
    """
    given: dict[int, list[Word]] = {span.seq: [] for span in spans}
    loose: list[list[Word]] = []
    for word in sorted(words, key=lambda word: word.start_ms):
        nearest = min(spans, key=lambda span: _distance(span, word), default=None)
        if nearest is not None and _distance(nearest, word) <= NEAR_MS:
            given[nearest.seq].append(word)
        elif loose and word.start_ms - loose[-1][-1].end_ms <= PAUSE_MS:
            loose[-1].append(word)
        else:
            loose.append([word])
    stand_ins = [Placed(s.seq, tuple(given[s.seq]), s.start_ms, s.end_ms) for s in spans]
    added = [Placed(None, tuple(run), run[0].start_ms, run[-1].end_ms) for run in loose]
    return sorted([*stand_ins, *added], key=lambda one: one.start_ms)


def differences(before: str, after: str) -> list[Piece]:
    """Returns how `after` differs from `before`, word by word; case and signs do not count."""
    old, new = before.split(), after.split()
    matcher = SequenceMatcher(None, _plain(old), _plain(new), autojunk=False)
    pieces = []
    for what, i, j, k, m in matcher.get_opcodes():
        if what == "equal":
            pieces.append(Piece(Change.SAME, " ".join(new[k:m])))
            continue
        if i < j:
            pieces.append(Piece(Change.GONE, " ".join(old[i:j])))
        if k < m:
            pieces.append(Piece(Change.NEW, " ".join(new[k:m])))
    return pieces


def same_words(before: str, after: str) -> bool:
    """Returns whether both texts have the same words."""
    return _plain(before.split()) == _plain(after.split())


def _distance(span: Span, word: Word) -> float:
    middle = (word.start_ms + word.end_ms) / 2
    return max(span.start_ms - middle, middle - span.end_ms, 0.0)


def _plain(words: Iterable[str]) -> list[str]:
    return [_PLAIN.sub("", word).lower() or word for word in words]
