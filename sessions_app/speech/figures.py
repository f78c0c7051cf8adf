"""Numbers that were said as words, written as figures: "twenty three" is 23."""

from text_to_num import alpha2digit

from sessions_app.core.languages import base_of

LANGUAGES = frozenset({"de", "en", "es", "fr", "it", "nl", "pt"})
"""What text2num knows: https://pypi.org/project/text2num/."""


def with_figures(text: str, language: str) -> str:
    """Returns `text` with its numbers and ordinals as figures; unchanged in other languages.

    A lone "one" or "second" stays a word: it is seldom meant as a number.
    """
    base = base_of(language)
    return str(alpha2digit(text, base)) if base in LANGUAGES else text
