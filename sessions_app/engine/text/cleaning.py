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

    Two halves of a surrogate pair are joined, one alone is left out, and so are controls,
    noncharacters and what turns the direction of other text. Line breaks other than CR LF, which
    session descriptions want, become line feeds. What people write stays: direction marks, joined
    emoji, accents. Text that is clean is returned itself.
    """
    if _PLAIN.fullmatch(text):
        return text
    found, _ = _moderate(_whole(text), 0)
    return text if found == text else found


def one_line(text: str) -> str:
    """Returns `text` clean, with single blanks between its words."""
    return " ".join(clean(text).split())


def cleaned(value: Any) -> Any:
    """Returns any JSON with all its text clean, keys too.

    Raises RecursionError for what is nested too deeply.
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
    JSON: nobody could be told of them (section 6).
    """
    # json.loads would take UTF-16 too, and halves of surrogate pairs as bytes
    text = text if isinstance(text, str) else text.decode("utf-8-sig")
    try:
        return json.loads(text, parse_constant=_no_number, parse_float=_finite)
    except RecursionError as error:
        raise ValueError(_TOO_DEEP) from error


class Cleaning:
    """Cleans a text that comes in pieces, such as a model's tokens.

    A pair whose halves come in two pieces is joined, and a line break in two is one.
    """

    def __init__(self) -> None:
        self._half = ""
        self._marks = 0

    def feed(self, piece: str) -> str:
        """Returns the next piece, clean; empty where nothing is left of it."""
        text = self._half + piece
        self._half = text[-1:] if text[-1:] == "\r" or "\ud800" <= text[-1:] <= "\udbff" else ""
        text, self._marks = _moderate(_whole(text.removesuffix("\r")), self._marks)
        return text


def _whole(text: str) -> str:
    joined = _PAIR.sub(_joined, text)
    return _REMOVED.sub("", _BREAKS.sub("\n", joined))


def _joined(pair: "re.Match[str]") -> str:
    return pair[0].encode("utf-16", "surrogatepass").decode("utf-16")


def _follows(character: str) -> bool:
    """Returns whether the character modifies the letter before it."""
    return unicodedata.category(character) in ("Mn", "Me", "Mc", "Cf")


def _moderate(text: str, marks: int) -> tuple[str, int]:
    """Returns `text` without what comes after the first MAX_COMBINING_MARKS marks of a letter.

    `marks` are those of the last letter before it; those of its own last letter come back.
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
