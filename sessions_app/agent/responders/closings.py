"""Requests that close a sentence, though no mark parts them from what is before.

Recognisers leave such marks out: "her number is five five one make a note of that, please".
"""

import re
from collections.abc import Sequence

from sessions_app.agent.responders.found import texts
from sessions_app.agent.responders.joins import COURTESIES
from sessions_app.agent.responders.vocabulary import Command
from sessions_app.agent.responders.words import Spoken
from sessions_app.agent.wordlists import listed

_OVER = (
    *("we are done", "we are done here", "i am done", "that is all", "that was all", "that is it"),
    *("that was it", "for today", "for now", "thanks", "thank you", "i have to go", "i need to go"),
    *("i am off", "i have got to go", "i must go"),
)
_WRONG = ("that is wrong", "that was wrong", "that is not right", "not that one")
_HEARD_FOR = {
    "and the call": (Command.END, _OVER),
    **dict.fromkeys(("and do it", "and do that"), (Command.UNDO, _WRONG)),
    **dict.fromkeys(("i am do it", "i am do that"), (Command.UNDO, _WRONG)),
}
"""What is heard for "end the call" and "undo it" after these words, and ends the sentence."""

_PARTINGS = ("you can hang up", "you may hang up", "you can end the call")
"""These end what is said, with a mark before them or without one."""

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

_SUBJECTS = listed(
    "i you he she it we they who to and not never will would can could should must may might do "
    "does did is are was were let lets said says that which if when"
)
"""After these a verb tells what somebody does: "they make a note of that, please"."""


def courteous(words: Sequence[Spoken], at: int, end: int) -> list[str]:
    """Returns the words up to the end of a sentence, without courtesies there."""
    shown = texts(words, at, end)
    while shown and shown[-1] in COURTESIES:
        shown.pop()
    return shown


def as_heard(words: Sequence[Spoken], begun: int, at: int, end: int) -> Command | None:
    """Returns what the end of a sentence is heard for, where leads to it are all before it."""
    said = _HEARD_FOR.get(" ".join(courteous(words, at, end)))
    before = " ".join(texts(words, begun, at))
    return said[0] if said is not None and before.endswith(said[1]) else None


def closes(words: Sequence[Spoken], start: int, at: int, end: int) -> bool:
    """Returns whether the rest of a sentence is a request that a mark was to part from it.

    `start` is its first word. "My wife put it on the list" is told, and not asked for.
    """
    if words[at - 1].text in _SUBJECTS:
        return False
    rest = courteous(words, at, end)
    asks = "please" in texts(words, at + len(rest), end)
    shown = " ".join(rest)
    if shown in _PARTINGS or (asks and shown in _NOTES_THAT):
        return True
    before = texts(words, start, at)
    told = len(before) >= SHORTEST_TELLING and bool(_SUBJECTS & set(before))
    return (asks or told) and _LISTS.fullmatch(shown) is not None
