"""Requests to change a note: "change note two to buy oat milk", "make the last one say".

The words for the note come before the word that joins the new text to them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sessions_app.engine.agent.responders.base import CallHost, NoteRefusedError
from sessions_app.engine.agent.responders.scribe.note_choice import HOW_TO_NAME, choose_notes
from sessions_app.engine.agent.responders.scribe.note_references import (
    SINGULAR_NOUNS,
    NoteReference,
    note_reference,
    numbered_notes,
)
from sessions_app.engine.text.word_lists import listed
from sessions_app.engine.text.writing import closed

CHANGED = "Changed"
NO_TEXT = "Say change, its number, to, and what it should say."
"""The answer to "change note two", which leaves out the new text."""

_CHANGE_VERBS = listed("change edit update correct amend alter rewrite reword rephrase modify")
_RENAME_VERBS = listed("rename retitle")
_REPLACE_VERBS = listed("replace swap exchange")
_MAKE_VERBS = listed("make have let")
VERBS = _CHANGE_VERBS | _RENAME_VERBS | _REPLACE_VERBS | _MAKE_VERBS
"""Verbs that a change begins with."""

_TO_SAY = (
    *(["to", "say", "that"], ["to", "read", "that"], ["so", "that", "it", "says"]),
    *(["so", "it", "says"], ["to", "say"], ["to", "read"], ["to", "be"], ["to"]),
)
_RENAMED = (*_TO_SAY, ["as"], ["into"])
_WITH = (["with"], ["by"], ["for"])
_SAY = (["say", "that"], ["read", "that"], ["say"], ["read"])
_SHOULD_SAY = tuple([modal, verb] for modal in ("should", "must") for verb in ("say", "read"))
LONGEST_REFERENCE = 8
"""Within how many words the note must be named."""

_NOTES = (SINGULAR_NOUNS - listed("one thing part bit point")) | listed("number action")
"""Nouns used for notes alone; "the last one" may be something else."""

_SAYING = listed("say says read")
_THINGS = listed("a an another it that this him her them me us")
LONGEST_ONE = 6
"""A text of at most this many words that ends in "one" is a thing: "a bigger one"."""


@dataclass(frozen=True, slots=True)
class NoteChange:
    """A note to change, and how many words stand before its new text."""

    notes: NoteReference
    text_begin: int


def change(words: Sequence[str]) -> NoteChange | None:
    """Returns the change that a sentence asks for, or None."""
    for first, joins in _forms(words[0] if words else ""):
        for stop in range(first + 1, min(len(words), first + LONGEST_REFERENCE + 1)):
            join = next((len(j) for j in joins if list(words[stop : stop + len(j)]) == j), 0)
            notes = _single(words[first:stop]) if join else None
            said = bool(_SAYING & set(words[stop : stop + join]))
            if notes is None or not (said or notes.sure or _is_text(words[stop + join :])):
                continue
            if first or notes.sure:  # "the last one should say sorry" may be about anybody
                return NoteChange(notes, stop + join)
    return None


def change_note(host: CallHost, reference: NoteReference, text: str) -> str:
    """Changes the note that is meant and returns what to say; changes none if that is unclear."""
    chosen = choose_notes(reference, host.notes)
    if len(chosen.notes) != 1:
        return chosen.problem.removesuffix(f" {HOW_TO_NAME}")
    if not text:
        return NO_TEXT
    try:
        changed = host.change_note(chosen.notes[0].number, text)
    except NoteRefusedError as refused:
        return str(refused)
    return closed(f"{CHANGED} note {changed.number}: {changed.text}") if changed else ""


def _forms(verb: str) -> Sequence[tuple[int, Sequence[list[str]]]]:
    """Returns where the note is named, and what joins the new text to it."""
    if verb in _CHANGE_VERBS:
        return [(1, _TO_SAY)]
    if verb in _RENAME_VERBS:
        return [(1, _RENAMED)]
    if verb in _REPLACE_VERBS:
        return [(1, _WITH)]
    if verb in _MAKE_VERBS:
        return [(1, _SAY)]
    return [(0, _SHOULD_SAY)]


def _single(words: Sequence[str]) -> NoteReference | None:
    """Returns the one note that words name: by its number, or "the note about milk"."""
    named = bool(_NOTES & set(words))
    numbered = numbered_notes(words)
    if numbered is not None:
        return replace(numbered, sure=named) if len(numbered.numbers) == 1 else None
    if not named or "about" not in words:
        return None
    about = note_reference(words, sure=True)
    return about if about and about.words and not about.every else None


def _is_text(words: Sequence[str]) -> bool:
    """Returns whether words are a text, and no thing instead of another: "a bigger one", "this".

    After "the last one" they may be that; "note two" is a note in any case.
    """
    if not words or words[0] in _THINGS:
        return False
    return len(words) > LONGEST_ONE or words[-1] not in {"one", "ones", "else"}
