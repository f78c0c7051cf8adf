"""Finds URLs in a text. Pure.

RFC 3986 as people write it: a mark after a URL, a bracket around it, and adjoining letters of a
script without blanks are no part of it.
"""

import re

from sessions_app.engine.text.marks import DENSE, PHRASED

_OUTSIDE = rf"\s<>\"`\\\u2018-\u201f\u3000-\u303f\uff00-\uffef{DENSE}{PHRASED}"

LINK = re.compile(
    rf"(?<![A-Za-z0-9_])(?:https?|wss?|ftp)://(?:[^{_OUTSIDE}/?#@]*@)?(?:www\.)?"
    rf"(?P<host>[^{_OUTSIDE}\W_](?:[^{_OUTSIDE}\W]|[.-](?=\w))*)(?P<port>:\d+)?"
    rf"(?:[/?#](?:[^{_OUTSIDE}()\[\]]|\([^{_OUTSIDE}()]*\))*)?(?<![.,;:!?'*~|])",
    re.IGNORECASE,
)
"""A URL with its scheme; group `host` lacks a leading "www."."""


def link_at(text: str, place: int) -> tuple[int, int] | None:
    """Returns the start and end of the URL that a cut at `place` would split; None for none."""
    if "://" not in text:
        return None
    for found in LINK.finditer(text):
        if found.start() < place < found.end():
            return found.span()
        if found.start() >= place:
            return None
    return None
