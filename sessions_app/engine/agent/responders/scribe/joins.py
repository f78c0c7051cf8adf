"""Where the text of a note begins: after what joins it to the command, at its own first word.

"Note that that bug is back" is about that bug. After a mark no word joins anything: in "note: to
be continued" all is text.
"""

from collections.abc import Sequence

from sessions_app.engine.agent.responders.scribe.found import texts
from sessions_app.engine.agent.responders.scribe.vocabulary import Intent
from sessions_app.engine.agent.responders.scribe.words import PlainWord
from sessions_app.engine.text.word_lists import listed

COURTESIES = frozenset({"please", "scribe", "thanks"})
ENDEARMENTS = listed("love mate darling dear pal buddy honey hon sweetheart sweetie")
"""Courtesies at a sentence's end alone: within one they may be what it is about."""

_FOR_THAT = (["for", "that"], ["for", "this"], ["for", "me"], ["for", "us"])
_TAGS = (["will", "you"], ["would", "you"], ["can", "you"], ["could", "you"])
"""With these it is asked once more: "jot this down, will you: milk"."""

_JOINS = {
    Intent.NOTE: listed("of to about saying down"),
    Intent.ACTION: listed("to about of saying"),
}
"""Before a text; "that" may be one, too, and may follow the others."""

_ABOUT = listed("of about to")
"""After these "that" is a word of the text: "about that bug"."""

_WITHIN = listed("that of to")
"""Words by which a phrase is joined to its text, and which may be the first of a text."""


def is_cut(words: Sequence[PlainWord], at: int, stop: int) -> bool:
    """Returns whether a mark within a phrase shows that a text begins there: "note: that"."""
    return any(
        words[here].opened or (words[here].text in _WITHIN and words[here - 1].marked)
        for here in range(at + 1, stop)
    )


def text_begin(words: Sequence[PlainWord], command: Intent, stop: int, until: int) -> int:
    """Returns where the text after a phrase begins; `stop` is the first word after the phrase."""
    at = _after_courtesies(words, stop, until)
    at = _after_joins(words, _JOINS[command], at, until)
    if at < until and words[at].text == "this" and words[at].marked:
        at += words[at - 1].text in _ABOUT and not words[at].opened  # "a note of this: she moved"
    following = texts(words, at, at + 2) == ["the", "following"] and not words[at].opened
    return at + 2 if following else at


def _after_courtesies(words: Sequence[PlainWord], at: int, until: int) -> int:
    """Returns the first word that is no courtesy, nor who or what the note is for."""
    while at < until and not words[at].opened:
        pair = texts(words, at, min(at + 2, until))
        if words[at].text in COURTESIES:
            at += 1
        elif pair in _FOR_THAT:
            at += 2
        elif tag := _tag(words, at, until):
            at += tag
        else:
            break
    return at


def _tag(words: Sequence[PlainWord], at: int, until: int) -> int:
    """Returns how many words here only ask once more, as a mark after them shows: "will you:"."""
    if texts(words, at, at + 2) not in _TAGS:
        return 0
    stop = at + 2
    while stop < until and words[stop].text in COURTESIES:
        stop += 1
    return stop - at if words[stop - 1].marked else 0


def _after_joins(words: Sequence[PlainWord], joins: frozenset[str], at: int, until: int) -> int:
    """Returns the first word that joins nothing: "that" is the last that does, and once."""
    last = words[at - 1].text
    if last not in _WITHIN and _joins(words, at, until) and words[at].text in joins:
        last = words[at].text
        at += 1
    if last == "that" or not _joins(words, at, until) or words[at].text != "that":
        return at
    return at if last in _ABOUT and not words[at].marked else at + 1


def _joins(words: Sequence[PlainWord], at: int, until: int) -> bool:
    """Returns whether a word may join a text: no mark stands before it."""
    return at < until and not words[at].opened and not words[at - 1].marked
