"""Keeps caption readers from mistaking words for syntax of the file."""

import re

JOINER = "\u2060"
"""Word joiner (invisible): characters that it separates are no markup."""

TIME = re.compile(r"(\d:\d{1,2})(?=[.,]\d)")
"""Some readers take any line with two times for a timing line."""


def joined(found: re.Match[str]) -> str:
    """Returns the match with a joiner after it; for `re.sub`."""
    return found.group() + JOINER


def no_number(line: str) -> str:
    """Returns the line; digits alone get a joiner: they would be read as a caption's number."""
    return line + JOINER if line.isdecimal() else line
