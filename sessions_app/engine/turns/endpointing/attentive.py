"""Endpointing by words: a longer delay where a sentence or a number seems unfinished."""

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
from sessions_app.engine.turns.endpointing.digits import may_be_digits, trailing_number
from sessions_app.engine.turns.endpointing.english import LastSentence
from sessions_app.engine.turns.endpointing.shares import LIKELY, OPEN, OVER, PLAIN

WHOLE_NUMBER = 10
"""Digits from which a number read aloud counts as complete, such as a telephone number."""

LONGEST_ITEM = 3
"""Most words of an item between the commas of a list."""

UNSURE = 0.43
"""A last word with a lower confidence may be misrecognised ("end" for "and"), so that punctuation
after it does not count. Higher waits longer after unclear speech."""


class AttentiveEndpointer(Endpointer):
    """Uses the words, the recogniser's punctuation, and its confidence in the last word.

    The rules on words are for English (also where no language is set); other languages are judged
    by punctuation and numerals only.
    """

    def delay_ms(self, text: str, settings: TurnSettings) -> float:
        return self.wait_ms(TurnSoFar(text), settings)

    def wait_ms(self, said: TurnSoFar, settings: TurnSettings) -> float:
        low, high = float(settings.min_delay_ms), float(settings.max_delay_ms)
        return low + self.share(said, settings.language) * max(0.0, high - low)

    def share(self, said: TurnSoFar, language: str) -> float:
        """Returns the delay as a share of the range from minimum (0) to maximum (1)."""
        english = base_of(language) in ("", "en")
        share = share_of(said.text.strip().lower(), english=english)
        # a question is recognised by its beginning, whatever its last word is
        unsure = said.sure is not None and said.sure < UNSURE and not ends_question(said.text)
        return max(share, LIKELY) if unsure else share


def share_of(text: str, *, english: bool) -> float:
    """Returns the delay after `text` (in lower case) as a share: minimum (0) to maximum (1)."""
    if not plain_words(text):
        return LIKELY
    number = _number_share(text, english=english)
    if number is not None:
        return number
    comma = english and text.endswith(",")
    if goes_on(text) and not comma:
        return OPEN
    last = sentences(text)[-1]
    english_share = (
        english_words.share(LastSentence(last, plain_words(last) or [""])) if english else None
    )
    if english_share is not None:
        return english_share
    if comma:  # recognisers write one after any level intonation; a list has several
        return OPEN if _is_list(last) else LIKELY
    whole = ends_sentence(text) or text.endswith(("!", "\uff01"))
    return OVER if whole else PLAIN


def _is_list(sentence: str) -> bool:
    """Returns whether the sentence ends within a list: "bread, milk,"."""
    *_, before, last, _end = ["", "", *sentence.split(",")]
    return bool(before) and len(plain_words(last)) <= LONGEST_ITEM


def _number_share(text: str, *, english: bool) -> float | None:
    """Returns the share where the text ends with a number, or may; else None."""
    number = trailing_number(plain_words(text), english=english)
    if number.digits >= WHOLE_NUMBER:
        return OVER
    *earlier, last = sentences(text)
    before = trailing_number(plain_words(earlier[-1] if earlier else ""), english=english)
    if number.spelt:
        group = trailing_number(plain_words(last), english=english).digits
        # the last group of a telephone number is often the longest
        return LIKELY if before.spelt and group > before.digits else OPEN
    if before.spelt and (number.digits or (english and may_be_digits(plain_words(last)))):
        return OPEN
    if number.digits:
        return LIKELY if number.begun or goes_on(text) else PLAIN
    return None
