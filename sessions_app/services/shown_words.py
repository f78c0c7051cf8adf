"""The words of a line on a page, and how their places are sent to it. Pure."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sessions_app.services.hits import Piece


class ShownWord(NamedTuple):
    """A word with its place on the call clock in ms; `blank` if a blank follows it.

    `hit` if it was searched for.
    """

    text: str
    start_ms: int
    end_ms: int
    blank: bool
    hit: bool = False


def places(words: Sequence[ShownWord], start_ms: int) -> str:
    """Returns where `words` are, for `static/js/transcript-words.js`.

    Three whole numbers a word, with blanks between: its length in UTF-16 units, below zero for a
    hit; the ms from the end of the word before, or from `start_ms` of the line, to its start; and
    the ms that it lasts. A long call has too many words for an element each.
    """
    numbers: list[str] = []
    at = start_ms
    for word in words:
        size = len(word.text.encode("utf-16-le", "surrogatepass")) // 2
        length = -size if word.hit else size
        numbers.append(f"{length} {word.start_ms - at} {word.end_ms - word.start_ms}")
        at = word.end_ms
    return " ".join(numbers)


def pieces(words: Sequence[ShownWord]) -> tuple[Piece, ...]:
    """Returns `words` as one text with their blanks, cut so that each hit is a piece of its own."""
    return tuple(_pieces(words))


def _pieces(words: Sequence[ShownWord]) -> Iterator[Piece]:
    plain: list[str] = []
    for word in words:
        if word.hit:
            if plain:
                yield "".join(plain), False
            yield word.text, True
            plain = []
        else:
            plain.append(word.text)
        if word.blank:
            plain.append(" ")
    if plain:
        yield "".join(plain), False
