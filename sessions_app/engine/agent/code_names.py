"""Finds names and patterns in code that look like Markdown emphasis: `__init__.py`, `*.txt`."""

import re

_NEAR = 80
"""How many characters on either side are examined."""

_SPECIAL_NAMES = (
    "a?enter|a?exit|a?iter|anext|bool|bytes|cls|del|delattr|delitem|dict|dir|doc|eq|func|ge|getattr"
    "|getattribute|getitem|gt|init|isub|le|len|lt|main|mro|ne|pycache|qualname|radd|repr|setattr"
    "|setitem|str|[a-z]+_[a-z_]*[a-z]"
)
_CODE_NAME = re.compile(
    rf"(?:__(?:{_SPECIAL_NAMES})__(?!\w)"
    r"|(__?)[a-z]\w*?\1(?:(?=\.[a-z]|[(/])|(?= ={1,2} ?[\w\"'\[(])))"
)
"""Python's special names that are no English words, and names with an extension or a bracket."""

_ENDING = re.compile(r"\.[\w*{]")


def is_name(text: str, start: int) -> bool:
    """Returns whether the underscores at `start` are part of a name in code: `__init__`."""
    first = start
    while first > max(0, start - _NEAR) and (text[first - 1].isalnum() or text[first - 1] == "_"):
        first -= 1
    match = _CODE_NAME.match(text, first)
    return match is not None and match.end() > start


def is_glob(text: str, start: int, end: int) -> tuple[bool, bool]:
    """Returns whether the stars from `start` to `end` cannot open emphasis, and cannot close it.

    Such stars belong to a file pattern: before an extension (`*.txt`) or between slashes.
    """
    after = text[end : end + _NEAR].split(maxsplit=1)[:1] if text[end : end + 1].strip() else []
    rest = after[0] if after else ""
    if end - start == 1 and _ENDING.match(rest):
        return True, True
    slash = text[max(0, start - 1) : start] == "/"
    if slash and rest.startswith("/"):
        return True, True
    return (slash and not rest[:1].isalnum()) or (rest.startswith("/") and "/*" in rest), False
