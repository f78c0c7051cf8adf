"""What programmers write with the signs of emphasis: `__init__.py`, `*.txt`, `src/**/*.py`."""

import re

_NEAR = 80
"""Characters of a word that are looked at on either side."""

_NO_WORDS = (
    "a?enter|a?exit|a?iter|anext|bool|bytes|cls|del|delattr|delitem|dict|dir|doc|eq|func|ge|getattr"
    "|getattribute|getitem|gt|init|isub|le|len|lt|main|mro|ne|pycache|qualname|radd|repr|setattr"
    "|setitem|str|[a-z]+_[a-z_]*[a-z]"
)
_NAMED = re.compile(
    rf"(?:__(?:{_NO_WORDS})__(?!\w)"
    r"|(__?)[a-z]\w*?\1(?:(?=\.[a-z]|[(/])|(?= ={1,2} ?[\w\"'\[(])))"
)
"""Names of Python's that are no words, and what a file's ending or brackets make a name."""

_ENDING = re.compile(r"\.[\w*{]")


def is_name(text: str, start: int) -> bool:
    """Returns whether the underscores at `start` are of a program's name."""
    first = start
    while first > max(0, start - _NEAR) and (text[first - 1].isalnum() or text[first - 1] == "_"):
        first -= 1
    found = _NAMED.match(text, first)
    return found is not None and found.end() > start


def is_glob(text: str, start: int, end: int) -> tuple[bool, bool]:
    """Returns whether the stars from `start` to `end` may not open emphasis, and not close it.

    Those are of a pattern of files: before an ending, or between strokes.
    """
    after = text[end : end + _NEAR].split(maxsplit=1)[:1] if text[end : end + 1].strip() else []
    rest = after[0] if after else ""
    if end - start == 1 and _ENDING.match(rest):
        return True, True
    stroke = text[max(0, start - 1) : start] == "/"
    if stroke and rest.startswith("/"):
        return True, True
    return (stroke and not rest[:1].isalnum()) or (rest.startswith("/") and "/*" in rest), False
