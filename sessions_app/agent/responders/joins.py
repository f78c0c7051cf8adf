"""Where the text of a note begins: after what joins it to the command, at its own first word.

"Note that that bug is back" is about that bug. After a mark no word joins anything: in "note: to
be continued" all is text.
"""

from collections.abc import Sequence

from sessions_app.agent.responders.found import texts
from sessions_app.agent.responders.vocabulary import Command
from sessions_app.agent.responders.words import Spoken
from sessions_app.agent.wordlists import listed

COURTESIES = frozenset({"please", "scribe", "thanks"})
_FOR_THAT = (["for", "that"], ["for", "this"], ["for", "me"], ["for", "us"])
_JOINS = {
    Command.NOTE: listed("of to about saying down"),
    Command.ACTION: listed("to about of saying"),
}
"""Before a text; "that" may be one, too, and may follow the others."""

_ABOUT = listed("of about to")
"""After these "that" is a word of the text: "about that bug"."""

_WITHIN = listed("that of to")
"""Words by which a phrase is joined to its text, and which may be the first of a text."""


def is_cut(words: Sequence[Spoken], at: int, stop: int) -> bool:
    """Returns whether a mark within a phrase shows that a text begins there: "note: that"."""
    return any(
        words[here].opened or (words[here].text in _WITHIN and words[here - 1].marked)
        for here in range(at + 1, stop)
    )


def text_begin(words: Sequence[Spoken], command: Command, stop: int, until: int) -> int:
    """Returns where the text after a phrase begins; `stop` is the first word after the phrase."""
    at = _after_courtesies(words, stop, until)
    at = _after_joins(words, _JOINS[command], at, until)
    following = texts(words, at, at + 2) == ["the", "following"] and not words[at].opened
    return at + 2 if following else at


def _after_courtesies(words: Sequence[Spoken], at: int, until: int) -> int:
    while at < until and words[at].text in COURTESIES and not words[at].opened:
        at += 1
    if texts(words, at, at + 2) in _FOR_THAT and not words[at].opened:
        at += 2
    return at


def _after_joins(words: Sequence[Spoken], joins: frozenset[str], at: int, until: int) -> int:
    """Returns the first word that joins nothing: "that" is the last that does, and once."""
    last = words[at - 1].text
    if last not in _WITHIN and _joins(words, at, until) and words[at].text in joins:
        last = words[at].text
        at += 1
    if last == "that" or not _joins(words, at, until) or words[at].text != "that":
        return at
    return at if last in _ABOUT and not words[at].marked else at + 1


def _joins(words: Sequence[Spoken], at: int, until: int) -> bool:
    """Returns whether a word may join a text: no mark stands before it."""
    return at < until and not words[at].opened and not words[at - 1].marked
