"""Gives displayed words the times of the recognised words they come from. Pure."""

from collections.abc import Iterable, Sequence

from sessions_app.engine.core.events import Word
from sessions_app.engine.text.writing import Token, letters


def by_letters(shown: Sequence[Token], heard: Sequence[Word]) -> list[tuple[float, float]] | None:
    """Returns each token's start and end in ms on the call clock, never decreasing.

    Tokens and words may be split differently: an engine may give Chinese character by character.
    None if the letters differ, as after a correction.
    """
    seen = "".join(letters(token.text) for token in shown)
    if not seen or seen != "".join(letters(word.text) for word in heard):
        return None
    starts, ends = _of_letters(heard)
    spans: list[tuple[float, float]] = []
    at, now = 0, min(starts)
    for token in shown:
        size = len(letters(token.text))
        start = max(now, starts[at]) if size else now
        now = max(start, ends[at + size - 1]) if size else now
        spans.append((start, now))
        at += size
    return spans


def _of_letters(heard: Iterable[Word]) -> tuple[list[float], list[float]]:
    """Returns each letter's start and end, spread evenly over its word."""
    starts: list[float] = []
    ends: list[float] = []
    for word in heard:
        size = len(letters(word.text))
        step = (word.end_ms - word.start_ms) / max(1, size)
        starts += [word.start_ms + step * index for index in range(size)]
        ends += [word.start_ms + step * (index + 1) for index in range(size)]
    return starts, ends
