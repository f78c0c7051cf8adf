"""What both sides know of the conversation: what was said, and what was heard."""

from collections import deque
from collections.abc import Sequence

from sessions_app.engine.agent.responders.base import Message
from sessions_app.engine.core.events import Speaker

MOST_KEPT = 2_000
"""Turns; no model takes more, and who types without end must not fill our memory."""


class ConversationMemory:
    """One call's conversation, oldest first: its newest MOST_KEPT turns."""

    def __init__(self) -> None:
        self._messages: deque[Message] = deque(maxlen=MOST_KEPT)

    @property
    def messages(self) -> tuple[Message, ...]:
        return tuple(self._messages)

    def add_user(self, text: str) -> Message:
        """Keeps a turn of the caller."""
        return self._add(Message(Speaker.CALLER, text))

    def add_agent(self, heard: str, *, interrupted: bool = False) -> Message | None:
        """Keeps what was heard of an answer; one of which nothing was heard leaves no trace."""
        return self._add(Message(Speaker.AGENT, heard, interrupted)) if heard else None

    def drop(self, messages: Sequence[Message]) -> None:
        """Forgets these very messages."""
        gone = {id(message) for message in messages}
        for _ in range(len(self._messages)):
            message = self._messages.popleft()
            if id(message) not in gone:
                self._messages.append(message)

    def _add(self, message: Message) -> Message:
        self._messages.append(message)
        return message
