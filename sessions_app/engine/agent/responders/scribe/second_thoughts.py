"""Second thoughts about a command: "delete number one, no wait, keep it". English; pure."""

import re
from collections.abc import Sequence
from itertools import pairwise

from sessions_app.engine.agent.responders.scribe.vocabulary import TAKES_TEXT, Intent
from sessions_app.engine.agent.responders.scribe.words import PlainWord

_PAUSE = r"[\s,;.!:\u2026\u2013\u2014-]*"
_NOT = r"(?:do not|don['\u2019]t)"
_THAT = r"(?:that|it|this|them|those|these|(?:that|this) one|(?:the|that|this|my) notes?)"
_LEAD = (  # "weight" is how recognisers may write "wait"
    r"(?:(?:oh|ah|er|um|uh|no|nope|wait|weight|stop|sorry|actually|well|hang on|hold on"
    r"|never ?mind|please|you know what|on second thoughts?|i(?: have|['\u2019]ve)? changed my mind"
    r"|forget (?:that|it))\b"
    rf"(?: a (?:second|moment|minute))?{_PAUSE})"
)
_TAIL = rf"(?:{_PAUSE}(?:please|after all|for now|then|sorry|thanks|thank you|actually)\b)*[.!]?"
_KEEPS = re.compile(
    rf"{_LEAD}*(?:(?:i(?: will|['\u2019]ll|(?: would|['\u2019]d) (?:rather|like to)"
    rf"| want to| need to)|let us|let['\u2019]s|you can|better|rather) )?(?:"
    rf"(?:keep|leave) {_THAT}(?: (?:in|there|alone|on|as (?:it|they) (?:is|was|are|were)"
    r"|(?:on|in) (?:the|my) (?:list|notes)))?"
    rf"|{_NOT}(?: (?:delete|remove|erase|undo|scratch|change|touch|do) {_THAT})?"
    rf"|i did(?: not|n['\u2019]t) mean {_THAT}(?: one)?"
    rf"){_TAIL}"
    r"|(?:oh |no |wait |sorry |actually )*i(?: have|['\u2019]ve)? changed my mind[.!]?",
    re.IGNORECASE,
)
"""Takes back what was asked for: "no wait, keep it", "sorry, I didn't mean that"."""

_WRITES_NOT = re.compile(
    rf"{_LEAD}+{_NOT}(?: (?:write|note|put|take|jot|add|save|record) {_THAT}(?: down)?"
    rf"| bother(?: with {_THAT})?| do {_THAT}| remind (?:me|us)(?: (?:of|about) {_THAT})?)?{_TAIL}",
    re.IGNORECASE,
)
"""Takes back a text, which "keep it" and "don't do it" may be part of: "no, don't write that"."""

_DROPS = (
    r"(?:never ?mind(?: (?:that|it))?|forget (?:it|that|about (?:it|that))|skip (?:it|that)"
    r"|(?:it )?does(?: not|n['\u2019]t) matter|leave (?:it|that)(?: out| be)?)"
)
_BECAUSE = r"(?:[\s,;.:\u2013\u2014-]+(?:we|i|it|they|he|she)(?:['\u2019]\w+)? [^.!?]*)?"
_DROPPED = re.compile(rf"{_LEAD}+{_DROPS}{_BECAUSE}{_TAIL}", re.IGNORECASE)
"""Takes back a text: "oh, forget it, we have one"."""

_DROPPED_AT_ONCE = re.compile(rf"{_DROPS}{_TAIL}", re.IGNORECASE)
"""Does so too, if a text has not begun, or ended with a full stop."""

_STAYS = re.compile(
    rf"{_LEAD}*{_NOT} (?:hang up|end (?:the|this) call|go|leave)(?: yet)?{_TAIL}", re.IGNORECASE
)
"""Takes back that the call should end."""

LONGEST_PHRASE = 5
"""Words of a request before its text."""

MOST_WORDS = 14
"""Words. No second thought is longer; a lower number misses those with many hesitations."""


def takes_back(text: str) -> bool:
    """Returns whether a turn only takes back what was done last: "no, keep it"."""
    return _KEEPS.fullmatch(text.strip()) is not None


def taken_back_from(
    text: str, words: Sequence[PlainWord], intent: Intent, start: int, end: int
) -> int | None:
    """Returns the word where a second thought about a command begins; None if none follows.

    The command and all that follows it are the words from `start` to `end`.
    """
    patterns = [_WRITES_NOT, _DROPPED] if intent in TAKES_TEXT else [_KEEPS]
    patterns += [_STAYS] if intent is Intent.END else []
    first = max(start, end - MOST_WORDS)
    for at, (before, word) in enumerate(pairwise(words[first:end]), start=first + 1):
        apart = before.marked or word.text in {"no", "wait", "weight", "sorry", "actually"}
        at_once = intent in TAKES_TEXT and (before.stops or at - start <= LONGEST_PHRASE)
        tried = [*patterns, _DROPPED_AT_ONCE] if at_once else patterns
        if apart and any(one.fullmatch(text, word.start, words[end - 1].end) for one in tried):
            return at
    return None
