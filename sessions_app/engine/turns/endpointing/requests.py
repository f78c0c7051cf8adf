"""Unfinished requests: "remind me to call", "could you note that the budget is".

Recognisers end a request with a question mark or a full stop wherever the caller pauses.
"""

from collections.abc import Sequence

from sessions_app.engine.text.word_lists import listed

_ASKERS = listed("could can would will")
_ASKED = ("please", "just", "also", "maybe", "quickly")
_NOTES = (
    ("make", "a", "note", "that"),
    ("take", "a", "note", "that"),
    ("make", "a", "note"),
    ("take", "a", "note"),
    ("write", "down", "that"),
    ("remind", "me", "that"),
    ("tell", "them", "that"),
    ("remember", "that"),
    ("write", "that"),
    ("note", "down", "that"),
    ("note", "that"),
    ("note",),
)
"""Openings of a request that a sentence of its own follows."""

_TASKS = (("remind", "me"), ("forget",), ("remember",), ("note",))
_OWN_TASKS = (("need",), ("want",), ("have",), ("like",))
"""Openings that "to" and a task follow. _OWN_TASKS need "I" or "we" before them: "the one you have
to call" is no task."""

_TAKE_OBJECTS = listed(
    "call phone ring email text message buy get fetch bring take send post pick order book pay "
    "ask tell give show make find fix clean wash check contact return collect cancel renew print "
    "prepare schedule add put change update write visit meet finish invite thank water feed sign"
)
"""Verbs that are mostly followed by an object."""

_DETERMINERS = listed("the a an my your his her our their this that these those")
_OF_RELATIVES = listed("which who whom whose where")
LONGEST_NAME = 3
"""Most words of a subject without a verb: "my old friend"."""


def without_request(words: Sequence[str]) -> Sequence[str]:
    """Returns the words without a leading "could you please"."""
    if len(words) > 1 and words[0] in _ASKERS and words[1] == "you":
        words = words[2:]
        while words and words[0] in _ASKED:
            words = words[1:]
    return words


def noted(words: Sequence[str]) -> Sequence[str] | None:
    """Returns the words to write down, as far as they were said; None for no such request."""
    rest = tuple(without_request(words))
    while rest and rest[0] in _ASKED:
        rest = rest[1:]
    found = (rest[len(lead) :] for lead in _NOTES if rest[: len(lead)] == lead)
    return next(found, None)


def lacks_object(words: Sequence[str]) -> bool:
    """Returns whether the words are a task that ends with a verb without its object."""
    if words[-1] not in _TAKE_OBJECTS or len(words) < 3 or words[-2] != "to":  # noqa: PLR2004
        return False
    leads = [*_TASKS, *(_OWN_TASKS if words[0] in ("i", "we") else ())]
    return any(tuple(words[-2 - len(lead) : -2]) == lead for lead in leads)


def in_relative_clause(text: str, words: Sequence[str]) -> bool:
    """Returns whether `text` ends within a relative clause, or after one: "Tom, who is late,".

    `text` has the commas; `words` are those of the noted sentence (`noted`), or of all of it.
    """
    named, _, clause = text.rstrip(" ,.?!").rpartition(", ")
    start = [word for word in words if word in _OF_RELATIVES]
    if not named or not start or not clause.startswith(tuple(f"{one} " for one in _OF_RELATIVES)):
        return False
    subject = words[: words.index(start[0])]
    return 0 < len(subject) <= LONGEST_NAME and (subject[0] in _DETERMINERS or len(subject) == 1)
