"""Data channels that only send STT results, such as those of speech-to-text pages."""

from collections.abc import Callable
from typing import Generic, TypeVar

from sessions_app.engine.core.errors import VoiceError
from sessions_app.engine.core.events import CallEvent, SegmentFinal, Speaker, StateChanged
from sessions_app.engine.core.states import TERMINAL

Payload = TypeVar("Payload")
"""Text or bytes."""


class ResultChannel(Generic[Payload]):
    """A data channel for STT results, closed when the call ends. Implements `core.ports.EventSink`.

    A subclass says in `told` what is sent for an event. `send` sends one message, `close` closes
    the channel once it has been delivered.
    """

    def __init__(self, send: Callable[[Payload], None], close: Callable[[], None]) -> None:
        self._send = send
        self._close = close

    def receive(self, message: str | bytes) -> None:
        """Ignores a message: these protocols have none from the client."""

    def tell(self, problem: VoiceError) -> None:
        """Sends nothing: these protocols have no error message."""

    def emit(self, event: CallEvent) -> None:
        if isinstance(event, StateChanged) and event.state in TERMINAL:
            self._close()
        elif (message := self.encode(event)) is not None:
            self._send(message)

    def encode(self, event: CallEvent) -> Payload | None:
        """Returns the message for an event, or None for one that is not sent."""
        raise NotImplementedError


def is_speech(event: SegmentFinal) -> bool:
    """Returns whether it is speech of the caller, and not a pressed key."""
    return event.speaker is Speaker.CALLER and not event.key
