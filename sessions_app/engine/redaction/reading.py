"""Reads a text as detectors need it: its tokens, and the figures that its words stand for. Pure."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from sessions_app.engine.redaction.spoken_numbers import SpokenNumbers
from sessions_app.engine.text.folding import folded

LATIN = (
    "a-zA-Z\u00aa\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f"
    "\u1e00-\u1eff\uff21-\uff3a\uff41-\uff5a"
)
"""Letters of the Latin script, for a character class."""

_KANA_DASH = r"(?<=\d)\u30fc(?=\d)"
"""What Japanese keyboards write for a dash: otherwise it is a letter."""

_TOKEN = re.compile(rf"[{LATIN}\d]+|(?:(?![{LATIN}\d]|{_KANA_DASH})[^\W_])+")
"""Figures may touch letters of scripts without blanks: "番号は4111です" is three tokens."""

_LONG_FIGURES = re.compile(r"\d{13,}")
"""As many figures as a card has: they are a number even in a word, as in "visa4111111111111111"."""

_JOINT = re.compile(
    r"[\s\-_./,;:()\[\]\u00b7\u2010-\u2015\u2212"
    r"\u060c\u3001\u30fb\u30fc\uff08\uff09\uff0c-\uff0f"  # Arabic, Chinese and Japanese marks
    r"\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]{0,4}"  # nobody sees these
)
"""What may stand between two groups of one number: "4111-1111", "4111, 1111"."""


@dataclass(frozen=True, slots=True)
class TextToken:
    """A run of letters and figures: where it is in the text, and `folded` as for search."""

    start: int
    end: int
    folded: str


@dataclass(frozen=True, slots=True)
class Atom:
    """Part of a number or code: `value` is its figures, or letters in lower case.

    "double four" is one atom, "44". `start` and `end` are places in the text, `first` and `last`
    its tokens. `is_letters` for a single letter, or what may be a group of letters. `letter` is
    the letter that an ambiguous figure may also be: "o" may be a zero, or the letter.
    """

    value: str
    start: int
    end: int
    first: int
    last: int
    is_letters: bool = False
    letter: str = ""


@dataclass(frozen=True, slots=True)
class NumberReading:
    """A text with its tokens and atoms; `before` is text that was said before it.

    `numbers` are the runs of atoms that may be one number; `codes` those of letters and figures.
    """

    text: str
    tokens: Sequence[TextToken]
    numbers: Sequence[Sequence[Atom]]
    codes: Sequence[Sequence[Atom]]
    before: str = ""

    def lead(self, at: int, length: int = 80) -> str:
        """Returns the text that leads to the place `at`, in lower case."""
        return f"{self.before} {self.text[:at]}"[-length:].lower()


@lru_cache(4096)
def _fold(word: str) -> str:
    return word.lower() if word.isascii() else folded(word)


def tokens_of(text: str) -> list[TextToken]:
    """Returns the tokens of a text, in order."""
    return [TextToken(m.start(), m.end(), _fold(m.group())) for m in _TOKEN.finditer(text)]


def read(text: str, language: SpokenNumbers, before: str = "") -> NumberReading:
    """Returns the reading of a text with the number words of `language`."""
    tokens = tokens_of(text)
    atoms = list(_atoms(tokens, text, language))
    codes = list(_runs(text, atoms, tokens, language))
    numbers = [run for code in codes for run in _figures_of(code)]
    return NumberReading(text, tokens, numbers, codes, before)


def _atoms(tokens: Sequence[TextToken], text: str, language: SpokenNumbers) -> Iterator[Atom]:
    at = 0
    while at < len(tokens):
        atom = _number_at(tokens, at, language) or _letters_at(tokens, at, text, language)
        if atom is None:
            at += 1
            continue
        yield atom
        at = atom.last + 1


def _number_at(tokens: Sequence[TextToken], at: int, language: SpokenNumbers) -> Atom | None:
    """Returns the atom of figures that begins with the token `at`, if one does."""
    token = tokens[at]
    word = token.folded
    if word.isdecimal():
        return Atom(_plain(word), token.start, token.end, at, at)
    times = language.repeats.get(word)
    if times is not None and at + 1 < len(tokens):
        return _repeated(tokens, at, times, language)
    if (digit := language.tens.get(word)) is not None:
        return _with_unit(tokens, at, digit, language)
    value = language.words.get(word)
    letter = word if len(word) == 1 else ""
    return None if value is None else Atom(value, token.start, token.end, at, at, letter=letter)


def _plain(figures: str) -> str:
    """Returns decimal figures of any script as 0 to 9."""
    return figures if figures.isascii() else "".join(str(unicodedata.decimal(c)) for c in figures)


def _repeated(
    tokens: Sequence[TextToken], at: int, times: int, language: SpokenNumbers
) -> Atom | None:
    following = tokens[at + 1]
    word = following.folded
    digit = _plain(word) if word.isdecimal() else language.words.get(word, "")
    if len(digit) != 1:
        return None
    return Atom(digit * times, tokens[at].start, following.end, at, at + 1)


def _with_unit(tokens: Sequence[TextToken], at: int, digit: str, language: SpokenNumbers) -> Atom:
    """Returns the atom for a tens word with an optional unit: "forty one", "cuarenta y uno"."""
    start, last = tokens[at].start, at
    unit_at = at + 1
    if language.between:
        joined = unit_at < len(tokens) and tokens[unit_at].folded == language.between
        unit_at = unit_at + 1 if joined else len(tokens)
    value = language.words.get(tokens[unit_at].folded, "") if unit_at < len(tokens) else ""
    if len(value) == 1 and value != "0":
        digit, last = digit + value, unit_at
    else:
        digit += "0"
    return Atom(digit, start, tokens[last].end, at, last)


LONGEST_GROUP = 4
"""Letters that may be a group of an account number, such as a bank's "NWBK"."""


def _letters_at(
    tokens: Sequence[TextToken], at: int, text: str, language: SpokenNumbers
) -> Atom | None:
    token = tokens[at]
    word = language.letters.get(token.folded, token.folded)
    written = text[token.start : token.end]
    mixed = word.isalnum() and any(c.isdecimal() for c in word)
    group = len(word) <= LONGEST_GROUP and (written.isupper() or _is_country(tokens, at, language))
    if not word.isascii() or not (mixed or len(word) == 1 or group):
        return None
    return Atom(word, token.start, token.end, at, at, is_letters=True)


def _is_country(tokens: Sequence[TextToken], at: int, language: SpokenNumbers) -> bool:
    """Returns whether a short word before figures may be a country's letters: "de 89 3704"."""
    word = tokens[at].folded
    if len(word) != len("de") or word in language.fillers or at + 1 >= len(tokens):
        return False
    after = _number_at(tokens, at + 1, language)
    return after is not None and (at == 0 or _number_at(tokens, at - 1, language) is None)


def _runs(
    text: str, atoms: Sequence[Atom], tokens: Sequence[TextToken], language: SpokenNumbers
) -> Iterator[list[Atom]]:
    """Yields the runs of atoms with nothing but joints and fillers in between."""
    run: list[Atom] = []
    for atom in atoms:
        if run and not _joined(text, run[-1], atom, tokens, language):
            yield run
            run = []
        run.append(atom)
    if run:
        yield run


MOST_FILLERS = 2
"""Words such as "uh" that may stand between two figures of one number."""


def _joined(
    text: str, one: Atom, other: Atom, tokens: Sequence[TextToken], language: SpokenNumbers
) -> bool:
    between = tokens[one.last + 1 : other.first]
    if len(between) > MOST_FILLERS or any(t.folded not in language.fillers for t in between):
        return False
    places = [one.end, *(place for t in between for place in (t.start, t.end)), other.start]
    gaps = zip(places[::2], places[1::2], strict=True)
    return all(_JOINT.fullmatch(text, start, end) for start, end in gaps)


def _figures_of(code: Sequence[Atom]) -> Iterator[list[Atom]]:
    """Yields the runs of figures in a run of letters and figures, and long ones within a word."""
    run: list[Atom] = []
    for atom in code:
        if not atom.is_letters:
            run.append(atom)
            continue
        if run:
            yield run
            run = []
        for match in _LONG_FIGURES.finditer(atom.value):
            yield [_part(atom, match)]
    if run:
        yield run


def _part(atom: Atom, match: re.Match[str]) -> Atom:
    """Returns the matched figures of an atom of one word, whose characters all are in the text."""
    start = atom.start + match.start()
    return Atom(match.group(), start, start + len(match.group()), atom.first, atom.last)


def value_of(run: Sequence[Atom]) -> str:
    """Returns the figures and letters of a run, as one."""
    return "".join(atom.value for atom in run)
