"""Phrases that may follow "note that down" and are no text: "in full, before I forget"."""

from collections.abc import Sequence

from sessions_app.engine.agent.responders.scribe.vocabulary import written_out
from sessions_app.engine.text.word_lists import listed

WHEN_BEGINS = listed(
    "tomorrow today tonight later on in at next this every by for first last sometime"
)
"""Words that may begin a phrase of time: "by Friday", "first thing tomorrow"."""

WHEN_EARLIER = listed("before earlier beforehand after afterwards later")
WHEN = (
    WHEN_BEGINS
    | WHEN_EARLIER
    | listed(
        "the a an morning evening afternoon night noon midnight week month year day days weekend "
        "minutes minute hour hours half quarter one two three four five six seven eight nine ten "
        "eleven twelve fifteen twenty thirty forty fifty past to and o'clock oclock am pm thing "
        "monday tuesday wednesday thursday friday saturday sunday weeks months time soon early "
        "late again "
        "january february march april may june july august september october november december "
        "lunch dinner breakfast work couple few of latest fortnight some sometime christmas easter"
    )
)
"""All words that may be in a phrase of time."""

_COUNTS = listed("a one two three four")
_UNITS = listed("day days week weeks fortnight month months hour hours")

_ONE = "a|the|my|our|your|this|that"
_PLACES = (
    "note|notes|list|lists|reminder|reminders|task|tasks|todo|todos|file|record|records|page|log|"
    "minutes|agenda|notebook|notepad|paper"
)
_PHRASES = frozenset(
    phrase
    for line in (
        "if you would|could|can|like|please|wish",
        "if you do|would not mind",
        "if you don't mind",
        "if possible",
        "if that is okay|ok|fine",
        "before i|we forget it|that|this?",
        "when|once you get|have a|the|one chance|minute|moment|second",
        "when|as soon as? you can",
        "as soon as possible",
        "as we speak",
        "as well|usual",
        "for later|now|me|us|everyone|everybody|them|him|her",
        "for all of us",
        "for future reference",
        f"for {_ONE}? next? meeting|team|{_PLACES}",
        "somewhere safe?",
        "in capitals|full|red|bold|there|here",
        f"as|on|onto|to|in|into|under|with|at {_ONE} new|next|same|shopping? {_PLACES}",
        f"at the top|end|bottom of {_ONE} {_PLACES}",
        "right|straight now|away",
        "please|too|also|down|quickly|thanks|cheers",
        "thank you",
        "would|could|will|can you please?",
    )
    for phrase in written_out(line)
)
MOST_WORDS = 12
"""Longer runs are not examined, since every way of splitting them is tried."""


def says_when(words: Sequence[str]) -> bool:
    """Returns whether these words are a phrase of time: "first thing on Monday"."""
    known = all(word in WHEN or any(map(str.isdigit, word)) for word in words)
    return known and begins_when(words)


def begins_when(words: Sequence[str]) -> bool:
    """Returns whether a phrase of time may begin so: "on Friday", "a week on Tuesday"."""
    begin = list(words[:2])
    if begin == ["the", "day"]:
        return list(words[2:3]) in (["after"], ["before"])
    counted = len(begin) > 1 and begin[0] in _COUNTS and begin[1] in _UNITS
    return counted or begin == ["some", "time"] or (bool(begin) and begin[0] in WHEN_BEGINS)


def only_adverbials(words: Sequence[str]) -> bool:
    """Returns whether these words are only such phrases, with nothing to write down."""
    if len(words) > MOST_WORDS:
        return False
    return not words or any(
        only_adverbials(words[many:])
        for many in range(len(words), 0, -1)
        if " ".join(words[:many]) in _PHRASES or says_when(words[:many])
    )
