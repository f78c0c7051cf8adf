"""Maps a voice's word times to whole words of the written text.

Voices report words as they tokenise a text: eSpeak NG splits at apostrophes, hyphens and dots, and
reports numbers digit by digit. Clients get words as they are written.
"""

from bisect import bisect_right
from collections.abc import Sequence

from sessions_app.engine.core.frames import SpokenWord
from sessions_app.engine.text.writing import token_spans

Span = tuple[int, int]
Change = tuple[Span, Span]
"""A span of the spoken text, and the span of the written text that it stands for."""


class WordPlaces:
    """Maps the words of one text as a voice reports them; returns each written word once.

    A word is over when the next one begins; text that the voice does not report belongs to the
    word before. With `changes` (in order, as of `SpokenForm`) the voice was given another text than
    `written`; words that stand for the same written span are one word.
    """

    def __init__(self, written: str, changes: Sequence[Change] = ()) -> None:
        self._written = written
        self._changes = changes
        self._starts = [spoken[0] for spoken, _ in changes]
        self._spans = _joined(token_spans(written), [place for _, place in changes])
        self._begins = [start for start, _ in self._spans]
        self._open: tuple[int, float, float] | None = None
        """The current word's index, start and end in ms."""

    def place(self, words: Sequence[SpokenWord]) -> tuple[SpokenWord, ...]:
        """Takes words that the voice reports; returns the written words that are over now."""
        return tuple(whole for word in words for whole in self._take(word))

    def finish(self) -> tuple[SpokenWord, ...]:
        """Returns the last word, with all text after it."""
        if self._open is None:
            return ()
        whole = self._whole(len(self._spans))
        self._open = None
        return (whole,)

    def _take(self, word: SpokenWord) -> tuple[SpokenWord, ...]:
        if not self._spans:
            return ()
        number = max(0, bisect_right(self._begins, self._place(word.start)) - 1)
        if self._open is None:
            self._open = (number, word.start_ms, word.end_ms)
            return ()
        present, start_ms, end_ms = self._open
        if number <= present:
            self._open = (present, start_ms, max(end_ms, word.end_ms))
            return ()
        whole = self._whole(number)
        self._open = (number, word.start_ms, word.end_ms)
        return (whole,)

    def _whole(self, before: int) -> SpokenWord:
        """Returns the current word, with all text up to the word with index `before`."""
        assert self._open is not None  # noqa: S101 - its callers have looked
        number, start_ms, end_ms = self._open
        last = next(
            (n for n in range(before - 1, number, -1) if _is_said(self._written, self._spans[n])),
            number,
        )
        return SpokenWord(self._spans[number][0], self._spans[last][1], start_ms, end_ms)

    def _place(self, spoken: int) -> int:
        """Maps an offset in the spoken text to one in the written text."""
        number = bisect_right(self._starts, spoken) - 1
        if number < 0:
            return spoken
        (_, spoken_end), (start, end) = self._changes[number]
        return start if spoken < spoken_end else end + spoken - spoken_end


def placed(text: str, words: Sequence[SpokenWord]) -> tuple[SpokenWord, ...]:
    """Returns the words of `text` with times, from all words that a voice reported."""
    places = WordPlaces(text)
    return (*places.place(words), *places.finish())


def _is_said(text: str, span: Span) -> bool:
    return any(c.isalnum() for c in text[span[0] : span[1]])


def _joined(spans: list[Span], changed: Sequence[Span]) -> list[Span]:
    """Returns the word spans, merging those that the same change overlaps."""
    joined: list[Span] = []
    places = iter(changed)
    place = next(places, None)
    for start, end in spans:
        while place is not None and place[1] <= start:
            place = next(places, None)
        if joined and place is not None and place[0] < joined[-1][1]:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    return joined
