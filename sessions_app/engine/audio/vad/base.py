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
        """Takes the next int16 mono 16 kHz audio, in order; never blocks.

        Boundaries reach the callback later, on the event loop.
        """

    def guard(self, on: bool) -> None:
        """Makes starts of speech harder while `on` (the agent speaks), against echo and noise."""

    def watch(self, on_pause: PauseCallback) -> None:
        """Reports pauses to `on_pause`, well before they count as ends of speech.

        Each is followed by a resumption, or by an end of speech with the same `at_ms`. A VAD that
        finds no pauses may ignore this.
        """

    @property
    @abstractmethod
    def seen_ms(self) -> float:
        """Up to where, on the call clock, boundaries have been decided and reported."""

    @abstractmethod
    async def drain(self) -> None:
        """Returns when all audio has been judged; speech that is still open is ended."""

    @abstractmethod
    def close(self) -> None:
        """Drops the stream; no callback is called afterwards."""


class Vad(ABC):
    """A voice activity detector shared by all calls of a process."""

    async def start(self) -> None:
        """Makes the detector ready; may be called twice."""

    @abstractmethod
    def open(self, on_boundary: BoundaryCallback) -> VadStream:
        """Returns a new stream; must be called on the event loop that gets callbacks."""

    async def aclose(self) -> None:
        """Frees what `start` took."""
