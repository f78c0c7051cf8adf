"""What a responder may do to the call it serves."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sessions_app.agent.responders.base import CallVideo, EarlierCall, NoteRefusedError
from sessions_app.core.events import CallEvent, Note, NoteKind, NotesChanged
from sessions_app.core.text import clean, cleaned

Finder = Callable[[str, int], Awaitable[Sequence[EarlierCall]]]

PART_CHARACTERS = 16_000
"""So much text of notes goes in one message."""

MOST_UNSENT = 500
"""So many app-messages wait for a turn to be certain; the oldest are dropped."""


GOES_ON = "You had not finished."
"""Of an answer that is void."""


@dataclass(frozen=True, slots=True)
class NoteLimits:
    """How many notes a call may have, and of how many characters; 0 for no limit."""

    most: int = 500
    characters: int = 2000


class Notebook:
    """The call's notes; tells of every change, and only of what changed."""

    def __init__(
        self,
        emit: Callable[[CallEvent], None],
        now_ms: Callable[[], float],
        limits: NoteLimits | None = None,
    ) -> None:
        self._emit = emit
        self._now_ms = now_ms
        self._limits = limits or NoteLimits()
        self._notes: list[Note] = []

    @property
    def notes(self) -> tuple[Note, ...]:
        return tuple(self._notes)

    def whole(self) -> list[NotesChanged]:
        """Returns all notes, in parts that are no longer than other messages."""
        parts = list(_parts(self._notes)) or [()]
        return [NotesChanged(part, whole=not index) for index, part in enumerate(parts)]

    def add(self, kind: NoteKind, text: str) -> Note:
        """Returns the note written down; raises NoteRefusedError for one too many or too long."""
        most, longest = self._limits.most, self._limits.characters
        if most and len(self._notes) >= most:
            raise NoteRefusedError(f"You already have {most} notes. I can't take any more.")
        if longest and len(text) > longest:
            raise NoteRefusedError(
                f"That is too long for a note. The most is {longest} characters."
            )
        number = self._notes[-1].number + 1 if self._notes else 1
        note = Note(number, kind, clean(text), self._now_ms())
        self._notes.append(note)
        self._emit(NotesChanged((note,)))
        return note

    def remove(self, note: Note) -> None:
        """Takes back a note, if it is still there."""
        if note in self._notes:
            self._notes.remove(note)
            self._emit(NotesChanged(removed=(note.number,)))

    def put_back(self, note: Note) -> None:
        """Writes down again a note that was taken back."""
        if all(other.number != note.number for other in self._notes):
            self._notes.append(note)
            self._notes.sort(key=lambda one: one.number)
            self._emit(NotesChanged((note,)))

    def undo(self) -> Note | None:
        """Takes back the newest note and returns it."""
        if not self._notes:
            return None
        note = self._notes.pop()
        self._emit(NotesChanged(removed=(note.number,)))
        return note


def _parts(notes: Sequence[Note]) -> Iterator[tuple[Note, ...]]:
    """Yields runs of notes that hold PART_CHARACTERS each, or one note that is longer."""
    part: list[Note] = []
    size = 0
    for note in notes:
        if part and size + len(note.text) > PART_CHARACTERS:
            yield tuple(part)
            part, size = [], 0
        part.append(note)
        size += len(note.text)
    if part:
        yield tuple(part)


class Desk:
    """Serves one answer. Fulfils `agent.responders.base.CallHost`."""

    def __init__(
        self,
        notebook: Notebook,
        now_ms: Callable[[], float],
        find: Finder,
        send_app: Callable[[Any], None] = lambda _: None,
        video: CallVideo | None = None,
    ) -> None:
        self.video = video
        self._notebook = notebook
        self._now_ms = now_ms
        self._find = find
        self._send_app = send_app
        self._app_messages: deque[Any] = deque(maxlen=MOST_UNSENT)
        self._certain = asyncio.Event()
        self._undo: list[Callable[[], None]] = []
        self._void = False
        self.ends_call = False

    def now_ms(self) -> float:
        return self._now_ms()

    @property
    def notes(self) -> Sequence[Note]:
        return self._notebook.notes

    def add_note(self, kind: NoteKind, text: str) -> Note:
        if self._void:
            raise NoteRefusedError(GOES_ON)
        note = self._notebook.add(kind, text)
        self._undo.append(lambda: self._notebook.remove(note))
        return note

    def undo_note(self) -> Note | None:
        note = None if self._void else self._notebook.undo()
        if note is not None:
            self._undo.append(lambda: self._notebook.put_back(note))
        return note

    def take_back(self) -> None:
        """Undoes what was done, and lets nothing more be: the caller's turn goes on."""
        self._void = True
        while self._undo:
            self._undo.pop()()

    def end_call(self) -> None:
        self.ends_call = True

    def send_app(self, data: Any) -> None:
        data = cleaned(data)
        if self._certain.is_set():
            self._send_app(data)
        else:
            self._app_messages.append(data)

    def confirm(self) -> None:
        """Says that the turn being answered is certain."""
        self._certain.set()
        for data in self._app_messages:
            self._send_app(data)
        self._app_messages.clear()

    async def confirmed(self) -> None:
        await self._certain.wait()

    async def earlier_calls(self, query: str, limit: int = 3) -> Sequence[EarlierCall]:
        return await self._find(query, limit)
