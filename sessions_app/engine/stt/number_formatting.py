"""Inverse text normalisation of numbers: "twenty three" is written as 23.

text2num parses numbers; a parse counts only where num2words spells that number with the same words.
What is ambiguous stays in words: digits in a row, a year, a time, a fraction.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

from num2words import num2words
from text_to_num import alpha2digit

from sessions_app.engine.stt.number_words import OF, listed
from sessions_app.engine.text.languages import base_of

LANGUAGES = frozenset({"de", "en", "es", "fr", "it", "nl", "pt"})
"""The languages of text2num 3.1, whose README lists them."""

LONGEST = 14
"""The most words that are parsed as one number. More only take longer."""

SMALLEST_ALONE = 3
"""A smaller number that stands alone stays a word: "one of them", "a second".

Higher leaves more numbers as words; lower makes figures of words that are no numbers.
"""

_SPOILS = listed("o oh o'clock oclock double triple nought")
"""English words next to a number that make it a time, or single digits."""

_SECONDS = re.compile(
    r"of\b|(?:jan|febr)uary|march|april|may\b|june|july|august|(?:sept|nov|dec)ember|october"
    r"|street|avenue|floor|time\b|century|birthday|anniversary|place|edition|president|amendment"
    r"|day\b|week\b|year\b|annual|chapter|verse|psalm|district"
)
"""Words after or before an ordinal such as "thirty-second" that tell that it is not a time span."""

_FRACTIONS = listed("hundredth thousandth millionth billionth centième millième")
"""Ordinals that after "one" (in French after any number) are rather fractions: "one hundredth"."""

_PERCENT = {("pour", "cent"), ("per", "cento")}
"""Words with "hundred" that mean percent: "dix pour cent"."""

_MILLION = 1_000_000
"""Above it, a last word below 1000 may be short for thousands: "one million two"."""

_SCALES = re.compile(r"hundred|thousand|[mb]il+[ijh]?[aeoõóã]|(?:hundert|tausend|honderd|duizend)$")
"""Multipliers. text2num does not parse the larger ones by themselves."""

_MEMBERS = re.compile(
    r"ieth$|ième$|ésim[oa]s?$|esim[oaie]$|^décimo|^(?:segund|primer|primeir)[oa]?s?$"
    r"|(?:cento|centot|mila|hundert|tausend|honderd|duizend)\w+"
)
"""Words within numbers that text2num does not parse by themselves."""

_SPELT = {"veintiún": "veintiuno"}
"""Inflected forms that text2num does not know, and those that it does."""

_SPOKEN = {"pt": ("pt", "pt_BR")}
"""num2words's locales where a language spells numbers in two ways: "dezasseis", "dezesseis"."""

_PAIR = 2
"""Words of a fraction ("one third"), and most parts of a run that is certain, such as a date."""

_CARDINAL = re.compile(r"\d+")
_ORDINAL = re.compile(r"(\d+)(?:st|nd|rd|th|\.|[ºª]|ème|[eè]re?|er|e)")
_EDGE = re.compile(r"^(\W*)(.*?)(\W*)$", re.DOTALL)


class _Figure(NamedTuple):
    """A number in figures, and how many words it stands for."""

    text: str
    words: int
    ordinal: bool = False


class _Run(NamedTuple):
    """A run of number words, words[at:end], and what is written for it."""

    at: int
    end: int
    written: list[str]


def with_figures(text: str, language: str) -> str:
    """Returns `text` with numbers and ordinals in figures; unchanged outside LANGUAGES.

    A lone "one" or "second" stays a word, as does any ambiguous number.
    """
    base = base_of(language)
    if base not in LANGUAGES:
        return text
    words = text.split()
    runs: list[_Run] = []
    at = 0
    while at < len(words):
        end = max(_run_end(words, at, base), at)
        if end > at:
            runs.append(_Run(at, end, _convert(words, at, end, base)))
        at = max(end, at + 1)
    return " ".join(_assemble(words, _consistent_lists(runs, words, base)))


def _assemble(words: Sequence[str], runs: Sequence[_Run]) -> list[str]:
    out: list[str] = []
    at = 0
    for run in runs:
        out += [*words[at : run.at], *run.written]
        at = run.end
    return [*out, *words[at:]]


def _consistent_lists(runs: Sequence[_Run], words: Sequence[str], base: str) -> list[_Run]:
    """Returns the runs; if one number of a list stays in words, all of that list do."""
    out: list[_Run] = []
    chain: list[_Run] = []
    for run in runs:
        if chain and not _is_listed(words, chain[-1].end, run.at, base):
            out += _all_or_none(chain, words)
            chain = []
        chain.append(run)
    return [*out, *_all_or_none(chain, words)]


def _all_or_none(chain: Sequence[_Run], words: Sequence[str]) -> list[_Run]:
    """Returns the runs of one list, in words where any of them was not converted."""
    spoken = [list(words[run.at : run.end]) for run in chain]
    if all(list(run.written) != own for run, own in zip(chain, spoken, strict=True)):
        return list(chain)
    return [run._replace(written=own) for run, own in zip(chain, spoken, strict=True)]


def _is_listed(words: Sequence[str], end: int, at: int, base: str) -> bool:
    """Returns whether the words between two runs (a comma, "and", "or") make them one list."""
    between = [_normalised(word) for word in words[end:at]]
    if not between:
        return not words[end - 1][-1].isalnum()
    return len(between) == 1 and between[0] in OF[base].listing


def _run_end(words: Sequence[str], at: int, base: str) -> int:
    """Returns the end of the run of number words that begins at `at`; `at` itself for no run."""
    end = number = at
    if at and (_normalised(words[at - 1]), _normalised(words[at])) in _PERCENT:
        return at
    joints = OF[base].within | OF[base].point
    while number < len(words):
        bare = _normalised(words[number])
        if _is_number(bare, base) or (base == "en" and number > at and bare in _SPOILS):
            end = number + 1
        elif number == at or bare not in joints:
            break
        if not words[number][-1].isalnum():
            break  # punctuation ends a number
        number += 1
    return end


def _convert(words: Sequence[str], at: int, end: int, base: str) -> list[str]:
    """Returns a run in figures; in words where any of it is ambiguous."""
    run = list(words[at:end])
    bare = [_normalised(word) for word in run]
    before = _normalised(words[at - 1]) if at else ""
    after = " ".join(_normalised(word) for word in words[end : end + 3])
    if _is_doubtful(bare, before, after, base):
        return run
    parsed: list[_Figure | str] = []
    number = 0
    while number < len(bare):
        figure = _longest_number(bare[number:], base)
        parsed.append(figure or run[number])
        number += figure.words if figure else 1
    if not _is_certain(parsed, before, base):
        return run
    start, close = _EDGE.sub(r"\1", run[0]), _EDGE.sub(r"\3", run[-1])
    written = [item.text if isinstance(item, _Figure) else item for item in parsed]
    written[0] = written[0] if written[0].startswith(start) else start + written[0]
    written[-1] = written[-1] if written[-1].endswith(close) and close else written[-1] + close
    return written


def _is_doubtful(words: Sequence[str], before: str, after: str, base: str) -> bool:
    """Returns whether the words around a run of number words make it ambiguous."""
    known, following = OF[base], after.split(" ", maxsplit=1)[0]
    if base == "en" and not _SPOILS.isdisjoint([*words, before, following]):
        return True
    if before in known.articles and _SCALES.match(words[0]):
        return True  # "a hundred and five"
    if before in known.point or following in known.point or known.parts.match(after):
        return True
    if len(words) == _PAIR and words[1] in _FRACTIONS and (base == "fr" or words[0] == "one"):
        return True
    return base == "en" and words[-1] == "second" and not _is_member(words, before, after)


def _is_member(words: Sequence[str], before: str, after: str) -> bool:
    """Returns whether a run that ends with "second" is an ordinal, not a span of time."""
    if len(words) == 1 or _SECONDS.match(after) or _SECONDS.match(before):
        return True
    return before == "the" and not after


def _is_certain(parsed: Sequence[_Figure | str], before: str, base: str) -> bool:
    """Returns whether a run is unambiguous: one number, a day with its year, or "1.5 million"."""
    first = parsed[0]
    if not isinstance(first, _Figure) or (first.ordinal and before in OF[base].articles):
        return False
    if len(parsed) == 1:
        return True
    if len(parsed) > _PAIR:
        return False
    if isinstance(parsed[1], _Figure):
        return first.ordinal and not parsed[1].ordinal
    return OF[base].mark in first.text and bool(_SCALES.match(_normalised(parsed[1])))


def _longest_number(words: Sequence[str], base: str) -> _Figure | None:
    """Returns the longest number at the beginning of a run."""
    for count in range(min(len(words), LONGEST), 0, -1):
        alone = count == len(words) == 1
        text, ordinal = _parse_number(tuple(words[:count]), base)
        if not text:
            continue
        if alone and (words[0] in OF[base].alone or _SCALES.search(words[0])):
            return None
        first = _CARDINAL.match(text)
        if alone and first and int(first[0]) < SMALLEST_ALONE:
            return None
        return _Figure(text, count, ordinal)
    return None


@lru_cache(maxsize=4096)
def _parse_number(words: tuple[str, ...], base: str) -> tuple[str, bool]:
    """Returns these words as one number in figures, and whether it is ordinal; "" for no number."""
    known = OF[base]
    point = next((n for n, word in enumerate(words) if word in known.point), 0)
    if point:
        whole, _ = _parse_number(words[:point], base)
        digits = _digits(words[point + 1 :], base)
        return (f"{whole}{known.mark}{digits}", False) if whole and digits else ("", False)
    text = str(alpha2digit(" ".join(words), base, threshold=0))
    if _CARDINAL.fullmatch(text) and _reads_as(int(text), words, base):
        return ("", False) if _is_elliptic(int(text), words, base) else (text, False)
    ordinal = _ORDINAL.fullmatch(text)
    if ordinal and _reads_as(int(ordinal[1]), words, base, "ordinal"):
        return text, True
    return "", False


def _is_elliptic(number: int, words: Sequence[str], base: str) -> bool:
    """Returns whether a number may be elliptic: "one million two" for two hundred thousand."""
    joined = base in ("de", "en") and not OF[base].within.isdisjoint(words)
    return number > _MILLION and 0 < number % _MILLION < 1000 and not joined  # noqa: PLR2004


def _digits(words: Sequence[str], base: str) -> str:
    """Returns the digits after a decimal point, read one by one or as one number of two digits."""
    parsed = [_parse_number((word,), base)[0] for word in words]
    if parsed and all(len(digit) == 1 for digit in parsed):
        return "".join(parsed)
    whole = _parse_number(tuple(words), base)[0] if base != "en" and words else ""
    return whole if len(whole) == 2 else ""  # noqa: PLR2004 - see above


@lru_cache(maxsize=4096)
def _is_number(word: str, base: str) -> bool:
    if not word:
        return False
    return (
        bool(_SCALES.match(word) or _MEMBERS.search(word))
        or str(alpha2digit(word, base, threshold=0)) != word
    )


def _normalised(word: str) -> str:
    """Returns a word in lower case, without punctuation, in the form that text2num knows."""
    bare = _EDGE.sub(r"\2", word).lower()
    return _SPELT.get(bare, bare)


def _reads_as(number: int, words: Sequence[str], base: str, kind: str = "cardinal") -> bool:
    """Returns whether num2words spells `number` with these words.

    Endings, blanks and joining words ("and") may differ; a plural may not: "the nines".
    """
    key = _key(" ".join(words), base)
    spellings = (str(num2words(number, lang=lang, to=kind)) for lang in _SPOKEN.get(base, (base,)))
    plural = words[-1].endswith("s")
    return any(_key(one, base) == key and (one.endswith("s") or not plural) for one in spellings)


def _key(text: str, base: str) -> str:
    """Returns a number's letters without accents, endings, blanks, joining words and "one"."""
    plain = unicodedata.normalize("NFD", text.lower())
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    words = re.findall(r"[a-z]+", plain)
    kept = [word for word in words if word not in OF[base].within]
    joined = "".join(_ENDING.sub("", word) for word in kept)
    return _FIRST_ONE.sub("", joined)


_ENDING = re.compile(r"[aeos]+$|(?<=t)(?:e[nrsm]?)$")
_FIRST_ONE = re.compile(r"^(?:on|ein|un|um)(?=hundred|thousand|hundert|tausend|mill|mil)")
