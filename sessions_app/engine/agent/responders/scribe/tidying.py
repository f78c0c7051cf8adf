"""Removes notes and brings them back, and says what was done."""

from collections.abc import Sequence

from sessions_app.engine.agent.responders.base import CallHost, NoteRefusedError, NotesUndone
from sessions_app.engine.agent.responders.scribe.note_choice import (
    NoteChoice,
    choose_notes,
    note_line,
)
from sessions_app.engine.agent.responders.scribe.note_references import NoteReference
from sessions_app.engine.core.events import NoteTaken
from sessions_app.engine.text.writing import closed

KEPT = "All right, all notes are kept."
UNCHANGED = "All right, nothing was changed."
DONE = "Removed, as it is done: "
HOW_TO_RESTORE = "Say bring them back if that was wrong."
MOST_READ_OUT = 3
"""At most this many removed notes are read aloud; of more only the number is said."""


def remove(host: CallHost, reference: NoteReference) -> str:
    """Removes the notes that are meant and returns what to say; removes none if that is unclear."""
    chosen: NoteChoice = choose_notes(reference, host.notes)
    if not chosen.notes:
        return chosen.problem
    every = len(chosen.notes) == len(host.notes) > 1
    gone = host.remove_notes({note.number for note in chosen.notes})
    if every:
        return f"Removed all {len(gone)} notes. {HOW_TO_RESTORE}"
    return _report("Removed", gone) + (f" {HOW_TO_RESTORE}" if len(gone) > MOST_READ_OUT else "")


def remove_done(host: CallHost, note: NoteTaken) -> str:
    """Removes a to-do that the caller says is done and returns what to say."""
    host.remove_notes({note.number})
    return f"{closed(f'{DONE}{note.text}')} Say bring it back if it is not."


def undo(host: CallHost) -> str:
    """Undoes the last change of the notes and returns what to say."""
    undone = host.undo_notes()
    return _report_changes(undone) if undone else "There is nothing to undo."


def redo(host: CallHost) -> str:
    """Takes back the last undo and returns what to say."""
    redone = host.redo_notes()
    return _report_changes(redone) if redone else "There is no undo to take back."


def _report_changes(undone: NotesUndone) -> str:
    changes = [("Removed", undone.removed), ("Brought back", undone.restored)]
    return " ".join(_report(verb, notes) for verb, notes in changes if notes)


def bring_back(host: CallHost) -> str:
    """Puts the notes back that were removed last and returns what to say."""
    try:
        back = host.restore_notes()
    except NoteRefusedError as refused:
        return str(refused)
    return _report("Brought back", back) if back else "There is nothing to bring back."


def _report(verb: str, notes: Sequence[NoteTaken]) -> str:
    if len(notes) == 1:
        return closed(f"{verb}: {notes[0].text}")
    if len(notes) > MOST_READ_OUT:
        return f"{verb} {len(notes)} notes."
    return " ".join([f"{verb} {len(notes)} notes.", *(closed(note_line(note)) for note in notes)])
