"""hibari's front end: text to phoneme ids, aligned with the words.

Used only in the voice's own process, where the package is imported.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

MAX_PHONEMES = 400
"""Most phonemes of one run: the network was trained on no longer sentences. Longer ones are split
between words."""

SOFT_MAX_PHONEMES = 160
"""A run with more phonemes than this (nine seconds) ends at the next punctuation, so that the rest
is computed while it plays."""

_CLAUSE_ENDS = ",;:—"
"""Punctuation that ends a clause, in the package's alphabet."""

Word = tuple[int, int, int, int]
"""A word: start and end in characters of the text, start and end in phonemes of the run."""

Span = tuple[int, int]

_SIGNS = {
    "\u2264": "at most",
    "\u2265": "at least",
    "\u2260": "is not",
    "\u2248": "about",
    "\u221a": "the square root of",
    "\u221e": "infinity",
    "\u2030": "per thousand",
    "\u2212": "minus",
}
"""Symbols that the package would skip, in words."""

_SIGN = re.compile("|".join(_SIGNS))

_PAD = 0
"""The id of the silence at both ends of a text."""

_WORDS = re.compile(r"\S+")


@dataclass(slots=True)
class PhonemeRun:
    """What the network speaks in one run: phoneme ids, and the words they belong to."""

    phonemes: list[int] = field(default_factory=lambda: [_PAD])
    words: list[Word] = field(default_factory=list)
    end: str = " "
    """The last character of the run, which decides on the pause after it."""


class PhonemeReader:
    """Converts sentences to runs. `g2p` and `normalize` are the package's; `numbers` maps phonemes
    to ids."""

    def __init__(
        self, g2p: Any, normalize: Callable[[str], str], numbers: Mapping[str, int]
    ) -> None:
        self._g2p = g2p
        self._normalize = normalize
        self._numbers = numbers

    def runs(self, sentence: str, at: int) -> Iterator[PhonemeRun]:
        """Yields the runs of a sentence, which begins at character `at` of the text."""
        composed = unicodedata.normalize("NFC", sentence)
        normalised = self._normalize(_SIGN.sub(lambda sign: f" {_SIGNS[sign[0]]} ", composed))
        origins = _Origins(sentence, normalised)
        run, position = PhonemeRun(), 0
        for token in self._tokens(normalised):
            phonemes = [self._numbers[c] for c in token.phonemes or "" if c in self._numbers]
            most = SOFT_MAX_PHONEMES if run.end in _CLAUSE_ENDS else MAX_PHONEMES
            if run.words and len(run.phonemes) + len(phonemes) > most:
                yield _closed(run)
                run = PhonemeRun()
            position = max(position, normalised.find(token.text, position))
            if phonemes and any(c.isalnum() for c in token.text):
                start, end = origins.of(position, len(token.text))
                first = len(run.phonemes) - (run.phonemes[-1] == self._numbers[" "])
                last = len(run.phonemes) + len(phonemes)
                run.words.append((at + start, at + end, first, last))
            run.phonemes += phonemes
            if token.whitespace:
                run.phonemes.append(self._numbers[" "])
            run.end = token.text[-1:]
            position += len(token.text)
        if run.words:
            yield _closed(run)

    def _tokens(self, normalised: str) -> list[Any]:
        # its `tokenize` would read phonemes in a Markdown link's brackets; here text is only text
        tokens: list[Any] = self._g2p.phonemize_tokens(self._g2p._tokens(normalised))
        return tokens


class Spelling:
    """Letter-to-sound conversion of words outside the dictionary; `network` is the package's.

    The network has a maximum length and an alphabet: longer words are split, and unknown letters
    lose their diacritics.
    """

    def __init__(self, network: Any) -> None:
        self._network = network

    def __call__(self, word: str) -> str:
        letters = "".join(map(self._known, word))
        most = self._network.maxlen
        pieces = [letters[start : start + most] for start in range(0, len(letters), most)]
        return "".join(self._network(piece) or "" for piece in pieces)

    def _known(self, letter: str) -> str:
        if letter in self._network.cin:
            return letter
        return "".join(c for c in unicodedata.normalize("NFKD", letter) if c in self._network.cin)


class _Origins:
    """Aligns the words of a normalised text with the written text."""

    def __init__(self, written: str, normalised: str) -> None:
        normalised_spans, written_spans = _spans(normalised), _spans(written)
        words = (
            [normalised[a:b] for a, b in normalised_spans],
            [written[a:b] for a, b in written_spans],
        )
        self._starts = [start for start, _ in normalised_spans]
        self._places: list[tuple[Span, bool]] = []
        """For each word its span in the written text, and whether it is written the same there."""
        for what, a, b, c, d in SequenceMatcher(None, *words, autojunk=False).get_opcodes():
            if b - a == d - c:
                self._places += [(span, what == "equal") for span in written_spans[c:d]]
            else:
                last = self._places[-1][0] if self._places else (0, 0)
                run = (written_spans[c][0], written_spans[d - 1][1]) if d > c else last
                self._places += [(run, False)] * (b - a)

    def of(self, position: int, length: int) -> Span:
        """Returns the written span of `length` characters at `position` of the normalised text."""
        number = max(0, bisect_right(self._starts, position) - 1)
        if number >= len(self._places):
            return 0, 0
        (start, end), same = self._places[number]
        if not same:
            return start, end
        start += position - self._starts[number]
        return start, min(end, start + length)


def _spans(text: str) -> list[Span]:
    return [found.span() for found in _WORDS.finditer(text)]


def _closed(run: PhonemeRun) -> PhonemeRun:
    run.phonemes.append(_PAD)
    return run
