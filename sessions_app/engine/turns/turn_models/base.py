"""The contract of a turn model: tells by the sound of speech whether its speaker has finished."""

from abc import ABC, abstractmethod

from sessions_app.engine.core.frames import Samples


class TurnModel(ABC):
    """One object serves all calls of a process, on its event loop."""

    window_ms: float = 8_000.0
    """How much of a turn, up to the pause that is judged, it looks at."""

    async def start(self) -> None:
        """Makes it ready; raises TurnModelError when it cannot run."""

    @abstractmethod
    async def finished(self, samples: Samples) -> float | None:
        """Returns how likely (0..1) the caller has finished; None where that is not known in time.

        `samples` are the turn's last `window_ms` at most: int16, mono, at SPEECH_RATE, with the
        pause at their end. Never raises.
        """

    async def aclose(self) -> None:
        """Frees everything; may be called twice."""
