"""A text that is corrected as it is said: "at six, scratch that, at seven" is at seven."""

import re

_CORRECTED = re.compile(
    r"(?P<said>.+?)(?:[,;.\u2026\u2013\u2014-]+\s+|\s+(?=no|wait|sorry|actually))"
    r"(?:no,? |oh,? |wait,? |sorry,? |actually,? )*"
    r"(?:scratch|strike|delete|undo|cancel) that[,;:.]* (?P<first>\S+)(?P<rest>( \S+){1,5})",
    re.IGNORECASE,
)
LONGEST_CORRECTED = 6
"""So many words and no more are replaced, counted from the one that both have."""


def corrected(text: str) -> str:
    """Returns a text with its correction in place: what begins with the same word gives way.

    Where no word before has that beginning nothing tells what is wrong, and all stays.
    """
    found = _CORRECTED.fullmatch(text)
    if found is None:
        return text
    words = found["said"].split()
    first = found["first"].lower()
    at = next((n for n in range(len(words) - 1, 0, -1) if words[n].lower() == first), 0)
    if not at or len(words) - at > LONGEST_CORRECTED:
        return text
    return " ".join([*words[:at], first]) + found["rest"]
