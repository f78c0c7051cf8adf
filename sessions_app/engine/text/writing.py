"""Finds words and sentences and joins them, in every script. Pure and thread-safe.

All code that counts words, splits or joins texts, or ends a sentence uses this module;
`characters` knows what a character is. Words follow UAX 29; Chinese, Japanese, Thai,
Lao, Khmer and Burmese words, which no blank separates, are found by ICU's dictionaries (icu4py).
Offsets are those of Python strings. A text of a hundred words takes about 0.2 ms.
"""

import itertools
import re
import unicodedata
from collections.abc import Iterable
from typing import NamedTuple

from icu4py.breakers import WordBreaker

from sessions_app.engine.text.characters import segments
from sessions_app.engine.text.languages import base_of
from sessions_app.engine.text.marks import (
    ALSO_CLOSE,
    ASCII_CLAUSES,
    ASCII_ENDS,
    CLOSERS,
    DENSE,
    GREEK_QUESTION,
    OPENERS,
    OWN_CLAUSES,
    OWN_ENDS,
    PHRASED,
    SPACED,
    clause_end,
    closing,
    sentence_end,
)

# -- scripts --------------------------------------------------------------------------------

_dense = re.compile(f"[{DENSE}]")
_phrased = re.compile(f"[{PHRASED}]")
_spaceless = re.compile(f"[{DENSE}{PHRASED}]")

# -- marks ----------------------------------------------------------------------------------

_CLAUSE_CHARACTERS = frozenset(ASCII_CLAUSES + OWN_CLAUSES)
_AT_END = re.compile(rf"(?:[{ASCII_ENDS}{OWN_ENDS}]|{GREEK_QUESTION}){closing()}$")
_QUESTION_AT_END = re.compile(rf"(?:[?？؟﹖⁇⁈፧]|{GREEK_QUESTION}|՞\w*[։.:]?)[!！]*{closing()}$")
_OPEN_END = re.compile(r"(?:\.\.\.|[…⋯,，、﹐﹑､،՝፣၊\u2013\u2014-])$")
_CLOSERS_AT_END = re.compile(rf"(?:[{CLOSERS}{ALSO_CLOSE}]|[{SPACED}]+[»\u203a])+$")
_SENTENCES = re.compile(sentence_end())
_MARKED = re.compile(clause_end())
_ATOMS = re.compile(rf"[{PHRASED}]|(?=[^\W_])[{DENSE}]|(?:(?![{DENSE}{PHRASED}])[^\W_])+")

_FULL_STOPS = (
    (_dense, "。"),
    (re.compile("[\u0900-\u0a7f\u0b00-\u0b7f]"), "।"),
    (re.compile("[\u1000-\u109f]"), "။"),
    (re.compile("[\u1780-\u17ff]"), "។"),
    (re.compile("[\u0f00-\u0fff]"), "།"),
    (re.compile("[\u0530-\u058f]"), "։"),
    (re.compile("[\u1200-\u139f]"), "።"),
    (re.compile("[\u0e00-\u0eff]"), ""),  # Thai and Lao: a blank ends a sentence
)
_FULL_STOPS_OF = {"ur": "۔", "ks": "۔", "sd": "۔", "mr": ".", "kok": "."}

_CUT_OFF = re.compile(r"['\u2019][a-z]\s+")
"""An elided word that may begin a Dutch sentence: in "'s Avonds" the next one has the capital."""

_MIXED = re.compile(r"[a-z]+[A-Z]")
"""A word with a capital within it: "iPhone"."""

_HYPHENS = frozenset("-\u2010\u2011")
_DASH = re.compile(r"(?<=\w)(?:\u2014+|\u2026+|\.{3,})(?=\w)|(?<=[^\W\d])\u2013(?=[^\W\d])")
"""A dash or ellipsis between two words without blanks; between digits an en dash is a range."""


class Token(NamedTuple):
    """A word with the marks that belong to it, and whether a blank follows it."""

    text: str
    blank: bool


# -- words ----------------------------------------------------------------------------------


def word_spans(text: str) -> list[tuple[int, int]]:
    """Returns start and end of each word without marks; hyphens and apostrophes belong to it."""
    spans: list[tuple[int, int]] = []
    at, glued = 0, False
    for segment in segments(WordBreaker, text):
        end = at + len(segment)
        if any(map(str.isalnum, segment)):
            if glued and spans and not _spaceless.search(text[at - 2] + segment[0]):
                spans[-1] = (spans[-1][0], end)
            else:
                spans.append((at, end))
            glued = False
        else:
            glued = segment in _HYPHENS and bool(spans) and spans[-1][1] == at
        at = end
    return spans


def words(text: str) -> list[str]:
    """Returns the words of `text` as they are written, without marks."""
    return [text[start:end] for start, end in word_spans(text)]


def plain_words(text: str) -> list[str]:
    """Returns the words of `text` for comparing: in lower case, with straight apostrophes."""
    return words(unicodedata.normalize("NFC", text).lower().replace("\u2019", "'"))


def atom_spans(text: str) -> list[tuple[int, int]]:
    """Returns start and end of the smallest units of words: a Han character, a run of letters.

    Texts that are split into words differently have the same atoms.
    """
    return [found.span() for found in _ATOMS.finditer(text)]


def letters(text: str) -> str:
    """Returns the letters and digits of `text` for comparing, without case, marks and blanks."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(filter(str.isalnum, plain))


def count(text: str) -> int:
    """Returns how many words `text` has."""
    return len(word_spans(text))


def tokens(text: str) -> list[Token]:
    """Returns the words of `text` with their marks, split where a line may break.

    That is at blanks or, in scripts without blanks, at words. Tokens joined with their blanks are
    `text` with single blanks.
    """
    spans = token_spans(text)
    follows = [start for start, _ in spans[1:]]
    inner = [
        Token(text[start:end], blank=end < later)
        for (start, end), later in zip(spans, follows, strict=False)
    ]
    return [*inner, *(Token(text[start:end], blank=False) for start, end in spans[-1:])]


def token_spans(text: str) -> list[tuple[int, int]]:
    """Returns start and end of each word with the marks that touch it.

    "well-known", "can't" and "example.com" are one each; a dash ends one.
    """
    spans: list[tuple[int, int]] = []
    for chunk in re.finditer(r"\S+", text):
        at = chunk.start()
        parts = (
            _split_spaceless(chunk.group()) if _spaceless.search(chunk.group()) else [chunk.group()]
        )
        for part in itertools.chain.from_iterable(map(_undashed, parts)):
            spans.append((at, at + len(part)))
            at += len(part)
    return spans


def together(run: Iterable[Token]) -> str:
    """Returns tokens as one text, without a blank at its end."""
    return "".join(f"{token.text} " if token.blank else token.text for token in run).rstrip()


def join_words(parts: Iterable[str]) -> str:
    """Returns words as one text, with a blank only where their scripts have one."""
    return _joined(parts, phrases=False)


def join_sentences(parts: Iterable[str]) -> str:
    """Returns sentences, or parts of one, as one text; like words, but Thai and kin get a blank."""
    return _joined(parts, phrases=True)


def parted(before: str, after: str) -> bool:
    """Returns whether two adjoining texts may be separate words without a blank (Han, Kana)."""
    return bool(_dense.match(before[-1:]) or _dense.match(after[:1]))


def blank_between(before: str, after: str) -> bool:
    """Returns whether their scripts put a blank between two words."""
    return bool(before and after) and _blank_between(before, after, phrases=False)


def is_spaceless(text: str) -> bool:
    """Returns whether `text` has a script without blanks between words."""
    return _spaceless.search(text) is not None


def after_words(text: str, many: int) -> int | None:
    """Returns where `text` continues after its first `many` words; None if it has no more.

    In a script without blanks that is the start of the next word. Where blanks separate phrases it
    is a blank, unless three times as many words come without one.
    """
    if not _spaceless.search(text):
        match = re.match(rf"\s*(?:\S+\s+){{{many}}}", text)
        return match.end() if match else None
    spans = word_spans(text)
    for index in range(many, len(spans)):
        end, start = spans[index - 1][1], spans[index][0]
        cut = end + len(text[end:start].rstrip(OPENERS))
        if not _phrased.match(text[end - 1]) or text[end:start].isspace() or index >= 3 * many:
            return cut
    return None


def whole_words(text: str, end: int) -> str:
    """Returns `text` up to `end`, without a word that `end` would split.

    The marks after a word belong to it.
    """
    if end >= len(text):
        return text
    return text[: max((stop for _, stop in token_spans(text) if stop <= end), default=0)]


def clip(text: str, most: int) -> str:
    """Returns `text`, shortened at a word to about `most` characters and "…"."""
    return text if len(text) <= most else (whole_words(text, most) or text[:most]) + "…"


def clip_start(text: str, most: int) -> str:
    """Returns the end of `text`, shortened at a word to about `most` characters after "…"."""
    if len(text) <= most:
        return text
    cut = len(text) - most
    starts = (start for start, _ in word_spans(text) if start >= cut)
    return "…" + text[next(starts, cut) :]


# -- sentences ------------------------------------------------------------------------------


def ends_sentence(text: str) -> bool:
    """Returns whether `text` ends with a mark that ends a sentence, closing quotes aside."""
    return _AT_END.search(text.rstrip()) is not None


def ends_quote(text: str) -> bool:
    """Returns whether `text` ends with a mark that closes a quote or a bracket."""
    return _CLOSERS_AT_END.search(text.rstrip()) is not None


def ends_question(text: str) -> bool:
    """Returns whether `text` ends with a question mark of its script."""
    return _QUESTION_AT_END.search(text.rstrip()) is not None


def goes_on(text: str) -> bool:
    """Returns whether `text` ends with a mark that announces more: a comma, a dash, "…"."""
    return _OPEN_END.search(text.rstrip()) is not None


def ends_clause(text: str) -> bool:
    """Returns whether `text` ends with a mark within a sentence, after which a voice pauses."""
    return text.rstrip().endswith((*_CLAUSE_CHARACTERS, "\u2014"))


def has_marks(text: str) -> bool:
    """Returns whether `text` has punctuation of sentences or clauses."""
    return _MARKED.search(f"{text} ") is not None


def sentences(text: str) -> list[str]:
    """Returns `text` split after each mark that ends a sentence, without the blanks between."""
    cuts = [0, *(found.end() for found in _SENTENCES.finditer(text)), len(text)]
    pieces = (text[start:end].strip() for start, end in itertools.pairwise(cuts))
    return [piece for piece in pieces if piece]


def closed(text: str, language: str = "") -> str:
    """Returns `text` with the full stop of its script, unless it ends with a mark of its own.

    `language` (BCP 47) decides where languages share a script: Urdu's full stop is not Arabic's.
    """
    clean = text.rstrip()
    bare = _CLOSERS_AT_END.sub("", clean)
    if not bare or ends_sentence(clean) or ends_clause(bare) or goes_on(bare):
        return clean
    return clean + full_stop(bare, language)


def full_stop(text: str, language: str = "") -> str:
    """Returns the full stop of the script that `text` ends in; empty where it has none."""
    last = next((c for c in reversed(text) if c.isalpha() or _spaceless.match(c)), "")
    if not last.isascii() and (own := _FULL_STOPS_OF.get(base_of(language))):
        return own
    return next((stop for script, stop in _FULL_STOPS if last and script.match(last)), ".")


def capitalised(text: str, language: str = "") -> str:
    """Returns `text` with a capital at its beginning, where its script has capitals.

    Opening marks before it are skipped. A word with a capital within it ("iPhone") stays.
    """
    base, at = base_of(language), 0
    if base in ("nl", "af") and (cut_off := _CUT_OFF.match(text)):
        at = cut_off.end()
    while text[at : at + 1] and (text[at] in OPENERS or (at and text[at] in SPACED)):
        at += 1
    first = text[at : at + 1]
    if _MIXED.match(text, at):
        return text
    if first == "i" and base in ("tr", "az"):
        first = "\u0130"
    elif base == "nl" and text.startswith("ij", at):
        return f"{text[:at]}IJ{text[at + 2 :]}"
    return text[:at] + first.title() + text[at + 1 :]


def _split_spaceless(chunk: str) -> list[str]:
    """Returns a run without blanks split at its words; marks stay with their words."""
    parts: list[str] = []
    opened = False
    for segment in segments(WordBreaker, chunk):
        is_word = any(map(str.isalnum, segment))
        opens = segment in OPENERS and not (segment in CLOSERS and parts and not opened)
        if (parts and not opened and not is_word and not opens) or (parts and opened):
            parts[-1] += segment
        else:
            parts.append(segment)
        opened = opens or (opened and not is_word)
    merged: list[str] = []
    for part in parts:
        # ICU splits "well-known" and "a@b.org" at their marks
        if merged and part[0] not in OPENERS and not _spaceless.search(merged[-1][-1] + part[0]):
            merged[-1] += part
        else:
            merged.append(part)
    return merged


def _undashed(word: str) -> list[str]:
    """Returns a run without blanks split after its dashes."""
    cuts = [0, *(dash.end() for dash in _DASH.finditer(word)), len(word)]
    return [word[start:end] for start, end in itertools.pairwise(cuts)]


def _joined(parts: Iterable[str], *, phrases: bool) -> str:
    joined = ""
    for part in filter(None, (part.strip() for part in parts)):
        joined += f" {part}" if joined and _blank_between(joined, part, phrases=phrases) else part
    return joined


def _blank_between(before: str, after: str, *, phrases: bool) -> bool:
    last = _CLOSERS_AT_END.sub("", before)[-1:] or before[-1]
    first = after.lstrip(OPENERS)[:1] or after[0]
    if _dense.match(last) or (_dense.match(first) and last.isalnum()):
        return False
    return phrases or not (_phrased.match(last) and _phrased.match(first))
