"""Splits long texts into parts, so that one call does not keep others waiting for their voice."""

import re
from collections.abc import Iterator

from sessions_app.engine.text import marks, writing
from sessions_app.engine.text.characters import characters

LONGEST = 240
"""Most characters of a part: 15 s of speech. Longer keeps others waiting longer; shorter splits
more sentences."""

_ENDS = (
    re.compile(rf"{marks.sentence_end()}|\n"),
    re.compile(rf"{marks.clause_end()}|{marks.PHRASE_END}"),
)


def in_parts(text: str, longest: int = LONGEST) -> Iterator[tuple[int, str]]:
    """Yields (start, part): parts of `text` of at most `longest` characters, and their offsets.

    A part ends after a sentence, a clause or a word, if there is such an end after a quarter of
    `longest`. Combining characters stay with their letter, unless they alone are longer.
    """
    start = 0
    while len(text) - start > longest:
        end = _end(text, start, start + longest)
        yield start, text[start:end]
        start = end
    if start < len(text):
        yield start, text[start:]


def _end(text: str, start: int, limit: int) -> int:
    """Returns the end of the part that begins at `start`, before any blanks."""
    head, longest = text[start : limit + 1], limit - start
    for pattern in _ENDS:
        ends = (len(head[: found.end()].rstrip()) for found in pattern.finditer(head))
        end = max((end for end in ends if longest // 4 < end <= longest), default=0)
        if end:
            return start + end
    end = len(writing.whole_words(head, longest))
    if end > longest // 4:
        return start + end
    end = 0
    for character in characters(head):
        if end + len(character) > longest:
            break
        end += len(character)
    return start + (end or longest)
