"""How hibari reads a text: sounds for its network, and which of them belong to which word.

Used in the process that speaks alone: the package is there.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

MOST_SOUNDS = 400
"""The network learnt from sentences of no more; a longer one is spoken in runs of whole words."""

MANY_SOUNDS = 160
"""After so many, nine seconds, a run ends at a mark: what follows is reckoned meanwhile."""

_CLAUSE_ENDS = ",;:—"
"""Those of the package's own alphabet, which has English marks."""

Word = tuple[int, int, int, int]
"""From and to which character of the text, from and to which of the sounds."""

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
"""Signs that mean something, and are left out by the package."""

_SIGN = re.compile("|".join(_SIGNS))
_PAD = 0
_WORDS = re.compile(r"\S+")


@dataclass(slots=True)
class SoundRun:
    """What the network speaks in one go: the numbers of its sounds, and the words they are of."""

    sounds: list[int] = field(default_factory=lambda: [_PAD])
    words: list[Word] = field(default_factory=list)
    end: str = " "
    """The last character that is said."""


class Reader:
    """Turns sentences into runs; `g2p` and `normalize` are the package's, `numbers` its sounds'."""

    def __init__(
        self, g2p: Any, normalize: Callable[[str], str], numbers: Mapping[str, int]
    ) -> None:
        self._g2p = g2p
        self._normalize = normalize
        self._numbers = numbers

    def runs(self, sentence: str, at: int) -> Iterator[SoundRun]:
        """Yields the runs of a sentence that begins at character `at` of the text."""
        whole = unicodedata.normalize("NFC", sentence)
        said = self._normalize(_SIGN.sub(lambda sign: f" {_SIGNS[sign[0]]} ", whole))
        origins = _Origins(sentence, said)
        run, place = SoundRun(), 0
        for token in self._tokens(said):
            sounds = [self._numbers[c] for c in token.phonemes or "" if c in self._numbers]
            most = MANY_SOUNDS if run.end in _CLAUSE_ENDS else MOST_SOUNDS
            if run.words and len(run.sounds) + len(sounds) > most:
                yield _closed(run)
                run = SoundRun()
            place = max(place, said.find(token.text, place))
            if sounds and any(c.isalnum() for c in token.text):
                start, end = origins.of(place, len(token.text))
                first = len(run.sounds) - (run.sounds[-1] == self._numbers[" "])
                last = len(run.sounds) + len(sounds)
                run.words.append((at + start, at + end, first, last))
            run.sounds += sounds
            if token.whitespace:
                run.sounds.append(self._numbers[" "])
            run.end = token.text[-1:]
            place += len(token.text)
        if run.words:
            yield _closed(run)

    def _tokens(self, said: str) -> list[Any]:
        # its `tokenize` would read the sounds that stand in a link's brackets: text is text here
        tokens: list[Any] = self._g2p.phonemize_tokens(self._g2p._tokens(said))
        return tokens


class Spelling:
    """Says words that no dictionary has by their letters; `network` is the package's.

    It knows words of so many letters, and not every letter: longer words are said in pieces, and
    letters that it lacks without their marks.
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
    """Where the words of a text in words come from in the text as it is written."""

    def __init__(self, written: str, said: str) -> None:
        here, there = _spans(said), _spans(written)
        words = ([said[a:b] for a, b in here], [written[a:b] for a, b in there])
        self._starts = [start for start, _ in here]
        self._places: list[tuple[Span, bool]] = []
        """Of each word the characters it stands for, and whether it stands there as it is."""
        for what, a, b, c, d in SequenceMatcher(None, *words, autojunk=False).get_opcodes():
            if b - a == d - c:
                self._places += [(span, what == "equal") for span in there[c:d]]
            else:
                last = self._places[-1][0] if self._places else (0, 0)
                run = (there[c][0], there[d - 1][1]) if d > c else last
                self._places += [(run, False)] * (b - a)

    def of(self, place: int, length: int) -> Span:
        """Returns the characters that `length` ones at `place` of the text in words stand for."""
        number = max(0, bisect_right(self._starts, place) - 1)
        if number >= len(self._places):
            return 0, 0
        (start, end), same = self._places[number]
        if not same:
            return start, end
        start += place - self._starts[number]
        return start, min(end, start + length)


def _spans(text: str) -> list[Span]:
    return [found.span() for found in _WORDS.finditer(text)]


def _closed(run: SoundRun) -> SoundRun:
    run.sounds.append(_PAD)
    return run
