"""Phrases that are commands only where what follows shows it: "note: milk", "remember that"."""

from collections.abc import Sequence

from sessions_app.engine.agent.responders.scribe.found import texts
from sessions_app.engine.agent.responders.scribe.nouns import MEMORIES, is_statement
from sessions_app.engine.agent.responders.scribe.removals import begins
from sessions_app.engine.agent.responders.scribe.requests_at_end import courteous
from sessions_app.engine.agent.responders.scribe.which import counted
from sessions_app.engine.agent.responders.scribe.words import PlainWord
from sessions_app.engine.text.word_lists import listed

_TOLD_OF = (["remember", "that"], ["write", "that"])
_KINDS = (["task"], ["reminder"])
"""These do, too, at the beginning: "task: clean the gutter"."""

_LABELS = (["note"], ["memo"])
"""With a mark these say what follows: "note: buy milk"."""

_WRITES = listed("note write jot take put get type mark log")
"""With "this" these say so, too; without a mark "this" is of the text: "write this letter"."""


def shows_its_text(words: Sequence[PlainWord], at: int, stop: int, end: int) -> bool:
    """Returns whether a phrase needs no mark before its text, or has one: "note this: milk"."""
    phrase = texts(words, at, stop)
    if phrase == ["action"]:
        return _is_label(words, at, end)
    if phrase in _LABELS:
        begins_it = phrase == ["note"] and (not at or words[at - 1].stops)
        told = begins_it and is_statement(words, stop, end)  # "note the tap is dripping"
        return words[at].marked or _is_label(words, at, end) or told
    if phrase in _KINDS:
        begins_it = not at or words[at - 1].stops
        return _is_label(words, at, end) or (begins_it and words[at].marked and stop < end)
    if phrase[0] in _WRITES and phrase[-1] == "this":
        return stop == end or words[stop - 1].marked or words[stop].opened
    return True


def _is_label(words: Sequence[PlainWord], at: int, end: int) -> bool:
    """Returns whether the text follows at once: a quote, or a sign that names no note.

    "Note #2 is wrong, delete it" is about the second note.
    """
    if at + 1 == end or not words[at + 1].opened:
        return False
    if not words[at + 1].text.isdecimal():
        return True
    after = range(at + 2, len(words))
    deleted = any(begins(texts(words, n, n + 3)) for n in after if words[n - 1].marked)
    return not deleted and counted(courteous(words, at, end)) is None


def is_told_of(words: Sequence[PlainWord], at: int, stop: int, end: int) -> bool:
    """Returns whether "remember that" has no text here; at the end it means what was before."""
    if texts(words, at, stop) not in _TOLD_OF:
        return False
    if stop < end:
        of_whom = texts(words, stop + 1, min(stop + 2, end))
        return words[stop].text in MEMORIES or of_whom in (["who"], ["whose"])
    return at == 0 or not words[at - 1].marked
