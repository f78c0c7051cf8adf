"""A dictionary of 284 000 English words, American and British.

The model spells what it hears by pieces of words, and now and then writes a word that does not
exist: "doxes" for "boxes", "listle" for "list all". The words are those of the lexicons in the
wheel of hibari, the embedded voice, and of the CMU Pronouncing Dictionary in that of PocketSphinx;
no code of either is imported. The CMU dictionary alone lacks too much ("yoghurt", "windscreen"), so
without hibari's every word counts as known.
"""

import gzip
import json
import re
import zlib
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.util import find_spec
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

LEXICONS = ("hibari", "assets/lexicon_*.json.gz")
CMU = ("pocketsphinx", "model/en-us/cmudict-en-us.dict")
"""A package, and its files: JSON with the words as keys; lines that begin with a word."""

SHORTEST_PART = 4
"""A word of two known ones is known: "paddleboarding". Shorter parts are in many that are none."""

_WORD = re.compile(r"[^\W\d_]+(?:['\N{RIGHT SINGLE QUOTATION MARK}][^\W\d_]+)*")


def unknown_words(text: str) -> list[str]:
    """Returns the words of a text that are not in the dictionary, as they are written.

    A word with a capital counts as a name, and as known, unless it begins a sentence. "Boxes'",
    "don't" and "mother's" are known, "ten-mile" is two words.
    """
    known, found = _known(), []
    if not len(known):
        return []
    begins = True
    for match in _WORD.finditer(text):
        word = match[0]
        if (begins or not word[0].isupper()) and not _is_known(word.lower(), known):
            found.append(word)
        begins = text[match.end() : match.end() + 1] in {".", "?", "!"}
    return found


def _is_known(word: str, known: NDArray[np.uint32]) -> bool:
    plain = word.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    forms = {plain, plain.removesuffix("'s"), plain.removesuffix("'")}
    return any(_holds(known, form) or _is_compound(form, known) for form in forms)


def _is_compound(word: str, known: NDArray[np.uint32]) -> bool:
    cuts = range(SHORTEST_PART, len(word) - SHORTEST_PART + 1)
    return any(_holds(known, word[:cut]) and _holds(known, word[cut:]) for cut in cuts)


def _holds(known: NDArray[np.uint32], word: str) -> bool:
    number = np.uint32(zlib.crc32(word.encode()))
    at = int(np.searchsorted(known, number))
    return at < len(known) and bool(known[at] == number)


@cache
def _known() -> NDArray[np.uint32]:
    """Returns the sorted CRC-32 of every word: a megabyte, which forked workers share.

    As strings they would take 33 MB. One unknown word in 15 000 counts as known by accident.
    """
    lexicons = [word for path in _files(*LEXICONS) for word in _keys(path)]
    others = [word for path in _files(*CMU) for word in _words(path)] if lexicons else []
    # without a loop of Python's own: each start waits for it
    numbers = map(zlib.crc32, map(str.encode, map(str.lower, chain(lexicons, others))))
    return np.unique(np.fromiter(numbers, np.uint32))


def _keys(path: Path) -> Iterable[str]:
    return list(json.loads(gzip.decompress(path.read_bytes())))


def _words(path: Path) -> Iterator[str]:
    """Yields the words of lines such as "read(2) R EH D"."""
    for line in path.read_text("utf-8").splitlines():
        if word := line.partition(" ")[0].partition("(")[0]:
            yield word


def _files(package: str, pattern: str) -> list[Path]:
    spec = find_spec(package)
    places = spec.submodule_search_locations if spec is not None else None
    return sorted(path for place in places or () for path in Path(place).glob(pattern))
