"""The model's tokeniser: 32 768 byte pair encoding tokens, most of them pieces of words."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

BEGIN, END = 1, 2
"""Special tokens; none up to END is text."""

SPACE = "▁"
_SPACE = SPACE.encode()
_APOSTROPHES = "'\N{RIGHT SINGLE QUOTATION MARK}"

_NEVER = 1 << 30
"""Stands for the id of a pair that is no token: higher than any id."""

_LONG = 128
"""A piece of so many bytes or more has its length in two bytes."""


@dataclass(frozen=True, slots=True)
class TokenSpan:
    """A word with its punctuation: tokens[first:end].

    The spoken part is tokens[first:spoken_end]; punctuation attends to the pause after the word.
    """

    text: str
    first: int
    spoken_end: int
    end: int


class Tokens:
    """Converts token ids to text and back.

    The file has each token as its length (one byte; two from 128 on, the low one first) and bytes.
    """

    def __init__(self, path: Path) -> None:
        self._pieces = _read(path.read_bytes())
        self._numbers = {piece: at for at, piece in enumerate(self._pieces)}

    def text(self, tokens: Sequence[int]) -> str:
        """Returns the tokens' text; an incomplete UTF-8 character is left out."""
        joined = b"".join(self._piece(token) for token in tokens)
        return joined.decode("utf-8", "ignore").replace(SPACE, " ").strip()

    def begins_word(self, token: int) -> bool:
        """Returns whether a word begins with it; punctuation belongs to the word before."""
        return self._piece(token).startswith(_SPACE)

    def continues_word(self, token: int) -> bool:
        """Returns whether it continues the word before it: neither punctuation nor a new word."""
        text = self.text([token])
        return not self.begins_word(token) and (
            not text or text[0].isalnum() or text[0] in _APOSTROPHES
        )

    def word_spans(self, tokens: Sequence[int]) -> list[TokenSpan]:
        """Returns the words of a hypothesis, in order."""
        starts = [at for at, token in enumerate(tokens) if token > END and self.begins_word(token)]
        if tokens and (not starts or starts[0] > 0):
            starts.insert(0, 0)
        ends = [*starts[1:], len(tokens)][: len(starts)]
        spans = [
            TokenSpan(self.text(tokens[first:end]), first, self._spoken(tokens, first, end), end)
            for first, end in zip(starts, ends, strict=True)
        ]
        return [span for span in spans if span.text]

    def encode(self, text: str) -> list[int]:
        """Returns the tokens that the model itself would write `text` with.

        Byte pair encoding: the pair whose joined token has the lowest id is joined first; letters
        without a token are written as bytes. No token spans two words.
        """
        return [token for word in text.split() for token in self._of_word(word)]

    def _of_word(self, word: str) -> list[int]:
        pieces = [sign.encode() for sign in SPACE + word]
        while True:
            joined = [self._numbers.get(a + b, _NEVER) for a, b in pairwise(pieces)]
            if not joined or min(joined) == _NEVER:
                break
            at = joined.index(min(joined))
            pieces[at : at + 2] = [pieces[at] + pieces[at + 1]]
        return [token for piece in pieces for token in self._numbered(piece)]

    def _numbered(self, piece: bytes) -> list[int]:
        number = self._numbers.get(piece)
        if number is not None:
            return [number]
        return [self._numbers.get(bytes([byte]), 0) for byte in piece]

    def _spoken(self, tokens: Sequence[int], first: int, end: int) -> int:
        """Returns where the punctuation at a word's end begins."""
        while end > first + 1 and not any(c.isalnum() for c in self.text(tokens[end - 1 : end])):
            end -= 1
        return end

    def _piece(self, token: int) -> bytes:
        return self._pieces[token] if END < token < len(self._pieces) else b""


def common_length(first: Sequence[object], second: Sequence[object]) -> int:
    """Returns the length of the longest common prefix of two sequences."""
    pairs = enumerate(zip(first, second, strict=False))
    return next((at for at, (a, b) in pairs if a != b), min(len(first), len(second)))


def _read(data: bytes) -> list[bytes]:
    pieces: list[bytes] = []
    at = 0
    while at < len(data):
        size = data[at]
        at += 1
        if size >= _LONG:
            size += data[at] * _LONG - _LONG
            at += 1
        pieces.append(data[at : at + size])
        at += size
    return pieces
