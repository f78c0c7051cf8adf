"""What the model writes where nobody speaks, and how it is told from words.

Seventeen kinds of noise were tried, then others on another seed. How sure the model is does not
tell: it invents "You" of a tone as surely as it hears a real one. What it writes does.
"""

import re
import unicodedata

LEAST_SURE = -1.0
"""A final of less mean log-probability is noise; in noise of 10 dB words have -0.73 still."""

_NOTES = "♪♫♬"
_THANKS = re.compile(r"thank(s| you)( so much)? for watching", re.IGNORECASE)
_BARE = {"You", "The"}
"""Where somebody says one of these alone, a full stop follows."""


def is_invented(text: str, sure: float | None = None) -> bool:
    """Returns whether a hypothesis is none: `sure` is its mean log-probability, of finals."""
    if not any(sign.isalnum() for sign in text):
        return True
    if any(sign in _NOTES or _is_other_script(sign) for sign in text):
        return True
    if _THANKS.search(text) or text.strip() in _BARE:
        return True
    return sure is not None and sure < LEAST_SURE


def _is_other_script(sign: str) -> bool:
    """Returns whether a letter is not Latin: this model knows English alone."""
    return sign.isalpha() and not unicodedata.name(sign, "").startswith("LATIN")
