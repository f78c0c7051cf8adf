"""Data channels that only tell what a recogniser heard, such as those of speech-to-text pages."""

from collections.abc import Callable
from typing import Generic, TypeVar

from sessions_app.engine.core.errors import VoiceError
from sessions_app.engine.core.events import CallEvent, SegmentFinal, Speaker, StateChanged
from sessions_app.engine.core.states import TERMINAL

Payload = TypeVar("Payload")
"""Text or bytes."""


class ResultChannel(Generic[Payload]):
    """One such channel; it is closed once the call has ended. Fulfils `core.ports.EventSink`.

    A protocol says in `told` what is sent of an event. `send` sends one message, `close` closes
    the channel after what was sent.
    """

    def __init__(self, send: Callable[[Payload], None], close: Callable[[], None]) -> None:
        self._send = send
        self._close = close

    def receive(self, message: str | bytes) -> None:
        """Ignores a message: these clients have nothing to say on their channel."""

    def tell(self, problem: VoiceError) -> None:
        """Tells nothing of a mistake: these clients know no errors."""

    def emit(self, event: CallEvent) -> None:
        if isinstance(event, StateChanged) and event.state in TERMINAL:
            self._close()
        elif (message := self.told(event)) is not None:
            self._send(message)

    def told(self, event: CallEvent) -> Payload | None:
        """Returns the message of an event, or None for one that is not told."""
        raise NotImplementedError


def is_speech(event: SegmentFinal) -> bool:
    """Returns whether a recogniser heard it from the caller; it did not hear a pressed key."""
    return event.speaker is Speaker.CALLER and not event.key
