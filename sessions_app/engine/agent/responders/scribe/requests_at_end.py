"""Requests that close a sentence, though no mark parts them from what is before.

Recognisers leave such marks out: "her number is five five one make a note of that, please".
"""

import re
from collections.abc import Sequence

from sessions_app.engine.agent.responders.scribe.found import texts
from sessions_app.engine.agent.responders.scribe.joins import COURTESIES
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
"""With "please" these end what is said, too."""

_LISTS = re.compile(
    r"(?:put|add|write|stick) (?:it|that|them|those) (?:on|to|onto|in|into) (?:my|the|our) "
    r"(?:(?:todo|action|shopping|task) )?(?:notes?|list|todos|tasks|reminders)"
)
SHORTEST_TELLING = 3
"""So many words and more may tell what is to be put on a list."""

_SUBJECTS_AND_AUXILIARIES = listed(
    "i you he she it we they who to and not never will would can could should must may might do "
    "does did is are was were let lets said says that which if when"
)
"""After these a verb tells what somebody does: "they make a note of that, please"."""


def courteous(words: Sequence[PlainWord], at: int, end: int) -> list[str]:
    """Returns the words up to the end of a sentence, without courtesies there."""
    shown = texts(words, at, end)
    while shown and shown[-1] in COURTESIES:
        shown.pop()
    return shown


def closes(words: Sequence[PlainWord], start: int, at: int, end: int) -> bool:
    """Returns whether the rest of a sentence is a request that a mark was to part from it.

    `start` is its first word. "My wife put it on the list" is told, and not asked for.
    """
    if words[at - 1].text in _SUBJECTS_AND_AUXILIARIES:
        return False
    rest = courteous(words, at, end)
    asks = "please" in texts(words, at + len(rest), end)
    shown = " ".join(rest)
    if asks and shown in _NOTES_THAT:
        return True
    before = texts(words, start, at)
    told = len(before) >= SHORTEST_TELLING and bool(_SUBJECTS_AND_AUXILIARIES & set(before))
    return (asks or told) and _LISTS.fullmatch(shown) is not None
