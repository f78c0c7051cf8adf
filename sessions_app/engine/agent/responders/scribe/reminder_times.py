"""Times before the text of a reminder: "for Friday to ring the school". English; pure."""

import re
from collections.abc import Sequence

from sessions_app.engine.agent.responders.scribe.adverbials import (
    WHEN,
    WHEN_BEGINS,
    begins_when,
)
from sessions_app.engine.agent.responders.scribe.found_command import Span, texts
from sessions_app.engine.agent.responders.scribe.run_ons import orders
from sessions_app.engine.agent.responders.scribe.vocabulary import Intent
from sessions_app.engine.agent.responders.scribe.words import PlainWord
from sessions_app.engine.summaries.day_words import DAYS, FIRSTS, MONTHS, UNITS
from sessions_app.engine.text.word_lists import listed

_JOINS = {Intent.ACTION: listed("to that about of"), Intent.NOTE: listed("to that")}
"""Words between the time and the text: "tomorrow to call Ann", "for Monday that we move"."""

_CLOCK_WORDS = listed(f"{UNITS} twenty thirty forty fifty quarter half past")
_TIME_WORDS = WHEN | _CLOCK_WORDS | frozenset(FIRSTS) | frozenset(MONTHS)
_NO_TIMES = listed("for on at in by next this every")
"""Words that are no time by themselves."""

_NO_TIME_ENDS = listed("work and or a an the past to of half quarter")
"""No time ends with these; "at work" is a place."""

_GOES_ON = (WHEN_BEGINS | _CLOCK_WORDS | frozenset(DAYS) | listed("and or noon midnight")) - {"one"}
"""After a mark these are more of the time: "on Friday, Saturday and Sunday"."""

_NAMES_TOO = listed("april may june august")
"""Months that are names, too: "an action item for June to call the bank"."""

_ON = frozenset(DAYS) | frozenset(FIRSTS)
_AT = _CLOCK_WORDS | listed("noon midnight lunch dinner breakfast weekend night")
_IN = frozenset(MONTHS) | listed("morning afternoon evening")
_BY_ITSELF = listed("tomorrow today tonight next this later every first")
"""Before these nothing takes the place of "for": "for next week"."""

_NAMED_TIMES = sorted((*DAYS, *UNITS.split(), "noon", "midnight"), key=len, reverse=True)
_TIME = rf"(?:{'|'.join(_NAMED_TIMES)}|\d{{1,2}})"
_CORRECTED = re.compile(
    r"\b(?P<asks>remind (?:me|us)|reminder) (?P<joins>at|on|for|by) "
    rf"{_TIME}(?: [ap]\.?m\.?)?, (?:(?:make (?:that|it)|no|or rather|sorry|wait|i mean),? )+"
    rf"(?:(?:at|on|for|by) )?(?P<time>{_TIME}(?: [ap]\.?m\.?)?),?(?= to\b)",
    re.IGNORECASE,
)
_COURTESY = re.compile(r",? (?:please|thanks|thank you)$", re.IGNORECASE)
_HOUR = re.compile(r"\d{1,2}(?:[:.]?\d\d)?(?:am|pm)?")
_NTH = re.compile(r"\d{1,2}(?:st|nd|rd|th)")


def with_corrected_time(text: str) -> str:
    """Returns "remind me at four to" for "remind me at three, make that four, to"."""
    return _CORRECTED.sub(r"\g<asks> \g<joins> \g<time>", text)


def time_before_text(
    words: Sequence[PlainWord], intent: Intent, begin: int, until: int
) -> tuple[int, Span]:
    """Returns where the text after a time begins, and the span of the time.

    The words from `begin` to `until` follow the request: "for Friday to ring the school". If they
    do not begin with a time, or the text has one of its own, the text is all of them. A note that
    is no reminder may begin with a time: there only "for Friday to" and the like count.
    """
    start = begin - (begin > 0 and words[begin - 1].text == "for")
    for_it = start < until and words[start].text == "for"
    if not for_it and (intent is Intent.NOTE or start >= until):
        return begin, (0, 0)
    stop = _time_end(words, intent, start, until)
    if not stop or (for_it and not _is_time(texts(words, start + 1, stop))):
        return begin, (0, 0)
    text_at = stop + (words[stop].text in _JOINS[intent] and not words[stop].opened)
    if text_at >= until or _ends_in_time(texts(words, text_at, until)):
        return begin, (0, 0)
    return text_at, (start, stop)


def put_after(note_text: str, when: str) -> str:
    """Returns "call Ann on Friday" for "call Ann, please" and "for Friday"."""
    return f"{_COURTESY.sub('', note_text)} {as_said_after(when)}"


def as_said_after(when: str) -> str:
    """Returns a time as it stands behind a text: "on Friday" for "for Friday"."""
    first, _, rest = when.partition(" ")
    words = rest.lower().split()
    if first.lower() != "for" or not words:
        return when
    named = words[1] if words[0] == "the" and len(words) > 1 else words[0]
    if words[0] in _BY_ITSELF:
        return rest
    dated = len(words) > 1 and not frozenset(MONTHS).isdisjoint(words)
    if dated or named in _ON or _NTH.fullmatch(named):
        return f"on {rest}"
    if named in _IN:
        return f"in {rest}"
    return f"at {rest}" if named in _AT or _HOUR.fullmatch(named) else when


def _time_end(words: Sequence[PlainWord], intent: Intent, start: int, until: int) -> int:
    """Returns the word after the time that begins at `start`; 0 if none does.

    A mark, a joining word or an order follows it: "tomorrow: call Ann", "tomorrow to call Ann".
    """
    if not begins_when(texts(words, start, min(start + 3, until))):
        return 0
    for at in range(start + 1, until):
        last = words[at - 1]
        if not _is_time_word(last.text):
            return 0
        if last.text in _NO_TIME_ENDS or (at - start == 1 and last.text in _NO_TIMES):
            continue
        joins = words[at].text in _JOINS[intent] and not words[at].opened and at + 1 < until
        if joins and not _is_in_time(words, at):
            return at
        if intent is Intent.ACTION and last.marked and words[at].text not in _GOES_ON:
            return at
        if intent is Intent.ACTION and not last.marked and orders(texts(words, at, until)):
            return at
    return 0


def _is_in_time(words: Sequence[PlainWord], at: int) -> bool:
    """Returns whether "to" or "of" belongs to a time: "five to nine", "the third of March"."""
    before, after = words[at - 1].text, words[at + 1].text
    if words[at].text == "of":
        return after in MONTHS or after in {"the", "next", "this"}
    return words[at].text == "to" and before in _CLOCK_WORDS and after in _CLOCK_WORDS


def _is_time_word(word: str) -> bool:
    return word in _TIME_WORDS or any(map(str.isdigit, word))


def _is_time(phrase: Sequence[str]) -> bool:
    """Returns whether the words after "for" are a time, and not "May" or "a while"."""
    if not phrase or (len(phrase) == 1 and phrase[0] in _NAMES_TOO):
        return False
    when = f"for {' '.join(phrase)}"
    return as_said_after(when) != when


def _ends_in_time(text: Sequence[str]) -> bool:
    """Returns whether a text says when by itself: "ring the school on Monday"."""
    return text[-1] in DAYS or text[-1] in {"tomorrow", "today", "tonight"}
