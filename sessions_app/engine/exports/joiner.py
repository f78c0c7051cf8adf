"""What keeps readers of captions from taking words for a line of the file's own."""

import re

JOINER = "\u2060"
"""Word joiner: nobody sees it, and what stands on both sides of it is no mark-up."""

TIME = re.compile(r"(\d:\d{1,2})(?=[.,]\d)")
"""Two times in a line are a line of times to some readers, whatever stands between them."""


def joined(found: re.Match[str]) -> str:
    """Returns what was found with a joiner after it."""
    return found.group() + JOINER


def no_number(line: str) -> str:
    """Returns a line that is not read as the next caption's number, which digits alone would be."""
    return line + JOINER if line.isdecimal() else line
