"""The contract of a turn model: the probability, by the audio alone, that a turn has ended."""

from abc import ABC, abstractmethod

from sessions_app.engine.core.frames import Samples


class TurnModel(ABC):
    """One object serves all calls of a process, on its event loop."""

    window_ms: float = 8_000.0
    """How much of the turn, up to the pause that is judged, the model takes."""

    async def start(self) -> None:
        """Makes it ready; raises TurnModelError when it cannot run."""

    @abstractmethod
    async def finished(self, samples: Samples) -> float | None:
        """Returns the probability (0..1) that the turn has ended; None where there is none in time.

        `samples` are the turn's last `window_ms` at most: int16, mono, at SPEECH_RATE, with the
        pause at their end. Never raises.
        """

    async def aclose(self) -> None:
        """Frees everything; may be called twice."""
