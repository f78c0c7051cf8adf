"""The conversation as both sides know it: what the caller said, and heard of the agent."""

from collections import deque
from collections.abc import Sequence

from sessions_app.engine.agent.responders.base import Message
from sessions_app.engine.core.events import Speaker

MOST_KEPT = 2_000
"""Turns. No model takes more, and a client that sends without end must not fill the memory."""


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
        """Keeps the part of an answer that was heard; returns None if that is nothing."""
        return self._add(Message(Speaker.AGENT, heard, interrupted)) if heard else None

    def drop(self, messages: Sequence[Message]) -> None:
        """Forgets these messages, compared by identity."""
        gone = {id(message) for message in messages}
        for _ in range(len(self._messages)):
            message = self._messages.popleft()
            if id(message) not in gone:
                self._messages.append(message)

    def _add(self, message: Message) -> Message:
        self._messages.append(message)
        return message
