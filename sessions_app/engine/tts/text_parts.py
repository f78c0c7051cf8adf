"""Texts of a bounded length: whoever speaks long must not keep others' voices waiting."""

import re
from collections.abc import Iterator

from sessions_app.engine.text import marks, writing
from sessions_app.engine.text.characters import characters

LONGEST = 240
"""Characters, a quarter of a minute of speech. An agent's sentences are shorter anyway."""

_ENDS = (
    re.compile(rf"{marks.sentence_end()}|\n"),
    re.compile(rf"{marks.clause_end()}|{marks.PHRASE_END}"),
)


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
    """Returns where the part ends that begins at `start`, before the blanks that follow it."""
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
