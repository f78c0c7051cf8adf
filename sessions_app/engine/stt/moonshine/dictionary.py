"""Which words are English: those of the CMU Pronouncing Dictionary, 134 000 of them.

The model spells what it hears by pieces of words, and now and then writes a word that does not
exist: "doxes" for "boxes", "listle" for "list all". The dictionary lies in the wheel of
PocketSphinx, whose code is not imported; where it is not there, every word counts as known.
"""

import re
import zlib
from collections.abc import Iterable
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

PACKAGE, FILE = "pocketsphinx", "model/en-us/cmudict-en-us.dict"

_WORD = re.compile(r"[^\W\d_]+(?:['\N{RIGHT SINGLE QUOTATION MARK}][^\W\d_]+)*")


def odd_words(text: str) -> list[str]:
    """Returns the words of a text that are not English, as they are written.

    Names are none of them: a word with a capital counts as known, unless it begins a sentence.
    "Boxes'", "don't" and "mother's" are known, "ten-mile" is two words.
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
    return any(_holds(known, zlib.crc32(form.encode())) for form in forms)


def _holds(known: NDArray[np.uint32], number: int) -> bool:
    at = int(np.searchsorted(known, np.uint32(number)))
    return at < len(known) and int(known[at]) == number


@cache
def _known() -> NDArray[np.uint32]:
    """Returns the sorted CRC-32 of every word: half a megabyte, which forked workers share.

    As strings they would take 12 MB. One unknown word in 32 000 counts as known by accident.
    """
    path = _path()
    words = _words(path.read_text("utf-8").splitlines()) if path is not None else ()
    return np.unique(np.fromiter((zlib.crc32(word.encode()) for word in words), np.uint32))


def _words(lines: Iterable[str]) -> Iterable[str]:
    """Yields the words of lines such as "read(2) R EH D"."""
    for line in lines:
        word = line.partition(" ")[0].partition("(")[0].strip().lower()
        if word:
            yield word


def _path() -> Path | None:
    spec = find_spec(PACKAGE)
    places = spec.submodule_search_locations if spec is not None else None
    found = [Path(place) / FILE for place in places or ()]
    return next((path for path in found if path.is_file()), None)
