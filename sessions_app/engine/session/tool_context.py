"""What a responder may do to the call it serves."""

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
from sessions_app.engine.session.notebook import Mark, Notebook
from sessions_app.engine.text.cleaning import cleaned

Finder = Callable[[str, int], Awaitable[Sequence[EarlierCall]]]

MOST_UNSENT = 500
"""App-messages that wait for a turn to be certain; of more the oldest are dropped."""

GOES_ON = "You had not finished."
"""Why an answer that is void may change no notes."""


class ToolContext:
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
        self._found: Mark | None = None
        """How the notes were before this answer changed any."""

        self._void = False
        self.ends_call = False

    def now_ms(self) -> float:
        return self._now_ms()

    @property
    def notes(self) -> Sequence[NoteTaken]:
        return self._notebook.notes

    def add_note(self, kind: NoteKind, text: str) -> NoteTaken:
        if not self._may_change():
            raise NoteRefusedError(GOES_ON)
        return self._notebook.add(kind, text)

    def remove_notes(self, numbers: Collection[int]) -> Sequence[NoteTaken]:
        return self._notebook.remove(numbers) if self._may_change() else ()

    def restore_notes(self) -> Sequence[NoteTaken]:
        return self._notebook.restore() if self._may_change() else ()

    def undo_notes(self) -> NotesUndone | None:
        return self._notebook.undo() if self._may_change() else None

    def redo_notes(self) -> NotesUndone | None:
        return self._notebook.redo() if self._may_change() else None

    def take_back(self) -> None:
        """Undoes what was done, and lets nothing more be: the caller's turn goes on."""
        self._void = True
        if self._found is not None:
            self._notebook.go_back(self._found)

    def _may_change(self) -> bool:
        """Returns whether notes may be changed; notes how they were before they are."""
        if not self._void and self._found is None:
            self._found = self._notebook.mark()
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
        """Says that the turn being answered is certain."""
        self._certain.set()
        for data in self._app_messages:
            self._send_app(data)
        self._app_messages.clear()

    async def confirmed(self) -> None:
        await self._certain.wait()

    async def earlier_calls(self, query: str, limit: int = 3) -> Sequence[EarlierCall]:
        return await self._find(query, limit)
