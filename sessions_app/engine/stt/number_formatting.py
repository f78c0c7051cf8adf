"""Numbers that were said as words, written as figures: "twenty three" is 23.

text2num finds them, and is believed where num2words says the same number in the same words. What
is uncertain stays as it was said: digits in a row, a year, a time, a fraction.
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
"""The most words that are tried as one number. More only take longer."""

LEAST = 3
"""A smaller number that stands alone stays a word: "one of them", "a second"."""

_SPOILS = listed("o oh o'clock oclock double triple nought")
"""English words beside a number that make it a time, or digits."""

_SECONDS = re.compile(
    r"of\b|(?:jan|febr)uary|march|april|may\b|june|july|august|(?:sept|nov|dec)ember|october"
    r"|street|avenue|floor|time\b|century|birthday|anniversary|place|edition|president|amendment"
    r"|day\b|week\b|year\b|annual|chapter|verse|psalm|district"
)
"""What follows a thirty-second that is none of time, or comes before it."""

_FRACTIONS = listed("hundredth thousandth millionth billionth centième millième")
"""One of them is rather a part than a member; in French two are, too."""

_PERCENT = {("pour", "cent"), ("per", "cento")}
"""A hundred that is the name of a sign: "dix pour cent"."""

_MILLION = 1_000_000
_SCALES = re.compile(r"hundred|thousand|[mb]il+[ijh]?[aeoõóã]|(?:hundert|tausend|honderd|duizend)$")
"""Words that count others; the larger ones are no numbers by themselves to text2num."""

_MEMBERS = re.compile(
    r"ieth$|ième$|ésim[oa]s?$|esim[oaie]$|^décimo|^(?:segund|primer|primeir)[oa]?s?$"
    r"|(?:cento|centot|mila|hundert|tausend|honderd|duizend)\w+"
)
"""Parts of numbers that text2num does not know alone."""

_SPELT = {"veintiún": "veintiuno"}
"""Forms that text2num does not know: as they stand before a noun, or "mil"."""

_SPOKEN = {"pt": ("pt", "pt_BR")}
"""Languages that say some numbers in two ways: "dezasseis" and "dezesseis"."""

_PAIR = 2
_CARDINAL = re.compile(r"\d+")
_ORDINAL = re.compile(r"(\d+)(?:st|nd|rd|th|\.|[ºª]|ème|[eè]re?|er|e)")
_EDGE = re.compile(r"^(\W*)(.*?)(\W*)$", re.DOTALL)


class _Figure(NamedTuple):
    text: str
    words: int
    ordinal: bool = False


class _Run(NamedTuple):
    """Words that are numbers, and as they are told."""

    at: int
    end: int
    told: list[str]


def with_figures(text: str, language: str) -> str:
    """Returns `text` with its numbers and ordinals as figures; unchanged in other languages.

    A lone "one" or "second" stays a word, as does whatever could be another number.
    """
    base = base_of(language)
    if base not in LANGUAGES:
        return text
    said = text.split()
    runs: list[_Run] = []
    at = 0
    while at < len(said):
        end = max(_run_end(said, at, base), at)
        if end > at:
            runs.append(_Run(at, end, _figured(said, at, end, base)))
        at = max(end, at + 1)
    return " ".join(_put(said, _alike(runs, said, base)))


def _put(said: Sequence[str], runs: Sequence[_Run]) -> list[str]:
    out: list[str] = []
    at = 0
    for run in runs:
        out += [*said[at : run.at], *run.told]
        at = run.end
    return [*out, *said[at:]]


def _alike(runs: Sequence[_Run], said: Sequence[str], base: str) -> list[_Run]:
    """Returns the runs with all numbers of one list in words where one of them is: "one, two"."""
    out: list[_Run] = []
    chain: list[_Run] = []
    for run in runs:
        if chain and not _is_listed(said, chain[-1].end, run.at, base):
            out += _of_one_kind(chain, said)
            chain = []
        chain.append(run)
    return [*out, *_of_one_kind(chain, said)]


def _of_one_kind(chain: Sequence[_Run], said: Sequence[str]) -> list[_Run]:
    words = [said[run.at : run.end] for run in chain]
    if all(list(run.told) != list(own) for run, own in zip(chain, words, strict=True)):
        return list(chain)
    return [run._replace(told=list(own)) for run, own in zip(chain, words, strict=True)]


def _is_listed(said: Sequence[str], end: int, at: int, base: str) -> bool:
    """Returns whether what lies between two runs of numbers makes them one list."""
    between = [_bare(word) for word in said[end:at]]
    if not between:
        return not said[end - 1][-1].isalnum()
    return len(between) == 1 and between[0] in OF[base].listing


def _run_end(said: Sequence[str], at: int, base: str) -> int:
    """Returns where the run of number words ends that begins at `at`; `at` for none."""
    end = number = at
    if at and (_bare(said[at - 1]), _bare(said[at])) in _PERCENT:
        return at
    joints = OF[base].within | OF[base].point
    while number < len(said):
        bare = _bare(said[number])
        if _is_number(bare, base) or (base == "en" and number > at and bare in _SPOILS):
            end = number + 1
        elif number == at or bare not in joints:
            break
        if not said[number][-1].isalnum():
            break  # a mark parts numbers
        number += 1
    return end


def _figured(said: Sequence[str], at: int, end: int, base: str) -> list[str]:
    """Returns a run with figures; as it was said where any of it is uncertain."""
    run = list(said[at:end])
    words = [_bare(word) for word in run]
    before = _bare(said[at - 1]) if at else ""
    after = " ".join(_bare(word) for word in said[end : end + 3])
    if _is_doubtful(words, before, after, base):
        return run
    found: list[_Figure | str] = []
    number = 0
    while number < len(words):
        figure = _longest(words[number:], base)
        found.append(figure or run[number])
        number += figure.words if figure else 1
    if not _certain(found, before, base):
        return run
    start, close = _EDGE.sub(r"\1", run[0]), _EDGE.sub(r"\3", run[-1])
    told = [item.text if isinstance(item, _Figure) else item for item in found]
    told[0] = told[0] if told[0].startswith(start) else start + told[0]
    told[-1] = told[-1] if told[-1].endswith(close) and close else told[-1] + close
    return told


def _is_doubtful(words: Sequence[str], before: str, after: str, base: str) -> bool:
    """Returns whether what stands beside a run of number words may make it another thing."""
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
    """Returns whether a number with "second" is of a day, a street or the like, not of time."""
    if len(words) == 1 or _SECONDS.match(after) or _SECONDS.match(before):
        return True
    return before == "the" and not after


def _certain(found: Sequence[_Figure | str], before: str, base: str) -> bool:
    """Returns whether a run can be nothing else: a number, a day with its year, "1.5 million"."""
    first = found[0]
    if not isinstance(first, _Figure) or (first.ordinal and before in OF[base].articles):
        return False
    if len(found) == 1:
        return True
    if len(found) > _PAIR:
        return False
    if isinstance(found[1], _Figure):
        return first.ordinal and not found[1].ordinal
    return OF[base].mark in first.text and bool(_SCALES.match(_bare(found[1])))


def _longest(words: Sequence[str], base: str) -> _Figure | None:
    """Returns the longest number at the beginning of a run."""
    for count in range(min(len(words), LONGEST), 0, -1):
        alone = count == len(words) == 1
        text, ordinal = _figure(tuple(words[:count]), base)
        if not text:
            continue
        if alone and (words[0] in OF[base].alone or _SCALES.search(words[0])):
            return None
        first = _CARDINAL.match(text)
        if alone and first and int(first[0]) < LEAST:
            return None
        return _Figure(text, count, ordinal)
    return None


@lru_cache(maxsize=4096)
def _figure(words: tuple[str, ...], base: str) -> tuple[str, bool]:
    """Returns what these words are as one number, and whether it is an ordinal; "" for none."""
    known = OF[base]
    point = next((n for n, word in enumerate(words) if word in known.point), 0)
    if point:
        whole, _ = _figure(words[:point], base)
        digits = _digits(words[point + 1 :], base)
        return (f"{whole}{known.mark}{digits}", False) if whole and digits else ("", False)
    text = str(alpha2digit(" ".join(words), base, threshold=0))
    if _CARDINAL.fullmatch(text) and _same(int(text), words, base):
        return ("", False) if _is_elliptic(int(text), words, base) else (text, False)
    ordinal = _ORDINAL.fullmatch(text)
    if ordinal and _same(int(ordinal[1]), words, base, "ordinal"):
        return text, True
    return "", False


def _is_elliptic(number: int, words: Sequence[str], base: str) -> bool:
    """Returns whether more may be meant than was said: "one million two" hundred thousand."""
    joined = base in ("de", "en") and not OF[base].within.isdisjoint(words)
    return number > _MILLION and 0 < number % _MILLION < 1000 and not joined  # noqa: PLR2004


def _digits(words: Sequence[str], base: str) -> str:
    """Returns what follows a decimal point: digit by digit, or one number of two digits."""
    found = [_figure((word,), base)[0] for word in words]
    if found and all(len(digit) == 1 for digit in found):
        return "".join(found)
    whole = _figure(tuple(words), base)[0] if base != "en" and words else ""
    return whole if len(whole) == 2 else ""  # noqa: PLR2004 - see above


@lru_cache(maxsize=4096)
def _is_number(word: str, base: str) -> bool:
    if not word:
        return False
    return (
        bool(_SCALES.match(word) or _MEMBERS.search(word))
        or str(alpha2digit(word, base, threshold=0)) != word
    )


def _bare(word: str) -> str:
    bare = _EDGE.sub(r"\2", word).lower()
    return _SPELT.get(bare, bare)


def _same(number: int, words: Sequence[str], base: str, kind: str = "cardinal") -> bool:
    """Returns whether words say a number, but for endings, blanks and the little words.

    A plural that the number does not have is none: "the nines", "des vingts".
    """
    said = _key(" ".join(words), base)
    made = (str(num2words(number, lang=lang, to=kind)) for lang in _SPOKEN.get(base, (base,)))
    plural = words[-1].endswith("s")
    return any(_key(one, base) == said and (one.endswith("s") or not plural) for one in made)


def _key(text: str, base: str) -> str:
    plain = unicodedata.normalize("NFD", text.lower())
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    words = re.findall(r"[a-z]+", plain)
    kept = [word for word in words if word not in OF[base].within]
    joined = "".join(_ENDING.sub("", word) for word in kept)
    return _FIRST_ONE.sub("", joined)


_ENDING = re.compile(r"[aeos]+$|(?<=t)(?:e[nrsm]?)$")
_FIRST_ONE = re.compile(r"^(?:on|ein|un|um)(?=hundred|thousand|hundert|tausend|mill|mil)")
