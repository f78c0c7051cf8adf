"""A call's notes, and what was done to them: every change can be undone."""

from collections import Counter, deque
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace

from sessions_app.engine.agent.responders.base import NoteRefusedError, NotesUndone
from sessions_app.engine.core.events import CallEvent, NoteKind, NotesChanged, NoteTaken
from sessions_app.engine.text.cleaning import clean

PART_CHARACTERS = 16_000
"""Most text of notes in one message."""

MOST_UNDONE = 50
"""Changes that can be undone one after the other; of older ones only the notes are kept."""


@dataclass(frozen=True, slots=True)
class NoteLimits:
    """How many notes a call may have, and of how many characters; 0 for no limit."""

    most: int = 500
    characters: int = 2000


@dataclass(frozen=True, slots=True)
class Mark:
    """How notes were at a time, with all that could be undone then."""

    notes: tuple[NoteTaken, ...]
    before: tuple[list[NoteTaken], ...]
    gone: tuple[list[NoteTaken], ...]
    undone: tuple[list[NoteTaken], ...]


class Notebook:
    """The call's notes; tells of every change, and only of what changed.

    They are counted from 1 without gaps: after one within is removed those behind it move up, as
    they are counted when they are read aloud.
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
        self._before: deque[list[NoteTaken]] = deque(maxlen=MOST_UNDONE)
        self._gone: deque[list[NoteTaken]] = deque(maxlen=MOST_UNDONE)
        self._undone: deque[list[NoteTaken]] = deque(maxlen=MOST_UNDONE)

    @property
    def notes(self) -> tuple[NoteTaken, ...]:
        return tuple(self._notes)

    def whole(self) -> list[NotesChanged]:
        """Returns all notes, in parts that are no longer than other messages."""
        parts = list(_parts(self._notes)) or [()]
        return [NotesChanged(part, whole=not index) for index, part in enumerate(parts)]

    def add(self, kind: NoteKind, text: str) -> NoteTaken:
        """Returns the note written down; raises NoteRefusedError for one too many or too long."""
        most, longest = self._limits.most, self._limits.characters
        if most and len(self._notes) >= most:
            raise NoteRefusedError(f"You already have {most} notes. I can't take any more.")
        if longest and len(text) > longest:
            raise NoteRefusedError(
                f"That is too long for a note. The most is {longest} characters."
            )
        note = NoteTaken(len(self._notes) + 1, kind, clean(text), self._now_ms())
        self._change([*self._notes, note])
        return note

    def remove(self, numbers: Collection[int]) -> list[NoteTaken]:
        """Takes out the notes with these numbers and returns them, as they were counted."""
        gone = [note for note in self._notes if note.number in numbers]
        if gone:
            self._gone.append(gone)
            self._change([note for note in self._notes if note.number not in numbers])
        return gone

    def restore(self) -> list[NoteTaken]:
        """Puts back what was taken out last, where it was; returns it as it is counted now.

        Raises NoteRefusedError where there is no room for it any more.
        """
        if not self._gone:
            return []
        most, back = self._limits.most, self._gone[-1]
        if most and len(self._notes) + len(back) > most:
            raise NoteRefusedError(f"You already have {most} notes. I can't take any more.")
        before, now = self._notes, list(self._notes)
        for note in self._gone.pop():
            now.insert(note.number - 1, note)
        self._change(now)
        return _missing(self._notes, before)

    def undo(self) -> NotesUndone | None:
        """Takes back the newest change and returns what came of it; None where there is none."""
        before = self._before.pop() if self._before else self._notes[:-1]
        if before == self._notes:
            return None
        self._undone.append(self._notes)
        return self._turn_to(before)

    def redo(self) -> NotesUndone | None:
        """Takes back the newest `undo` and returns what came of it; None after another change."""
        if not self._undone:
            return None
        self._before.append(self._notes)
        return self._turn_to(self._undone.pop())

    def _turn_to(self, other: list[NoteTaken]) -> NotesUndone:
        """Makes the notes what they were at another time and returns what is different."""
        now = self._notes
        done = NotesUndone(tuple(_missing(now, other)), tuple(_missing(other, now)))
        if done.removed:
            self._gone.append(list(done.removed))
        elif self._gone:
            self._gone.pop()
        self._change(other, undoable=False)
        return done

    def mark(self) -> Mark:
        """Returns how the notes are now, for `go_back`."""
        return Mark(self.notes, tuple(self._before), tuple(self._gone), tuple(self._undone))

    def go_back(self, mark: Mark) -> None:
        """Makes all as it was then, as if nothing had been done since."""
        self._change(mark.notes, undoable=False)
        self._before = deque(mark.before, MOST_UNDONE)
        self._gone = deque(mark.gone, MOST_UNDONE)
        self._undone = deque(mark.undone, MOST_UNDONE)

    def _change(self, now: Sequence[NoteTaken], *, undoable: bool = True) -> None:
        """Makes the notes these, counted anew, and tells what is different."""
        before = self._notes
        if undoable:
            self._before.append(before)
            self._undone.clear()
        self._notes = [
            note if note.number == number else replace(note, number=number)
            for number, note in enumerate(now, start=1)
        ]
        there = len(before)
        changed = [n for at, n in enumerate(self._notes) if at >= there or before[at] != n]
        for part in _parts(changed):
            self._emit(NotesChanged(part))
        if gone := tuple(note.number for note in before[len(self._notes) :]):
            self._emit(NotesChanged(removed=gone))


def _missing(shown: Sequence[NoteTaken], others: Sequence[NoteTaken]) -> list[NoteTaken]:
    """Returns those of `shown` that are not among `others`, however they are counted there."""
    known = Counter(map(_plain, others))
    found = []
    for note in shown:
        if known[_plain(note)] > 0:
            known[_plain(note)] -= 1
        else:
            found.append(note)
    return found


def _plain(note: NoteTaken) -> NoteTaken:
    return replace(note, number=0)


def _parts(notes: Sequence[NoteTaken]) -> Iterator[tuple[NoteTaken, ...]]:
    """Yields runs of notes that hold PART_CHARACTERS each, or one note that is longer."""
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
