"""What a responder and its tools may do in a call, while they make one answer."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Any

from sessions_app.engine.agent.responders.base import (
    CallVideo,
    EarlierCall,
    NoteRefusedError,
    NotesUndone,
)
from sessions_app.engine.core.events import NoteKind, NoteTaken
from sessions_app.engine.session.notebook import Notebook, NotebookSnapshot
from sessions_app.engine.text.cleaning import cleaned

Finder = Callable[[str, int], Awaitable[Sequence[EarlierCall]]]
"""Searches the caller's earlier calls, for a query and a largest number of results."""

MAX_UNSENT = 500
"""App messages that wait until the turn is certain; beyond that, the oldest are dropped."""

TURN_GOES_ON = "You had not finished."
"""Why a note is refused once its answer is void."""


class ToolContext:
    """One answer's access to its call. Implements `agent.responders.base.CallHost`.

    Notes change at once, and `retract` undoes that; app messages wait for `confirm`. Used on one
    event loop.
    """

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
        self._app_messages: deque[Any] = deque(maxlen=MAX_UNSENT)
        self._certain = asyncio.Event()
        self._snapshot: NotebookSnapshot | None = None
        """The notes before this answer changed any."""

        self._void = False
        self.ends_call = False

    def now_ms(self) -> float:
        return self._now_ms()

    @property
    def notes(self) -> Sequence[NoteTaken]:
        return self._notebook.notes

    def add_note(self, kind: NoteKind, text: str) -> NoteTaken:
        if not self._may_change():
            raise NoteRefusedError(TURN_GOES_ON)
        return self._notebook.add(kind, text)

    def change_note(self, number: int, text: str) -> NoteTaken | None:
        if not self._may_change():
            raise NoteRefusedError(TURN_GOES_ON)
        return self._notebook.change(number, text)

    def remove_notes(self, numbers: Collection[int]) -> Sequence[NoteTaken]:
        return self._notebook.remove(numbers) if self._may_change() else ()

    def restore_notes(self) -> Sequence[NoteTaken]:
        return self._notebook.restore() if self._may_change() else ()

    def undo_notes(self) -> NotesUndone | None:
        return self._notebook.undo() if self._may_change() else None

    def redo_notes(self) -> NotesUndone | None:
        return self._notebook.redo() if self._may_change() else None

    def retract(self) -> None:
        """Undoes all changes to the notes and refuses more, as the caller's turn was not over."""
        self._void = True
        if self._snapshot is not None:
            self._notebook.go_back(self._snapshot)

    def _may_change(self) -> bool:
        """Returns whether the notes may be changed; takes the snapshot before the first change."""
        if not self._void and self._snapshot is None:
            self._snapshot = self._notebook.snapshot()
        return not self._void

    def end_call(self) -> None:
        self.ends_call = True

    def send_app(self, data: Any) -> None:
        data = cleaned(data)
        if self._certain.is_set():
            self._send_app(data)
        else:
            self._app_messages.append(data)

    def confirm(self) -> None:
        """Notes that the turn is certain: app messages are sent, and `confirmed` returns."""
        self._certain.set()
        for data in self._app_messages:
            self._send_app(data)
        self._app_messages.clear()

    async def confirmed(self) -> None:
        await self._certain.wait()

    async def earlier_calls(self, query: str, limit: int = 3) -> Sequence[EarlierCall]:
        return await self._find(query, limit)
