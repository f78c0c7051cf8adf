"""User-perceived characters: their width, speaking time and direction.

Pure, and safe in any thread. Characters are those of UAX 29, found by ICU (icu4py).
"""

import re
import unicodedata
from itertools import accumulate, pairwise

from icu4py.breakers import CharacterBreaker, WordBreaker

_LOCALE = "und"
_RIGHT_TO_LEFT = ("R", "AL")

_MS_PER_CHARACTER = 65.0
"""Average speaking time of a letter."""

_MS_OF = (
    (
        re.compile("[\u2e80-\u2fdf\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"),
        220.0,
    ),
    (re.compile("[\uac00-\ud7a3]"), 170.0),
    (re.compile("[\u3040-\u30ff\u31f0-\u31ff\uff66-\uff9f]"), 125.0),
)
"""Average speaking time of a Han character, a Korean syllable and a Kana; other characters stand
for one sound each and take `_MS_PER_CHARACTER`."""


def segments(breaker: type[WordBreaker] | type[CharacterBreaker], text: str) -> list[str]:
    """Returns the segments of `text` that an ICU breaker finds; lone surrogates do no harm."""
    try:
        return list(breaker(text, _LOCALE))
    except UnicodeEncodeError:
        clean = "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in text)
        ends = accumulate((len(piece) for piece in breaker(clean, _LOCALE)), initial=0)
        return [text[start:end] for start, end in pairwise(ends)]


def characters(text: str) -> list[str]:
    """Returns the grapheme clusters of `text`: an emoji sequence or an accented letter is one."""
    return segments(CharacterBreaker, text)


def width(text: str) -> int:
    """Returns the width of `text` in cells: 2 for a Han character or an emoji, 1 for a letter."""
    if text.isascii():
        return len(text)
    return sum(map(_cell_width, characters(text)))


def of_width(text: str, cells: int) -> list[str]:
    """Returns `text` split between characters into pieces of at most `cells` cells."""
    if 2 * len(text) <= cells or (text.isascii() and len(text) <= cells):
        return [text]
    pieces, room = [""], cells
    for character in characters(text):
        wide = _cell_width(character)
        if wide > room and pieces[-1]:
            pieces.append("")
            room = cells
        pieces[-1] += character
        room -= wide
    return pieces


def speaking_ms(text: str) -> float:
    """Returns the estimated speaking time of `text` in ms, from its characters."""
    length = len(text) * _MS_PER_CHARACTER
    if not text.isascii():
        for script, ms in _MS_OF:
            length += len(script.findall(text)) * (ms - _MS_PER_CHARACTER)
    return length


def isolated(text: str) -> str:
    """Returns right-to-left `text` in a directional isolate (UAX 9), so that it keeps its direction
    within a line. Other text is returned unchanged.
    """
    if not any(unicodedata.bidirectional(c) in _RIGHT_TO_LEFT for c in text):
        return text
    return f"\u2068{text}\u2069"


def _cell_width(character: str) -> int:
    wide = any(unicodedata.east_asian_width(c) in "WF" for c in character)
    flag = "\U0001f1e6" <= character[0] <= "\U0001f1ff"
    if wide or flag or "\ufe0f" in character:
        return 2
    return int(not all(unicodedata.category(c) in ("Mn", "Me", "Cf", "Cc") for c in character))
