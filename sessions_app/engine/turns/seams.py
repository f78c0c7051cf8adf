"""Joins two parts of one sentence that a recogniser wrote as two sentences."""

from sessions_app.engine.text.word_lists import listed
from sessions_app.engine.text.writing import ends_sentence, goes_on, plain_words

_NO_NAMES = listed(
    "the a an my your his her our their this that these those is are was were be been has have had "
    "and or but because so to of on in at for with from by about into under over after before "
    "it he she we they not no will would can could should must do does did who which where when "
    "one two three four five six seven eight nine ten eleven twelve twenty thirty forty fifty "
    "sixty seventy eighty ninety hundred thousand half tomorrow today tonight"
)
"""English words that have a capital only where a sentence begins."""


def without_full_stop(text: str) -> str:
    """Returns the first part without its full stop."""
    while ends_sentence(text) and not goes_on(text) and not text[-1].isalnum():
        text = text[:-1]
    return text


def without_capital(text: str) -> str:
    """Returns the second part without its capital, unless the first word may be a name."""
    first = next(iter(plain_words(text)), "")
    return text[:1].lower() + text[1:] if first in _NO_NAMES else text
