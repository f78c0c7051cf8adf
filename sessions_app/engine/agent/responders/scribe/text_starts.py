"""Where the text of a note begins: after the words that join it to the command, such as "that".

In "note that that bug is back" the text is "that bug is back". After a mark all words are text:
"note: to be continued".
"""

from collections.abc import Sequence

from sessions_app.engine.agent.responders.scribe.found_command import texts
from sessions_app.engine.agent.responders.scribe.vocabulary import Intent
from sessions_app.engine.agent.responders.scribe.words import PlainWord
from sessions_app.engine.text.word_lists import listed

COURTESIES = frozenset({"please", "scribe", "thanks"})
ENDEARMENTS = listed("love mate darling dear pal buddy honey hon sweetheart sweetie")
"""Courtesies at the end of a sentence only; within one they may be part of a note."""

_FOR_THAT = (["for", "that"], ["for", "this"], ["for", "me"], ["for", "us"])
_TAGS = (["will", "you"], ["would", "you"], ["can", "you"], ["could", "you"])
"""Question tags: "jot this down, will you: milk"."""

_BRIEFLY = (["real", "quick"], ["really", "quick"], ["super", "quick"], ["very", "quickly"])
"""How people ask for haste: "jot down real quick that we moved"."""

_THE_FACT = ["the", "fact", "that"]

_JOINS = {
    Intent.NOTE: listed("of to about saying down"),
    Intent.ACTION: listed("to about of saying"),
}
"""Words that join a text to its command; "that" may follow them, or be the only one."""

_ABOUT = listed("of about to")
"""After these "that" belongs to the text: "about that bug"."""

_PHRASE_ENDS = listed("that of to")
"""Words that end a phrase ("note that") or begin a text ("note: that")."""


def text_begins_within(words: Sequence[PlainWord], at: int, stop: int) -> bool:
    """Returns whether a mark within a phrase shows that the text begins there: "note: that"."""
    return any(
        words[n].opened or (words[n].text in _PHRASE_ENDS and words[n - 1].marked)
        for n in range(at + 1, stop)
    )


def text_begin(words: Sequence[PlainWord], command: Intent, stop: int, until: int) -> int:
    """Returns where the text after a phrase begins; `stop` is the first word after the phrase."""
    at = _after_courtesies(words, stop, until)
    at = _after_joins(words, _JOINS[command], at, until)
    if at < until and words[at].text == "this" and words[at].marked:
        at += words[at - 1].text in _ABOUT and not words[at].opened  # "a note of this: she moved"
    if texts(words, at, at + 3) == _THE_FACT and words[at - 1].text in _ABOUT:
        at += 3
    following = texts(words, at, at + 2) == ["the", "following"] and not words[at].opened
    return at + 2 if following else at


def _after_courtesies(words: Sequence[PlainWord], at: int, until: int) -> int:
    """Returns the first word that is no courtesy, no question tag and no "for me"."""
    while at < until and not words[at].opened:
        pair = texts(words, at, min(at + 2, until))
        if words[at].text in COURTESIES:
            at += 1
        elif pair in _FOR_THAT or pair in _BRIEFLY:
            at += 2
        elif tag := _tag(words, at, until):
            at += tag
        else:
            break
    return at


def _tag(words: Sequence[PlainWord], at: int, until: int) -> int:
    """Returns how many words here are a question tag, with a mark after it: 2 in "will you:"."""
    if texts(words, at, at + 2) not in _TAGS:
        return 0
    stop = at + 2
    while stop < until and words[stop].text in COURTESIES:
        stop += 1
    return stop - at if words[stop - 1].marked else 0


def _after_joins(words: Sequence[PlainWord], joins: frozenset[str], at: int, until: int) -> int:
    """Returns the first word of the text, after the joining words."""
    last = words[at - 1].text
    if last not in _PHRASE_ENDS and _may_join(words, at, until) and words[at].text in joins:
        last = words[at].text
        at += 1
    if last == "that" or not _may_join(words, at, until) or words[at].text != "that":
        return at
    return at if last in _ABOUT and not words[at].marked else at + 1


def _may_join(words: Sequence[PlainWord], at: int, until: int) -> bool:
    """Returns whether a word may be a joining one: no mark stands before it."""
    return at < until and not words[at].opened and not words[at - 1].marked
