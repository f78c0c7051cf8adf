"""Decides by its words whether an English sentence continues after a breath. Pure.

A recogniser ends what was said before a breath with a full stop, and begins the rest with a
capital. Both are ignored here if the words cannot be the end of a sentence.
"""

import re

from sessions_app.engine.summaries.actions import VERBS
from sessions_app.engine.summaries.day_words import DAYS, MONTHS, NUMBERS, ORDINALS
from sessions_app.engine.text.joints import as_continuation, without_end_mark
from sessions_app.engine.text.languages import base_of
from sessions_app.engine.text.word_lists import listed
from sessions_app.engine.text.writing import (
    ends_question,
    ends_sentence,
    join_sentences,
    plain_words,
)

MAX_BREATH_MS = 3_000
"""After a longer pause the two parts stay apart. Larger: wrong parts get joined, too."""


_NEVER_LAST = listed(
    "a an the my your our their its and or but because if when while which who whose whom although "
    "unless whether i'm we're they're every"
)
_DETERMINERS = listed("a an my your our their his her its")
_ADJECTIVES = listed(
    "old new big small little young dear good great nice long short bad big large former younger "
    "older elder dearest favourite favorite very"
)
_PREPOSITIONS = listed(
    "at to for with from by into of onto than as during between until till towards without via"
)
_BEFORE_DAYS = listed("on in by before after until till next this last from for about around")
_AUXILIARIES = listed(
    "is are was were am will would can could should might must has have had does did shall"
)
_PRONOUNS = listed("i you he she it we they there that this who")
_STRAND_PREPOSITIONS = listed(
    "what which who whom where that how whose nothing something nobody nowhere"
)
"""After these words a preposition may end the sentence: "that is what I was looking for"."""

_START_CLAUSES = listed(
    "i we he she they please yes no and but so then i'm i'll we'll okay well there"
)
"""Words that begin a clause of their own, so no preposition belongs to them."""

_ORDERS = re.compile(rf"{VERBS}\b", re.IGNORECASE)
_DAY_AND_TIME_WORDS = (
    frozenset((*DAYS, *MONTHS, *NUMBERS, *ORDINALS, "noon", "midnight", "half")) - _DETERMINERS
)


def goes_on_after_breath(before: str, after: str, pause_ms: int, language: str) -> bool:
    """Returns whether `after`, said `pause_ms` later, continues the sentence begun in `before`.

    Always False in other languages than English.
    """
    if base_of(language) not in ("", "en") or pause_ms > MAX_BREATH_MS or ends_question(before):
        return False
    words, next_words = plain_words(before), plain_words(after)
    if not words or not next_words:
        return False
    return any(
        rule(words, next_words, before)
        for rule in (_never_last, _open_adjective, _open_preposition, _before_day, _open_auxiliary)
    )


def join_breaths(before: str, after: str, language: str) -> str:
    """Returns both parts as one sentence, without the full stop and capital where they meet."""
    first = next(iter(plain_words(after)), "")
    rest = as_continuation(after, language)
    if first in NUMBERS or first in ORDINALS:
        rest = rest[:1].lower() + rest[1:]
    return join_sentences([without_end_mark(before), rest])


def _never_last(words: list[str], _after: list[str], _text: str) -> bool:
    return words[-1] in _NEVER_LAST


def _open_adjective(words: list[str], _after: list[str], _text: str) -> bool:
    """Reads "I met my old"."""
    return len(words) > 1 and words[-1] in _ADJECTIVES and words[-2] in _DETERMINERS


def _open_preposition(words: list[str], after: list[str], _text: str) -> bool:
    """Reads "the plumber comes at", not "what I was looking at"."""
    if words[-1] not in _PREPOSITIONS or _STRAND_PREPOSITIONS & set(words[:-1]):
        return False
    if words[-1] == "to":
        return after[0] not in _START_CLAUSES
    return after[0] not in _START_CLAUSES and not _ORDERS.match(" ".join(after[:2]))


def _before_day(words: list[str], after: list[str], _text: str) -> bool:
    """Reads "call me on" before "Tuesday": elsewhere "on" may end a sentence."""
    return words[-1] in _BEFORE_DAYS and (after[0] in _DAY_AND_TIME_WORDS or after[0][0].isdigit())


def _open_auxiliary(words: list[str], _after: list[str], text: str) -> bool:
    """Reads "the invoice is", not "yes, I will"."""
    return (
        len(words) > 1
        and words[-1] in _AUXILIARIES
        and not (ends_sentence(text) or words[-2] in _PRONOUNS)
    )
