"""A call's notes, with undo and redo."""

from collections import Counter, deque
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from sessions_app.engine.agent.responders.base import NoteRefusedError, NotesUndone
from sessions_app.engine.core.events import CallEvent, NoteKind, NotesChanged, NoteTaken
from sessions_app.engine.text.cleaning import clean

PART_CHARACTERS = 16_000
"""The most text of notes in one event, so that it fits into one message."""

MAX_UNDO = 50
"""How many changes can be undone one after the other. Higher costs memory in every call."""


@dataclass(frozen=True, slots=True)
class NoteLimits:
    """How many notes a call may have, and of how many characters; 0 for no limit."""

    most: int = 500
    characters: int = 2000


@dataclass(frozen=True, slots=True)
class NotebookSnapshot:
    """The notes at one moment, with their undo and redo history."""

    notes: tuple[NoteTaken, ...]
    undo: tuple[list[NoteTaken], ...]
    removed: tuple[list[NoteTaken], ...]
    redo: tuple[list[NoteTaken], ...]


class Notebook:
    """The call's notes. Emits every change (`NotesChanged`), with only the notes that changed.

    Notes are numbered from 1 without gaps: when one is removed those after it move up, just as
    people count them when they are read aloud.
    """

    def __init__(
        self,
        emit: Callable[[CallEvent], None],
        now_ms: Callable[[], float],
        limits: NoteLimits | None = None,
    ) -> None:
        self._emit = emit
        self._now_ms = now_ms
        self._limits = limits or NoteLimits()
        self._notes: list[NoteTaken] = []
        self._undo: deque[list[NoteTaken]] = deque(maxlen=MAX_UNDO)
        """All notes before each change, the newest last."""

        self._removed: deque[list[NoteTaken]] = deque(maxlen=MAX_UNDO)
        """The notes that each removal took out, the newest last."""

        self._redo: deque[list[NoteTaken]] = deque(maxlen=MAX_UNDO)
        """All notes before each undo, the newest last."""

    @property
    def notes(self) -> tuple[NoteTaken, ...]:
        return tuple(self._notes)

    def all_notes(self) -> list[NotesChanged]:
        """Returns all notes as events, each short enough for one message."""
        parts = list(_parts(self._notes)) or [()]
        return [NotesChanged(part, whole=not index) for index, part in enumerate(parts)]

    def add(self, kind: NoteKind, text: str) -> NoteTaken:
        """Adds a note and returns it.

        Raises NoteRefusedError (not retryable) if it is too long, or there are too many.
        """
        most = self._limits.most
        if most and len(self._notes) >= most:
            raise NoteRefusedError(f"You already have {most} notes. I can't take any more.")
        self._check_length(text)
        note = NoteTaken(len(self._notes) + 1, kind, clean(text), self._now_ms())
        self._change([*self._notes, note])
        return note

    def change(self, number: int, text: str) -> NoteTaken | None:
        """Gives the note with this number another text; returns it, None if there is none.

        Raises NoteRefusedError (not retryable) if the text is too long.
        """
        self._check_length(text)
        if not 1 <= number <= len(self._notes):
            return None
        changed = replace(self._notes[number - 1], text=clean(text))
        self._change([changed if note.number == number else note for note in self._notes])
        return changed

    def _check_length(self, text: str) -> None:
        longest = self._limits.characters
        if longest and len(text) > longest:
            raise NoteRefusedError(
                f"That is too long for a note. The most is {longest} characters."
            )

    def remove(self, numbers: Collection[int]) -> list[NoteTaken]:
        """Removes the notes with these numbers and returns them, with their old numbers."""
        removed = [note for note in self._notes if note.number in numbers]
        if removed:
            self._removed.append(removed)
            self._change([note for note in self._notes if note.number not in numbers])
        return removed

    def restore(self) -> list[NoteTaken]:
        """Puts the notes of the last removal back in their places; returns them renumbered.

        Returns [] if there was no removal. Raises NoteRefusedError (not retryable) if there would
        be too many notes.
        """
        if not self._removed:
            return []
        most, restored = self._limits.most, self._removed[-1]
        if most and len(self._notes) + len(restored) > most:
            raise NoteRefusedError(f"You already have {most} notes. I can't take any more.")
        before, notes = self._notes, list(self._notes)
        for note in self._removed.pop():
            notes.insert(note.number - 1, note)
        self._change(notes)
        return _not_in(self._notes, before)

    def undo(self) -> NotesUndone | None:
        """Undoes the last change; returns what that added and removed, None if there is none."""
        before = self._undo.pop() if self._undo else self._notes[:-1]
        if before == self._notes:
            return None
        self._redo.append(self._notes)
        return self._switch_to(before)

    def redo(self) -> NotesUndone | None:
        """Undoes the last `undo`; returns what that added and removed.

        None if there was no `undo`, or another change after it.
        """
        if not self._redo:
            return None
        self._undo.append(self._notes)
        return self._switch_to(self._redo.pop())

    def _switch_to(self, notes: list[NoteTaken]) -> NotesUndone:
        """Replaces the notes by another version of them and returns the difference."""
        present = self._notes
        difference = NotesUndone(tuple(_not_in(present, notes)), tuple(_not_in(notes, present)))
        if difference.removed and difference.restored:
            pass  # a note's text was changed, which took none out
        elif difference.removed:
            self._removed.append(list(difference.removed))
        elif self._removed:
            self._removed.pop()
        self._change(notes, undoable=False)
        return difference

    def snapshot(self) -> NotebookSnapshot:
        """Returns the present notes and their history, for `go_back`."""
        return NotebookSnapshot(
            self.notes, tuple(self._undo), tuple(self._removed), tuple(self._redo)
        )

    def go_back(self, snapshot: NotebookSnapshot) -> None:
        """Restores notes and history, as if nothing had been done since the snapshot."""
        self._change(snapshot.notes, undoable=False)
        self._undo = deque(snapshot.undo, MAX_UNDO)
        self._removed = deque(snapshot.removed, MAX_UNDO)
        self._redo = deque(snapshot.redo, MAX_UNDO)

    def _change(self, notes: Sequence[NoteTaken], *, undoable: bool = True) -> None:
        """Replaces the notes by these, renumbered, and emits what changed."""
        before = self._notes
        if undoable:
            self._undo.append(before)
            self._redo.clear()
        self._notes = [
            note if note.number == number else replace(note, number=number)
            for number, note in enumerate(notes, start=1)
        ]
        count = len(before)
        changed = [n for at, n in enumerate(self._notes) if at >= count or before[at] != n]
        for part in _parts(changed):
            self._emit(NotesChanged(part))
        if removed := tuple(note.number for note in before[len(self._notes) :]):
            self._emit(NotesChanged(removed=removed))


def _not_in(notes: Sequence[NoteTaken], others: Sequence[NoteTaken]) -> list[NoteTaken]:
    """Returns those of `notes` that are not among `others`; numbers are not compared."""
    known = Counter(map(_without_number, others))
    found = []
    for note in notes:
        if known[_without_number(note)] > 0:
            known[_without_number(note)] -= 1
        else:
            found.append(note)
    return found


def _without_number(note: NoteTaken) -> NoteTaken:
    return replace(note, number=0)


def _parts(notes: Sequence[NoteTaken]) -> Iterator[tuple[NoteTaken, ...]]:
    """Yields the notes in runs of at most PART_CHARACTERS; a longer note is a run of its own."""
    part: list[NoteTaken] = []
    size = 0
    for note in notes:
        if part and size + len(note.text) > PART_CHARACTERS:
            yield tuple(part)
            part, size = [], 0
        part.append(note)
        size += len(note.text)
    if part:
        yield tuple(part)
