"""Waits longer where a sentence or a number is likely to go on, and not at all after an end."""

from sessions_app.engine.core.agent_config import TurnSettings
from sessions_app.engine.text.languages import base_of
from sessions_app.engine.text.writing import (
    ends_question,
    ends_sentence,
    goes_on,
    plain_words,
    sentences,
)
from sessions_app.engine.turns.endpointing import english as english_words
from sessions_app.engine.turns.endpointing.base import Endpointer, TurnSoFar
from sessions_app.engine.turns.endpointing.digits import may_be_digits, trailing
from sessions_app.engine.turns.endpointing.english import LastSentence
from sessions_app.engine.turns.endpointing.shares import LIKELY, OPEN, OVER, PLAIN

WHOLE_NUMBER = 10
"""Digits after which a number read aloud is taken to be whole, such as a telephone number."""

LONGEST_ITEM = 3
"""Words between the commas of a list."""

UNSURE = 0.43
"""A last word of which the recogniser is less sure than this was not heard well: "and" becomes
"end", and a mark after it tells nothing."""


class AttentiveEndpointer(Endpointer):
    """For English, which is meant without a language; others get marks and numerals only.

    It takes the words, the recogniser's marks, and how sure the last word is.
    """

    def delay_ms(self, text: str, settings: TurnSettings) -> float:
        return self.wait_ms(TurnSoFar(text), settings)

    def wait_ms(self, said: TurnSoFar, settings: TurnSettings) -> float:
        low, high = float(settings.min_delay_ms), float(settings.max_delay_ms)
        return low + self.share(said, settings.language) * max(0.0, high - low)

    def share(self, said: TurnSoFar, language: str) -> float:
        """Returns where between the shortest (0) and the longest (1) the delay lies."""
        english = base_of(language) in ("", "en")
        share = share_of(said.text.strip().lower(), english=english)
        # a question is known by its beginning, whatever its last word was
        unsure = said.sure is not None and said.sure < UNSURE and not ends_question(said.text)
        return max(share, LIKELY) if unsure else share


def share_of(text: str, *, english: bool) -> float:
    """Returns where between minimum (0) and maximum (1) the delay lies."""
    if not plain_words(text):
        return LIKELY
    number = _number_share(text, english=english)
    if number is not None:
        return number
    comma = english and text.endswith(",")
    if goes_on(text) and not comma:
        return OPEN
    last = sentences(text)[-1]
    spoken = english_words.share(LastSentence(last, plain_words(last) or [""])) if english else None
    if spoken is not None:
        return spoken
    if comma:  # engines write one after any voice that stays up; a list has several
        return OPEN if _is_list(last) else LIKELY
    whole = ends_sentence(text) or text.endswith(("!", "\uff01"))
    return OVER if whole else PLAIN


def _is_list(sentence: str) -> bool:
    """Returns whether it ends within a list: "bread, milk,"."""
    *_, before, last, _end = ["", "", *sentence.split(",")]
    return bool(before) and len(plain_words(last)) <= LONGEST_ITEM


def _number_share(text: str, *, english: bool) -> float | None:
    """Returns the share where a number ends the text, or may do so; None for anything else."""
    number = trailing(plain_words(text), english=english)
    if number.digits >= WHOLE_NUMBER:
        return OVER
    *earlier, last = sentences(text)
    before = trailing(plain_words(earlier[-1] if earlier else ""), english=english)
    if number.spelt:
        group = trailing(plain_words(last), english=english).digits
        # the last group is often the longest one
        return LIKELY if before.spelt and group > before.digits else OPEN
    if before.spelt and (number.digits or (english and may_be_digits(plain_words(last)))):
        return OPEN
    if number.digits:
        return LIKELY if number.begun or goes_on(text) else PLAIN
    return None
