"""Texts of a bounded length: whoever speaks long must not keep others' voices waiting."""

import unicodedata
from collections.abc import Iterator

LONGEST = 240
"""Characters, a quarter of a minute of speech. An agent's sentences are shorter anyway."""

_ENDS = ".!?…\n。\uff01\uff1f"
_MARKS = ",;:、\uff0c\uff1b"


def in_parts(text: str, longest: int = LONGEST) -> Iterator[tuple[int, str]]:
    """Yields `text` in parts of `longest` characters at most, each with where it begins.

    They end after a sentence, a mark or a word where there is one past the first quarter of that
    length; never between a letter and its marks, unless those alone are longer.
    """
    start = 0
    while len(text) - start > longest:
        end = _end(text, start, start + longest)
        yield start, text[start:end]
        start = end
    if start < len(text):
        yield start, text[start:]


def _end(text: str, start: int, limit: int) -> int:
    earliest = start + (limit - start) // 4
    for ends in (_ENDS, _MARKS):
        for at in range(limit - 1, earliest, -1):
            # a mark within a number or an abbreviation is no end
            if text[at - 1] in ends and (text[at].isspace() or not text[at - 1].isascii()):
                return at
    for at in range(limit - 1, earliest, -1):
        if text[at].isspace():
            return at
    for at in range(limit, earliest, -1):
        if not unicodedata.category(text[at]).startswith("M") and text[at] != "\u200d":
            return at
    return limit
