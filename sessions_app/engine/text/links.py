"""Where the addresses of web pages lie in a text. Pure.

https://www.rfc-editor.org/rfc/rfc3986, as people write it: a mark after an address, a bracket
around it, and letters of a script without blanks that touch it are no part of it.
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
"""An address that is written with its scheme; `host` lacks a leading "www."."""


def link_at(text: str, place: int) -> tuple[int, int] | None:
    """Returns the link of `text` that `place` would cut, as its start and end."""
    if "://" not in text:
        return None
    for found in LINK.finditer(text):
        if found.start() < place < found.end():
            return found.span()
        if found.start() >= place:
            return None
    return None
