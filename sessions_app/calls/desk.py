"""What a responder may do to the call it serves."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from sessions_app.agent.responders.base import CallVideo, EarlierCall
from sessions_app.core.events import CallEvent, Note, NoteKind, NotesChanged

Finder = Callable[[str, int], Awaitable[Sequence[EarlierCall]]]


class Notebook:
    """The call's notes; tells of every change."""

    def __init__(self, emit: Callable[[CallEvent], None], now_ms: Callable[[], float]) -> None:
        self._emit = emit
        self._now_ms = now_ms
        self._notes: list[Note] = []

    @property
    def notes(self) -> tuple[Note, ...]:
        return tuple(self._notes)

    def add(self, kind: NoteKind, text: str) -> Note:
        """Returns the note written down."""
        note = Note(len(self._notes) + 1, kind, text, self._now_ms())
        self._notes.append(note)
        self._emit(NotesChanged(self.notes))
        return note

    def undo(self) -> Note | None:
        """Takes back the newest note and returns it."""
        if not self._notes:
            return None
        note = self._notes.pop()
        self._emit(NotesChanged(self.notes))
        return note


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
        self._app_messages: list[Any] = []
        self._certain = asyncio.Event()
        self.ends_call = False

    def now_ms(self) -> float:
        return self._now_ms()

    @property
    def notes(self) -> Sequence[Note]:
        return self._notebook.notes

    def add_note(self, kind: NoteKind, text: str) -> Note:
        return self._notebook.add(kind, text)

    def undo_note(self) -> Note | None:
        return self._notebook.undo()

    def end_call(self) -> None:
        self.ends_call = True

    def send_app(self, data: Any) -> None:
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
