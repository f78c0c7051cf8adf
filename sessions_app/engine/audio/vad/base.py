"""The contract every voice activity detector fulfils."""

from abc import ABC, abstractmethod
from collections.abc import Callable

from sessions_app.engine.core.events import SpeechEnded, SpeechPaused, SpeechResumed, SpeechStarted
from sessions_app.engine.core.frames import AudioFrame

BoundaryCallback = Callable[[SpeechStarted | SpeechEnded], None]
PauseCallback = Callable[[SpeechPaused | SpeechResumed], None]


class VadStream(ABC):
    """Speech boundaries of one side of one call."""

    @abstractmethod
    def feed(self, frame: AudioFrame) -> None:
        """Takes the next int16 mono 16 kHz audio, in order; returns at once.

        Boundaries reach the callback later, on the event loop.
        """

    def guard(self, on: bool) -> None:
        """Asks for surer and longer speech before a start is told, while the agent speaks."""

    def watch(self, on_pause: PauseCallback) -> None:
        """Asks to be told of pauses too, well before they are ends; a VAD that finds none may not.

        A pause is followed by a resumption, or by the end of speech at the same place.
        """

    @property
    @abstractmethod
    def seen_ms(self) -> float:
        """Up to where, on the call clock, boundaries have been decided and told."""

    @abstractmethod
    async def drain(self) -> None:
        """Returns when all that was fed has been judged; ends speech still open."""

    @abstractmethod
    def close(self) -> None:
        """Drops the stream; no callback comes after it."""


class Vad(ABC):
    """A voice activity detector shared by all calls of a process."""

    async def start(self) -> None:
        """Makes the detector ready; may be called twice."""

    @abstractmethod
    def open(self, on_boundary: BoundaryCallback) -> VadStream:
        """Returns a new stream; must be called on the event loop that gets callbacks."""

    async def aclose(self) -> None:
        """Frees what `start` took."""
