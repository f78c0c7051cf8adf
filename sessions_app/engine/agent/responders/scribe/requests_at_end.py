"""Requests at the end of a sentence, without a mark before them.

Recognisers leave such marks out: "her number is five five one make a note of that, please".
"""

import re
from collections.abc import Sequence

from sessions_app.engine.agent.responders.scribe.found_command import texts
from sessions_app.engine.agent.responders.scribe.text_starts import COURTESIES
from sessions_app.engine.agent.responders.scribe.words import PlainWord
from sessions_app.engine.text.word_lists import listed

_NOTES_THAT = frozenset(
    {
        *(f"{verb} {it} down" for verb in ("note", "jot", "write", "put") for it in ("that", "it")),
        *(f"make a note {of}" for of in ("of that", "of it")),
        *("remind me", "remind me of that", "remind me of it", "remind me about that"),
        *("remind me about it", "note that", "remember that"),
    }
)
"""Requests that count only with "please", since people also say them about others."""

_LISTS = re.compile(
    r"(?:put|add|write|stick|pop|chuck|bung|throw) (?:it|that|them|those)"
    r" (?:on|to|onto|in|into) (?:my|the|our) "
    r"(?:(?:todo|action|shopping|grocery|packing|task) )?(?:notes?|list|todos|tasks|reminders)"
)
SHORTEST_STATEMENT = 3
"""Fewer words cannot be the thing to put on a list."""

_SUBJECTS_AND_AUXILIARIES = listed(
    "i you he she it we they who to and not never will would can could should must may might do "
    "does did is are was were let lets said says that which if when"
)
"""After these a verb says what somebody does: "they make a note of that, please"."""


def without_courtesies(words: Sequence[PlainWord], at: int, end: int) -> list[str]:
    """Returns the words from `at` to `end`, without courtesies at their end."""
    rest = texts(words, at, end)
    while rest and rest[-1] in COURTESIES:
        rest.pop()
    return rest


def is_request_at_end(words: Sequence[PlainWord], start: int, at: int, end: int) -> bool:
    """Returns whether the sentence from `start` to `end` has a request from `at` on.

    "We need eggs put them on the list" has one; "my wife put it on the list" has none.
    """
    if words[at - 1].text in _SUBJECTS_AND_AUXILIARIES:
        return False
    rest = without_courtesies(words, at, end)
    asks = "please" in texts(words, at + len(rest), end)
    request = " ".join(rest)
    if asks and request in _NOTES_THAT:
        return True
    before = texts(words, start, at)
    states = len(before) >= SHORTEST_STATEMENT and bool(_SUBJECTS_AND_AUXILIARIES & set(before))
    return (asks or states) and _LISTS.fullmatch(request) is not None
