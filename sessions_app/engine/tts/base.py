"""The contract of text to speech. Backends get their OPTIONS as keywords and read no settings."""

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass

from sessions_app.engine.core.errors import SynthesiserError
from sessions_app.engine.core.frames import Samples, SpokenWord
from sessions_app.engine.text.languages import closest, same_language

MOST_VOICE_CHARS = 100
"""Characters of a voice's name."""

SHOWN = 8
"""Voices that the error about an unknown one names."""


@dataclass(frozen=True, slots=True, eq=False)
class SpeechChunk:
    """The next audio of a text: int16 mono of shape (n,) at `sample_rate` Hz.

    `words` are new ones, each given once; they may be ahead of the audio.
    """

    samples: Samples
    sample_rate: int
    words: tuple[SpokenWord, ...] = ()


@dataclass(frozen=True, slots=True)
class Voice:
    """A voice to choose: its `name` in the API, a label for people, its language (BCP 47)."""

    name: str
    label: str
    language: str = ""


class Synthesiser(ABC):
    """A voice engine. One object serves all calls of a process, on its event loop."""

    gives_word_times: bool = False
    """Whether chunks have the times of their words."""

    async def start(self) -> None:
        """Makes the engine ready; raises SynthesiserError where it cannot run here."""

    async def warm(self, voice: str = "") -> None:
        """Loads, after `start`, what the first text in `voice` would otherwise wait for.

        Raises SynthesiserError where it cannot speak.
        """

    async def ready(self) -> bool:
        """Returns whether a text would be spoken now."""
        return True

    async def voices(self) -> tuple[Voice, ...]:
        """Returns the voices to choose from; empty where the engine does not know them."""
        return ()

    async def variants(self, voice: str = "") -> tuple[str, ...]:
        """Returns the variants of `voice`, which follow its name after `+`; empty for none."""
        return ()

    def language_of(self, voice: str, known: Sequence[Voice]) -> str:
        """Returns the BCP 47 language that `voice` speaks, of those `known`.

        An empty `voice` is the engine's usual one. Empty where it speaks any, or nobody knows.
        """
        name = voice.partition("+")[0]
        return next((one.language for one in known if one.name == name), "")

    def voice_for(self, language: str, known: Sequence[Voice]) -> str:
        """Returns the name of the voice among `known` for a text in `language` (BCP 47).

        Empty, for the engine's usual voice, where that speaks it, no voice does, or nobody knows.
        """
        usual = self.language_of("", known)
        if not usual or same_language(language, usual):
            return ""
        speaking = {
            one.language.lower(): one.name
            for one in reversed(known)
            if one.language and same_language(language, one.language)
        }
        same = speaking.get(language.lower(), "")
        return same or speaking.get(closest(language, speaking.keys()), "")

    @abstractmethod
    def stream(
        self, text: str, *, voice: str = "", speed: float = 1.0
    ) -> AsyncGenerator[SpeechChunk, None]:
        """Yields the audio of `text`, each chunk as soon as it is ready.

        An empty `voice` is the engine's default; `speed` 2.0 is twice as fast. Closing the
        generator cancels the work at once. Raises SynthesiserError (unknown voice, refused key) or
        SynthesiserUnavailableError (retryable); audio that was yielded before stays valid.
        """

    async def aclose(self) -> None:
        """Frees everything; may be called twice."""


async def check_voice(engine: Synthesiser, name: str) -> None:
    """Raises SynthesiserError (`unknown_voice`) for a voice or variant that is not installed.

    Its message names some that are. An empty name is the engine's default. Where the engine does
    not know its voices, any name up to MOST_VOICE_CHARS is accepted.
    """
    if len(name) > MOST_VOICE_CHARS:
        raise SynthesiserError(
            f"The name of a voice has {MOST_VOICE_CHARS} characters at most.", code="unknown_voice"
        )
    known = [voice.name for voice in await engine.voices()]
    if not name or not known:
        return
    variants = await engine.variants(name.partition("+")[0])
    base, plus, variant = name.partition("+") if variants else (name, "", "")
    if base not in known:
        raise _unknown("voice", base, known)
    if plus and variant not in variants:
        raise _unknown("variant", variant, list(variants))


def _unknown(what: str, name: str, known: list[str]) -> SynthesiserError:
    alike = name[:2].lower()  # mostly the language: those are what was meant
    known = sorted(filter(None, known), key=lambda one: (not one.lower().startswith(alike), one))
    some = ", ".join(known[:SHOWN])
    told = f" Some that there are: {some} …" if some else " Leave it empty for the only one."
    missing = f"There is no {what} {name[:40]!r}." if name else f"The {what} after + is missing."
    return SynthesiserError(f"{missing}{told}", code="unknown_voice")


__all__ = ["SpeechChunk", "SpokenWord", "Synthesiser", "Voice", "check_voice"]
