"""What the scribe does to its notes when some are to go or to come back, and what it says."""

from collections.abc import Sequence

from sessions_app.engine.agent.responders.base import CallHost, NoteRefusedError, NotesUndone
from sessions_app.engine.agent.responders.scribe.removals import NoteChoice, choice, line
from sessions_app.engine.agent.responders.scribe.which import Which
from sessions_app.engine.core.events import NoteTaken
from sessions_app.engine.text.writing import closed

KEPT = "All right, all notes are kept."
AGAIN = "Say bring them back if that was wrong."
MOST_TOLD = 3
"""So many notes that are gone are read aloud; of more it is said how many."""


def take_out(host: CallHost, which: Which) -> str:
    """Takes out the notes that are meant and returns what to say; touches none that may not be."""
    chosen: NoteChoice = choice(which, host.notes)
    if not chosen.notes:
        return chosen.problem
    every = len(chosen.notes) == len(host.notes) > 1
    gone = host.remove_notes({note.number for note in chosen.notes})
    if every:
        return f"Removed all {len(gone)} notes. {AGAIN}"
    return _said("Removed", gone) + (f" {AGAIN}" if len(gone) > MOST_TOLD else "")


def undo(host: CallHost) -> str:
    """Takes back what was done last and returns what to say."""
    undone = host.undo_notes()
    return _changed(undone) if undone else "There is nothing to undo."


def redo(host: CallHost) -> str:
    """Takes back what was undone last and returns what to say."""
    redone = host.redo_notes()
    return _changed(redone) if redone else "There is no undo to take back."


def _changed(undone: NotesUndone) -> str:
    told = [("Removed", undone.removed), ("Brought back", undone.restored)]
    return " ".join(_said(what, notes) for what, notes in told if notes)


def bring_back(host: CallHost) -> str:
    """Puts back what was taken out last and returns what to say."""
    try:
        back = host.restore_notes()
    except NoteRefusedError as refused:
        return str(refused)
    return _said("Brought back", back) if back else "There is nothing to bring back."


def _said(what: str, notes: Sequence[NoteTaken]) -> str:
    if len(notes) == 1:
        return closed(f"{what}: {notes[0].text}")
    if len(notes) > MOST_TOLD:
        return f"{what} {len(notes)} notes."
    return " ".join([f"{what} {len(notes)} notes.", *(closed(line(note)) for note in notes)])
