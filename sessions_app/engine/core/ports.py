"""What the engine needs from the outside, as contracts that `runtime` fulfils."""

from typing import Protocol

from sessions_app.engine.core.events import CallEvent


class EventSink(Protocol):
    """Receives a live call's events: a door's dialect, the store, the broadcast."""

    def emit(self, event: CallEvent) -> None:
        """Takes one event on the event loop. Never blocks, never raises."""
        ...


class ByteSink(Protocol):
    """Takes bytes that must outlive a crash of this process."""

    def write(self, data: bytes) -> None:
        """Queues `data` to be appended to the file; never blocks."""
        ...

    async def aclose(self) -> None:
        """Returns when all that was written is in the operating system's hands."""
        ...
