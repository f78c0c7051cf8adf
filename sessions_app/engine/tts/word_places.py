"""From the places that a voice names to whole words of the text: the one mapping of them all.

Voices tell of words as they take a text apart: eSpeak NG ends one at an apostrophe, a hyphen or
a dot, and tells of a number digit by digit. People are told of words as they were written.
"""

from bisect import bisect_right
from collections.abc import Sequence

from sessions_app.engine.core.frames import SpokenWord
from sessions_app.engine.text.writing import token_spans

Span = tuple[int, int]
Change = tuple[Span, Span]
"""A run of the spoken text, and the run of the written text that it stands for."""


class WordPlaces:
    """Places one text's words as they come: each one given back is a whole written word, once.

    A word is over when the next one begins; what a voice does not tell of belongs to the word
    before. With `changes`, in order, the voice was given another text than `written`: words that
    stand for the same run of it are one word.
    """

    def __init__(self, written: str, changes: Sequence[Change] = ()) -> None:
        self._written = written
        self._changes = changes
        self._starts = [spoken[0] for spoken, _ in changes]
        self._spans = _joined(token_spans(written), [place for _, place in changes])
        self._begins = [start for start, _ in self._spans]
        self._open: tuple[int, float, float] | None = None
        """The present word's number, and when it sounds."""

    def place(self, words: Sequence[SpokenWord]) -> tuple[SpokenWord, ...]:
        """Returns the words that are over, now that these were told of."""
        return tuple(whole for word in words for whole in self._take(word))

    def finish(self) -> tuple[SpokenWord, ...]:
        """Returns the last word, with all that follows it."""
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
        """Returns the present word, up to the word with that number."""
        assert self._open is not None  # noqa: S101 - its callers have looked
        number, start_ms, end_ms = self._open
        last = next(
            (n for n in range(before - 1, number, -1) if _is_said(self._written, self._spans[n])),
            number,
        )
        return SpokenWord(self._spans[number][0], self._spans[last][1], start_ms, end_ms)

    def _place(self, spoken: int) -> int:
        """Returns where in the written text a place of the spoken text lies."""
        number = bisect_right(self._starts, spoken) - 1
        if number < 0:
            return spoken
        (_, spoken_end), (start, end) = self._changes[number]
        return start if spoken < spoken_end else end + spoken - spoken_end


def placed(text: str, words: Sequence[SpokenWord]) -> tuple[SpokenWord, ...]:
    """Returns whole words of `text` for all that a voice told of it."""
    places = WordPlaces(text)
    return (*places.place(words), *places.finish())


def _is_said(text: str, span: Span) -> bool:
    return any(c.isalnum() for c in text[span[0] : span[1]])


def _joined(spans: list[Span], changed: Sequence[Span]) -> list[Span]:
    """Returns the words with those as one that the same change touches."""
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
