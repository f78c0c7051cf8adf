"""The contract of text to speech. Backends get their OPTIONS as keywords and read no settings."""

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator
from dataclasses import dataclass

from sessions_app.core.audio import Samples, SpokenWord


@dataclass(frozen=True, slots=True, eq=False)
class SpeechChunk:
    """The next audio of a text: int16 mono of shape (n,) at `sample_rate` Hz.

    `words` are those known by now that no earlier chunk named; they may lie ahead of the audio.
    """

    samples: Samples
    sample_rate: int
    words: tuple[SpokenWord, ...] = ()


@dataclass(frozen=True, slots=True)
class Voice:
    """A voice that can be chosen: the `name` to give, a label for people, a BCP 47 language."""

    name: str
    label: str
    language: str = ""


class Synthesiser(ABC):
    """A voice engine. One object serves all calls of a process, on its event loop."""

    gives_word_times: bool = False
    """Whether chunks name their words."""

    async def start(self) -> None:
        """Makes the engine ready; raises SynthesiserError when it cannot run here."""

    async def ready(self) -> bool:
        """Returns whether a text would be spoken now."""
        return True

    async def voices(self) -> tuple[Voice, ...]:
        """Returns the voices to choose from; empty when any name may be tried."""
        return ()

    @abstractmethod
    def stream(
        self, text: str, *, voice: str = "", speed: float = 1.0
    ) -> AsyncGenerator[SpeechChunk, None]:
        """Yields the audio of `text`, each chunk as soon as it is there.

        An empty `voice` is the engine's default. Closing the generator cancels the work at
        once. Raises SynthesiserError (unknown voice, refused key) or
        SynthesiserUnavailableError (retryable); audio already yielded stands.
        """

    async def aclose(self) -> None:
        """Frees everything; may be called twice."""


__all__ = ["SpeechChunk", "SpokenWord", "Synthesiser", "Voice"]
