"""What the model writes where nobody speaks, and how it is told from words.

Seventeen kinds of noise were tried, then others on another seed. How sure the model is does not
tell: it invents "You" of a tone as surely as it hears a real one. What it writes does.
"""

import re
import unicodedata

LEAST_SURE = -1.2
"""A final of less mean log-probability is noise: of 228 short answers none of these was right."""

LEAST_SURE_SENTENCE, SENTENCE = -1.0, 4
"""Of so many words on, more is asked: sentences in noise of 10 dB have -0.73 still."""

_SAID_SYMBOLS = {"°"}
_THANKS = re.compile(r"thank(s| you)( so much)? for watching", re.IGNORECASE)
_BARE = {"You", "The"}
"""Where somebody says one of these alone, a full stop follows."""


def is_invented(text: str, sure: float | None = None) -> bool:
    """Returns whether a hypothesis is none: `sure` is its mean log-probability, of finals."""
    if not any(sign.isalnum() for sign in text):
        return True
    if any(_is_symbol(sign) or _is_other_script(sign) for sign in text):
        return True
    if _THANKS.search(text) or text.strip() in _BARE:
        return True
    least = LEAST_SURE_SENTENCE if len(text.split()) >= SENTENCE else LEAST_SURE
    return sure is not None and sure < least


def _is_symbol(sign: str) -> bool:
    """Returns whether it is one of captions: notes of music, the sign of who wrote them."""
    return unicodedata.category(sign) == "So" and sign not in _SAID_SYMBOLS


def _is_other_script(sign: str) -> bool:
    """Returns whether a letter is not Latin: this model knows English alone."""
    return sign.isalpha() and not unicodedata.name(sign, "").startswith("LATIN")
