"""What both sides know of the conversation: what was said, and what was heard."""

from collections import deque

from sessions_app.agent.responders.base import Message
from sessions_app.core.events import Speaker

MOST_KEPT = 2_000
"""Turns; no model takes more, and who types without end must not fill our memory."""


class Memory:
    """One call's conversation, oldest first: its newest MOST_KEPT turns."""

    def __init__(self) -> None:
        self._messages: deque[Message] = deque(maxlen=MOST_KEPT)

    @property
    def messages(self) -> tuple[Message, ...]:
        return tuple(self._messages)

    def add_user(self, text: str) -> None:
        """Keeps a turn of the caller."""
        self._messages.append(Message(Speaker.CALLER, text))

    def add_agent(self, heard: str, *, interrupted: bool = False) -> None:
        """Keeps what was heard of an answer; one of which nothing was heard leaves no trace."""
        if heard:
            self._messages.append(Message(Speaker.AGENT, heard, interrupted))
