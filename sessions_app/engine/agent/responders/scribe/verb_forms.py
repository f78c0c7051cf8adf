"""Verb forms of requests, as the imperative that the phrases have: "would you mind noting"."""

from collections.abc import Sequence

from sessions_app.engine.text.word_lists import listed

_FORMS = (
    "note noting noted",
    "make making made",
    "take taking took",
    "write writing wrote",
    "add adding added",
    "put putting put",
    "pop popping popped",
    "stick sticking stuck",
    "jot jotting jotted",
    "log logging logged",
    "record recording recorded",
    "save saving saved",
    "remind reminding reminded",
    "set setting set",
    "read reading read",
    "tell telling told",
    "show showing showed",
    "list listing listed",
    "go going went",
    "give giving gave",
    "repeat repeating repeated",
    "say saying said",
    "delete deleting deleted",
    "remove removing removed",
    "scratch scratching scratched",
    "undo undoing undid",
    "change changing changed",
    "replace replacing replaced",
    "rename renaming renamed",
    "end ending ended",
    "stop stopping",
    "summarise summarising summarised",
    "summarize summarizing summarized",
    "hang hanging hung",
    "create creating created",
    "keep keeping kept",
)
_GERUNDS = {form.split()[1]: form.split()[0] for form in _FORMS}
_PASTS = {form.split()[2]: form.split()[0] for form in _FORMS if len(form.split()) > 2}  # noqa: PLR2004

_WOULD_BE = listed(
    "appreciate grateful thankful glad happy pleased great nice good kind helpful lovely perfect "
    "brilliant wonderful super help love like"
)
"""With "would", these ask in "I'd be grateful if you noted"."""


LONGEST_ASKING = 12
"""How many words before a verb are examined for such a wish."""


def as_imperative(word: str, before: Sequence[str]) -> str:
    """Returns "note" for "noting" after "mind", and for "noted" after "I'd be glad if you"."""
    if before[-1:] == ["mind"]:
        return _GERUNDS.get(word, word)
    if list(before[-2:]) == ["if", "you"] or list(before[-3:]) in (
        ["if", "you", "also"],
        ["if", "you", "just"],
    ):
        asks = "would" in before and _WOULD_BE & set(before)
        return _PASTS.get(word, word) if asks else word
    return word
