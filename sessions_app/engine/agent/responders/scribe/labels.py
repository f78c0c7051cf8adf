"""Phrases that are commands only if a text follows: "note: milk", "remember that we pay"."""

from collections.abc import Sequence

from sessions_app.engine.agent.responders.scribe.found_command import texts
from sessions_app.engine.agent.responders.scribe.note_references import numbered_notes
from sessions_app.engine.agent.responders.scribe.nouns import MEMORIES, is_statement
from sessions_app.engine.agent.responders.scribe.removals import begins_removal
from sessions_app.engine.agent.responders.scribe.requests_at_end import without_courtesies
from sessions_app.engine.agent.responders.scribe.run_ons import has_no_marks, orders
from sessions_app.engine.agent.responders.scribe.words import PlainWord
from sessions_app.engine.text.word_lists import listed

_MAY_LACK_TEXT = (["remember", "that"], ["write", "that"])
_FIRST_LABELS = (["task"], ["reminder"])
"""Labels only at the beginning of a sentence: "task: clean the gutter"."""

_LABELS = (["note"], ["memo"])
"""Labels with a mark after them: "note: buy milk"."""

_WRITE_VERBS = listed("note write jot take put get type mark log")
"""Verbs that need a mark after "this": "write this: milk", but not "write this letter"."""


def is_labelled(words: Sequence[PlainWord], at: int, stop: int, end: int) -> bool:
    """Returns whether a phrase that needs a mark or a statement after it has one: "note: milk"."""
    phrase = texts(words, at, stop)
    if phrase == ["action"]:
        return _is_label(words, at, end)
    if phrase in _LABELS:
        first = phrase == ["note"] and (not at or words[at - 1].stops)
        states = first and is_statement(words, stop, end)  # "note the tap is dripping"
        states = states or _orders_unmarked(words, stop, end)
        return words[at].marked or _is_label(words, at, end) or states
    if phrase == ["for", "the", "notes"]:
        return words[stop - 1].marked and stop < end
    if phrase in _FIRST_LABELS:
        first = not at or words[at - 1].stops
        return _is_label(words, at, end) or (first and words[at].marked and stop < end)
    if phrase[0] in _WRITE_VERBS and phrase[-1] == "this":
        return stop == end or words[stop - 1].marked or words[stop].opened
    return True


def _orders_unmarked(words: Sequence[PlainWord], stop: int, end: int) -> bool:
    """Returns whether a turn without marks begins so, or goes on so: "note buy milk"."""
    return words[0].text == "note" and has_no_marks(words) and orders(texts(words, stop, end))


def _is_label(words: Sequence[PlainWord], at: int, end: int) -> bool:
    """Returns whether a quote or a sign begins the text: "note - milk".

    "Note #2 is wrong, delete it" is about the second note instead.
    """
    if at + 1 == end or not words[at + 1].opened:
        return False
    if not words[at + 1].text.isdecimal():
        return True
    after = range(at + 2, len(words))
    deletes = any(begins_removal(texts(words, n, n + 3)) for n in after if words[n - 1].marked)
    return not deletes and numbered_notes(without_courtesies(words, at, end)) is None


def lacks_text(words: Sequence[PlainWord], at: int, stop: int, end: int) -> bool:
    """Returns whether "remember that" has no text: "remember that day?", "do you remember that"."""
    if texts(words, at, stop) not in _MAY_LACK_TEXT:
        return False
    if stop < end:
        of_whom = texts(words, stop + 1, min(stop + 2, end))
        return words[stop].text in MEMORIES or of_whom in (["who"], ["whose"])
    return at == 0 or not words[at - 1].marked
