"""Sanitises text from outside (clients, models, recognisers, operators) once, on entry."""

import json
import re
import unicodedata
from typing import Any

MAX_COMBINING_MARKS = 10
"""The most combining and format characters that may follow a letter. No language needs as many;
thousands on one letter would cover the page and keep a voice busy for minutes."""

_PLAIN = re.compile(
    r"[\n\t\x20-\x7e\xa0-\xac\xae-\u02ff\u0370-\u0482\u048a-\u058f\u2010-\u2027\u2030-\u205e"
    r"\u20a0-\u20bf\u3000-\u3029\u3041-\u3096\u309b-\u30ff\u4e00-\u9fff\uac00-\ud7a3\uff01-\uff5e]*"
)
"""Common characters that never need cleaning and never combine: a fast path."""

_UNSEEN = re.compile(
    r"[\s\u00ad\u034f\u061c\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f"
    r"\ufe00-\ufe0f\ufeff\ufff0-\ufff8\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    r"\U000e0000-\U000e0fff"
    r"\u115f\u1160\u3164\uffa0\u2800]+"  # letters and signs whose shape is empty
)
"""White space, and what has no shape of its own (Unicode, Default_Ignorable_Code_Point)."""

_BREAKS = re.compile("\r(?!\n)|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_REMOVED = re.compile(
    "["
    "\x00-\x08\x0e-\x1b\x1f\x7f-\x9f"  # controls; tab and line breaks stay
    "\ud800-\udfff"  # halves of pairs
    "\u202a-\u202e\u2066-\u2069"  # bidi embeddings, overrides, isolates; the marks stay
    "\ufeff\ufff9-\ufffb"  # byte order mark, annotations
    "\ufdd0-\ufdef\ufffe\uffff"  # noncharacters, and those of the other planes
    + "".join(
        f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(1 << 16, 17 << 16, 1 << 16)
    )
    + "]"
)
_TOO_DEEP = "it is nested too deeply"
_PAIR = re.compile("([\ud800-\udbff])([\udc00-\udfff])")


def clean(text: str) -> str:
    """Returns `text` in a form that is safe for voices, databases, UTF-8 and pages.

    Surrogate pairs are joined. Lone surrogates, control characters, noncharacters and characters
    that change the direction of other text are removed. Line breaks become line feeds, except CR
    LF, which SDP requires. Direction marks, joined emoji and accents stay. Text that is clean
    already is returned itself.
    """
    if _PLAIN.fullmatch(text):
        return text
    result, _ = _limit_marks(_without_controls(text), 0)
    return text if result == text else result


def one_line(text: str) -> str:
    """Returns `text` clean, with single blanks between its words."""
    return " ".join(clean(text).split())


def is_invisible(text: str) -> bool:
    """Returns whether `text` has characters, but none that anybody sees: as a name it is none."""
    return _UNSEEN.fullmatch(text) is not None


def cleaned(value: Any) -> Any:
    """Returns any JSON value with all its texts clean, including keys.

    Raises RecursionError if it is nested too deeply.
    """
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {cleaned(key): cleaned(item) for key, item in value.items()}
    if isinstance(value, list):
        return [cleaned(item) for item in value]
    return value


def read_json(text: str | bytes) -> Any:
    """Returns parsed JSON with clean text; raises ValueError, which says what is wrong."""
    try:
        return cleaned(read_json_as_sent(text))
    except RecursionError as error:
        raise ValueError(_TOO_DEEP) from error


def read_json_as_sent(text: str | bytes) -> Any:
    """Returns parsed JSON with its text unchanged, for texts that cleaning must not make equal.

    The caller must check each text. Raises ValueError, which says what is wrong. It must be
    UTF-8, with or without a byte order mark (RFC 8259, 8.1). NaN and infinite numbers are no
    JSON (section 6).
    """
    # json.loads would also accept UTF-16, and encoded surrogates
    text = text if isinstance(text, str) else text.decode("utf-8-sig")
    try:
        return json.loads(text, parse_constant=_no_number, parse_float=_finite)
    except RecursionError as error:
        raise ValueError(_TOO_DEEP) from error


class Cleaning:
    """Cleans a text that comes in pieces, such as a model's tokens.

    Surrogate pairs and CR LF line breaks may be split between two pieces.
    """

    def __init__(self) -> None:
        self._half = ""
        self._marks = 0

    def feed(self, piece: str) -> str:
        """Returns the next piece, clean; empty if nothing of it is left."""
        text = self._half + piece
        self._half = text[-1:] if text[-1:] == "\r" or "\ud800" <= text[-1:] <= "\udbff" else ""
        text, self._marks = _limit_marks(_without_controls(text.removesuffix("\r")), self._marks)
        return text


def _without_controls(text: str) -> str:
    joined = _PAIR.sub(_joined, text)
    return _REMOVED.sub("", _BREAKS.sub("\n", joined))


def _joined(pair: "re.Match[str]") -> str:
    return pair[0].encode("utf-16", "surrogatepass").decode("utf-16")


def _follows(character: str) -> bool:
    """Returns whether the character modifies the letter before it."""
    return unicodedata.category(character) in ("Mn", "Me", "Mc", "Cf")


def _limit_marks(text: str, marks: int) -> tuple[str, int]:
    """Returns `text` with at most MAX_COMBINING_MARKS marks on each letter, and a count.

    `marks` is the number of marks so far on the last letter before `text`; the count returned is
    that of its own last letter.
    """
    if _PLAIN.fullmatch(text):
        return text, 0 if text else marks
    kept = []
    for character in text:
        marks = marks + 1 if _follows(character) else 0
        if marks <= MAX_COMBINING_MARKS:
            kept.append(character)
    return "".join(kept), marks


def _no_number(name: str) -> Any:
    raise ValueError(f"{name} is no number")


def _finite(digits: str) -> float:
    number = float(digits)
    if number in (float("inf"), float("-inf")):
        raise ValueError("a number is too large")
    return number
