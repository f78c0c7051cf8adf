"""Phrases that are commands only if a text follows: "note: milk", "remember that we pay"."""

from collections.abc import Sequence

from sessions_app.engine.agent.responders.scribe.found_command import texts
from sessions_app.engine.agent.responders.scribe.note_references import numbered_notes
from sessions_app.engine.agent.responders.scribe.nouns import MEMORIES, is_statement
from sessions_app.engine.agent.responders.scribe.removals import begins_removal
from sessions_app.engine.agent.responders.scribe.requests_at_end import without_courtesies
from sessions_app.engine.agent.responders.scribe.run_ons import has_no_marks, orders
from sessions_app.engine.agent.responders.scribe.words import REPORTING_VERBS, PlainWord
from sessions_app.engine.text.word_lists import listed

_MAY_LACK_TEXT = (["remember", "that"], ["write", "that"])
_FIRST_LABELS = (["task"], ["reminder"])
"""Labels only at the beginning of a sentence: "task: clean the gutter"."""

_SELF = listed("i we")
_RECALLS = listed("remember forget")
_RECALLED = listed(
    "what who whom when where why how which whose if whether him her you them us it me this"
)
"""After "I have to remember" these are only thought of: "I have to remember where it was"."""

_LABELS = (["note"], ["memo"])
"""Labels with a mark after them: "note: buy milk"."""

_FOR_ME = (["for", "me"], ["for", "us"])
_FOR_LIST = listed("for quick one something another new next")
"""First words of "for the list" and "one more for my list"."""

_BOOKS = listed("notes file files books log")
"""For what a label may be: "for the file: he paid"."""

_PUT_IN = listed("note reminder")
_TELLS = (["that"], ["saying"], ["to"], ["for"], ["about"], ["of"])
"""After "put a note in" these begin its text; "put a note in the box" is about paper."""

_OWNERS = listed("the my our his her their this")
_SAID = REPORTING_VERBS | listed("it that which i you he she we they and but so because")
LONGEST_NAME = 3
"""Words of what is named before a mark: "note the tempo, ninety six"."""

_NOTE_SAYS = listed("is reads goes says")
_HAVE = (["have", "a"], ["got", "a"])
_HAVE_ANOTHER = (["have", "another"], ["got", "another"])
_WRITE_VERBS = listed("note write jot take put get type mark log enter save record capture")
"""Verbs that need a mark after "this": "write this: milk", but not "write this letter"."""


def is_labelled(words: Sequence[PlainWord], at: int, stop: int, end: int) -> bool:
    """Returns whether a phrase that needs a mark or a statement after it has one: "note: milk"."""
    phrase = texts(words, at, stop)
    if phrase == ["action"]:
        return _is_label(words, at, end) or _is_for_somebody(words, stop, end)
    if phrase in _LABELS:
        first = phrase == ["note"] and (not at or words[at - 1].stops)
        states = first and is_statement(words, stop, end)  # "note the tap is dripping"
        states = states or _orders_unmarked(words, stop, end)
        states = states or (first and _names_value(words, stop, end))
        return words[at].marked or _is_label(words, at, end) or states
    if (phrase[0] == "for" and phrase[-1] in _BOOKS) or (
        phrase[-1] == "list" and phrase[0] in _FOR_LIST
    ):
        return _is_for_list(words, at, stop, end)
    if phrase in _FIRST_LABELS:
        first = not at or words[at - 1].stops
        return _is_label(words, at, end) or (first and words[at].marked and stop < end)
    writes = phrase[0] in _WRITE_VERBS and phrase[-1] == "this"
    joins = phrase[-1] == "reminding" or (phrase[-1] == "in" and phrase[-2] in _PUT_IN)
    joins = joins or phrase[-2:] == ["in", "mind"]
    if not (writes or joins or _announces(phrase)):
        return True
    rest = texts(words, stop, end)
    told = joins and rest[:1] in _TELLS
    return told or rest in ([], *_FOR_ME) or words[stop - 1].marked or words[stop].opened


def _is_for_somebody(words: Sequence[PlainWord], stop: int, end: int) -> bool:
    """Returns whether "for Dave:" follows, and a text."""
    if texts(words, stop, min(stop + 1, end)) != ["for"]:
        return False
    return any(words[n].opened for n in range(stop + 2, min(stop + 2 + LONGEST_NAME, end)))


def _names_value(words: Sequence[PlainWord], stop: int, end: int) -> bool:
    """Returns whether a thing and its value follow: "note the tempo, ninety six"."""
    if stop >= end or words[stop].text not in _OWNERS:
        return False
    name = range(stop + 1, min(stop + 1 + LONGEST_NAME, end - 1))
    mark = next((n for n in name if words[n].marked), None)
    return mark is not None and not words[mark].stops and words[mark + 1].text not in _SAID


def _is_for_list(words: Sequence[PlainWord], at: int, stop: int, end: int) -> bool:
    """Returns whether items follow: "one for the list: milk", not "for the list, he asked me"."""
    if stop >= end or not words[stop - 1].marked:
        return False
    first = not at or words[at - 1].marked
    if words[stop - 1].text in _BOOKS - {"notes"}:
        return words[stop].opened
    if words[stop - 1].text == "notes":
        return True
    return words[stop].opened or (first and not is_statement(words, stop, end))


def _announces(phrase: Sequence[str]) -> bool:
    """Returns whether a phrase only says that a text comes: "here's a note", "my note is"."""
    if phrase[0] in {"here", "this"} or phrase[-1] in _NOTE_SAYS:
        return phrase[0] != "what"
    has = phrase[1:3] in _HAVE or phrase[1:3] in _HAVE_ANOTHER
    return has and phrase[-1] in {"note", "you"}


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
    if words[at].text in _SELF and words[stop - 1].text in _RECALLS:
        after = texts(words, stop, min(stop + 2, end))
        return not after or after[0] in _RECALLED or (after[0] == "that" and after[-1] in MEMORIES)
    if texts(words, at, stop) not in _MAY_LACK_TEXT:
        return False
    if stop < end:
        of_whom = texts(words, stop + 1, min(stop + 2, end))
        return words[stop].text in MEMORIES or of_whom in (["who"], ["whose"])
    return at == 0 or not words[at - 1].marked
