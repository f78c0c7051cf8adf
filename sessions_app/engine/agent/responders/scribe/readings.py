"""Requests to read some of the notes: "read me note number three", "what was the last task"."""

from collections.abc import Sequence
from itertools import pairwise

from sessions_app.engine.agent.responders.base import CallHost
from sessions_app.engine.agent.responders.scribe.note_choice import (
    HOW_TO_NAME,
    choose_notes,
    note_line,
)
from sessions_app.engine.agent.responders.scribe.note_references import (
    NOUNS,
    PLURAL_NOUNS,
    NoteReference,
    numbered_notes,
)
from sessions_app.engine.agent.responders.scribe.text_starts import COURTESIES
from sessions_app.engine.text.word_lists import listed
from sessions_app.engine.text.writing import closed

_READS = listed("read repeat show tell give hear")
_TO = listed("me us back out again aloud")
_TO_ME = (["to", "me"], ["to", "us"])
_ASKS = (["what", "is"], ["what", "are"], ["what", "was"], ["what", "were"])
_ASKS_ON = (["what", "about"], ["how", "about"], ["which", "is"], ["which", "was"])
_ASKS_WHICH = (["which", "one", "is"], ["which", "one", "was"])
_SAYS = (["what", "does"], ["what", "do"], ["what", "did"])
_GOES = (["how", "does"], ["how", "did"])
FIRST_WORDS = _READS | listed("what which how")
"""Words that such a request begins with."""

_VAGUE = listed("thing things part parts bit point points one ones")
"""Nouns not only used for notes: "repeat the last part" is about what was said."""

_NOTES = NOUNS - _VAGUE
_AGAIN = listed("again then")
_BACK = listed("back aloud")
LONGEST_PLACE = 6
"""How many words may name a note by its place."""


def reading(words: Sequence[str]) -> NoteReference | None:
    """Returns which notes a sentence asks to hear, by number or position, or None."""
    rest = _note_words(words)
    if rest is None or _is_how_many(rest):
        return None
    if not _NOTES & set(rest) and (words[0] != "read" or _VAGUE - {"one", "ones"} & set(rest)):
        return None
    return numbered_notes(rest)


def place_reading(words: Sequence[str], *, goes_on: bool = False) -> NoteReference | None:
    """Returns which notes "what's the second one?" asks to hear, if it is about notes at all.

    With `goes_on`, "and" stands before the words: "and the third?".
    """
    rest = _note_words(words)
    if rest is None:
        bare = list(words)
        while bare and bare[-1] in COURTESIES | _AGAIN:
            bare.pop()
        rest = bare if goes_on and bare[:1] == ["the"] else None
    if rest is None or not 0 < len(rest) <= LONGEST_PLACE or _is_how_many(rest):
        return None
    riddle = list(words[:2]) == ["what", "is"] and "number" in rest and "again" not in words
    if riddle or words[0] == "repeat":
        return None  # "what is number five?" may be about anything, "repeat that one" about talk
    if (_VAGUE - {"one", "ones"}) & set(rest):
        return None
    return numbered_notes(rest)


def read_out(host: CallHost, reference: NoteReference) -> str:
    """Returns the notes that are meant, to be read aloud, or why there are none."""
    chosen = choose_notes(reference, host.notes)
    lines = " ".join(closed(note_line(note)) for note in chosen.notes)
    return lines or chosen.problem.removesuffix(f" {HOW_TO_NAME}")


def _note_words(words: Sequence[str]) -> list[str] | None:
    """Returns the words that name the notes; None if this is no request to read."""
    rest = list(words)
    while rest and (rest[-1] in COURTESIES | _AGAIN | _BACK or rest[-2:] in _TO_ME):
        rest = rest[: -2 if rest[-2:] in _TO_ME else -1]
    if rest[:1] and rest[0] in _READS:
        rest.pop(0)
        while rest and rest[0] in _TO:
            rest.pop(0)
        return rest
    if rest[:2] in _ASKS:
        return rest[2 + (rest[2:3] == ["in"]) :]
    if rest[:2] in _ASKS_ON:
        return rest[2:]
    if rest[:3] in _ASKS_WHICH:
        return rest[3:]
    if rest[:2] in _GOES and rest[-1] in {"go", "read"}:
        return rest[2:-1]
    return rest[2:-1] if rest[:2] in _SAYS and rest[-1] == "say" else None


def _is_how_many(words: Sequence[str]) -> bool:
    """Returns whether a number only counts the notes: "my two notes" means all of them."""
    for at, (word, after) in enumerate(pairwise(words)):
        if (
            after in PLURAL_NOUNS
            and numbered_notes(["number", word])
            and not numbered_notes(words[: at + 1])
        ):
            return True
    return False
