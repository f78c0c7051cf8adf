"""A call for responders to serve, without the call."""

from collections.abc import Collection, Sequence
from contextlib import aclosing
from typing import Any

from sessions_app.engine.agent.responders.base import (
    CallVideo,
    Conversation,
    EarlierCall,
    Message,
    NoteRefusedError,
    NotesUndone,
    Responder,
    whole,
)
from sessions_app.engine.core.agent_config import AgentConfig
from sessions_app.engine.core.events import NoteKind, NoteTaken, Speaker
from sessions_app.engine.session.notebook import Notebook


class Host:
    """A `CallHost` that keeps what is done to the call."""

    video: CallVideo | None = None
    most_notes = 500

    def __init__(self) -> None:
        self._book = Notebook(lambda _event: None, self.now_ms)
        self.ended = False
        self.clock_ms = 0.0
        self.confirmations = 0
        self.app_messages: list[Any] = []
        self.earlier: list[EarlierCall] = []

    def now_ms(self) -> float:
        return self.clock_ms

    @property
    def kept(self) -> list[NoteTaken]:
        return list(self._book.notes)

    @property
    def notes(self) -> Sequence[NoteTaken]:
        return self._book.notes

    def add_note(self, kind: NoteKind, text: str) -> NoteTaken:
        if len(self.kept) >= self.most_notes:
            raise NoteRefusedError("The book is full.")
        return self._book.add(kind, text)

    def change_note(self, number: int, text: str) -> NoteTaken | None:
        return self._book.change(number, text)

    def remove_notes(self, numbers: Collection[int]) -> Sequence[NoteTaken]:
        return self._book.remove(numbers)

    def restore_notes(self) -> Sequence[NoteTaken]:
        return self._book.restore()

    def undo_notes(self) -> NotesUndone | None:
        return self._book.undo()

    def redo_notes(self) -> NotesUndone | None:
        return self._book.redo()

    def end_call(self) -> None:
        self.ended = True

    def send_app(self, data: Any) -> None:
        self.app_messages.append(data)

    async def confirmed(self) -> None:
        self.confirmations += 1

    async def earlier_calls(self, query: str, limit: int = 3) -> Sequence[EarlierCall]:
        return [call for call in self.earlier if query in call.text][:limit]


class Room:
    """A conversation with one responder."""

    def __init__(self, responder: Responder, config: AgentConfig | None = None) -> None:
        self.responder = responder
        self.config = config or AgentConfig(name="Scribe", responder="r")
        self.host = Host()
        self.messages: list[Message] = []

    def conversation(self, text: str) -> Conversation:
        self.messages.append(Message(Speaker.CALLER, text))
        return Conversation(self.config, tuple(self.messages), self.host)

    async def ask(self, text: str) -> str:
        """Returns the whole answer, which is remembered."""
        async with aclosing(self.responder.stream(self.conversation(text))) as tokens:
            answer = await whole(tokens)
        if answer:
            self.messages.append(Message(Speaker.AGENT, answer))
        return answer
