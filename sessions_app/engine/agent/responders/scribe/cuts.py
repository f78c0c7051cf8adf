"""What stands in a caller's words from one place to another. Pure."""

import re
from collections.abc import Sequence

from sessions_app.engine.agent.responders.scribe.words import PlainWord
from sessions_app.engine.text.stops import is_abbreviated

_DOTTED = re.compile(r"\W*(?:[^\W\d]\.)+")
"""Such as "p.m." or "U.S."."""

_SIGNS = re.compile(r"(?<!\S)(?=\S*[^\s:;,.!?\u2026\u2013\u2014-])\S+(?!\S)")
"""A run of signs between blanks, such as "-->" or ":-)"; a lone mark or dash is none."""


def cut(text: str, words: Sequence[PlainWord], start: int, end: int) -> str:
    """Returns `text` from one word to another, without a comma or colon at its end."""
    if start >= end:
        return ""
    return text[words[start].start : words[end - 1].end].rstrip(",;: ")


def with_signs(text: str, words: Sequence[PlainWord], first: int, last: int) -> str:
    """Returns `text` from word `first` to before `last`, with the signs beside it: "well done :-)".

    Punctuation between the command and the text is left out.
    """
    since = words[first - 1].end if first else 0
    until = words[last].start if last < len(words) else len(text)
    start, end = words[first].start, words[last - 1].end
    before, after = (_SIGNS.search(text, since, start), [*_SIGNS.finditer(text, end, until)])
    return text[before.start() if before else start : after[-1].end() if after else end]


def without_stop(text: str) -> str:
    """Returns `text` without its final full stop or comma; an abbreviation's full stop stays."""
    if not text:
        return ""
    text = text.rstrip(",;: ")
    last = text.rsplit(maxsplit=1)[-1]
    if not last.endswith(".") or last.endswith("..") or _DOTTED.fullmatch(last):
        return text
    return text if is_abbreviated(last) else text[:-1]
