"""Waits longer where a sentence or a number is likely to go on, and not at all after an end."""

from sessions_app.agent.endpointers.base import Endpointer
from sessions_app.agent.wordlists import listed
from sessions_app.core.languages import base_of
from sessions_app.core.persona import TurnSettings
from sessions_app.core.writing import asks, ends_sentence, goes_on, plain_words

WHOLE_NUMBER = 10
"""Digits after which a number read aloud is taken to be whole, such as a telephone number."""

PLAIN_SHARE = 0.2
UNKNOWN_SHARE = 0.5
"""Where between minimum and maximum the delay of a plain, and of a wordless turn lies."""

_DIGITS = {
    "zero": 1, "oh": 1, "one": 1, "two": 1, "three": 1, "four": 1, "five": 1, "six": 1,
    "seven": 1, "eight": 1, "nine": 1, "ten": 2, "eleven": 2, "twelve": 2, "thirteen": 2,
    "fourteen": 2, "fifteen": 2, "sixteen": 2, "seventeen": 2, "eighteen": 2, "nineteen": 2,
    "twenty": 1, "thirty": 1, "forty": 1, "fifty": 1, "sixty": 1, "seventy": 1, "eighty": 1,
    "ninety": 1, "hundred": 2, "double": 1, "triple": 2,
}  # fmt: skip
_GOES_ON = listed(
    "and or but so because if when while that which who than then as of to in on at for from "
    "with by about into the a an my your his her our their its this these those is are was "
    "were will would can could should may might must i'm it's we're they're um uh er erm hmm "
    "like well maybe plus not very really some any"
)
_ENDS = listed(
    "yes no yeah yep nope okay ok sure right correct exactly please thanks goodbye bye hello hi "
    "stop help cancel done"
)
_CLOSINGS = ("thank you", "that is all", "that's all", "that's it", "that is it", "good bye")
_ASKS = listed(
    "what what's when when's where where's who who's why how how's which whose is are am was "
    "were do does did can could will would shall should have has may"
)
_SHORTEST_QUESTION = 3
_STRANDED = listed("this that these those from with to for about in on at of like is are was were")
"""Words that hold a statement open and may end a question: "where are you from"."""

_POINTS = listed("the this that which another every each no any last next first only")
"""Before "one" they make it a thing, not a digit."""


class AttentiveEndpointer(Endpointer):
    """For English, which is meant without a language; others get marks and numerals only."""

    def delay_ms(self, text: str, settings: TurnSettings) -> float:
        low, high = float(settings.min_delay_ms), float(settings.max_delay_ms)
        english = base_of(settings.language) in ("", "en")
        share = _share(text.strip().lower(), english=english)
        return low + share * max(0.0, high - low)


def _share(text: str, *, english: bool) -> float:
    """Returns where between minimum (0) and maximum (1) the delay lies; first rule that fits."""
    words = plain_words(text)
    if not words:
        return UNKNOWN_SHARE
    number = _trailing_number(words, english=english)
    asking = english and words[0] in _ASKS and len(words) >= _SHORTEST_QUESTION
    rules = (
        (number >= WHOLE_NUMBER, 0.0),
        (number > 0, 1.0),
        (goes_on(text), 1.0),
        (asks(text) or text.endswith(("!", "\uff01")), 0.0),
        (english and text.endswith(_CLOSINGS), 0.0),
        (asking and words[-1] in _STRANDED, PLAIN_SHARE),
        (english and words[-1] in _GOES_ON, 1.0),
        (ends_sentence(text) or (english and words[-1] in _ENDS) or asking, 0.0),
    )
    return next((share for holds, share in rules if holds), PLAIN_SHARE)


def _trailing_number(words: list[str], *, english: bool) -> int:
    """Returns how many digits the number at the end has; 0 for none."""
    if len(words) > 1 and words[-1] == "one" and words[-2] in _POINTS:
        return 0
    digits = 0
    for word in reversed(words):
        if word.isnumeric():
            digits += len(word)
        elif english and word in _DIGITS:
            digits += _DIGITS[word]
        else:
            break
    return digits
