"""The contract of text to speech. Backends get their OPTIONS as keywords and read no settings."""

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass

from sessions_app.engine.core.errors import SynthesiserError
from sessions_app.engine.core.frames import Samples, SpokenWord
from sessions_app.engine.text.languages import closest, same_language

MOST_VOICE_CHARS = 100
SHOWN = 8


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
        """Begins; raises SynthesiserError when the engine cannot run here."""

    async def warm(self, voice: str = "") -> None:
        """Does, after `start`, what the first text in `voice` would else wait for.

        Raises SynthesiserError when it cannot speak.
        """

    async def ready(self) -> bool:
        """Returns whether a text would be spoken now."""
        return True

    async def voices(self) -> tuple[Voice, ...]:
        """Returns the voices to choose from; empty when any name may be tried."""
        return ()

    async def variants(self, voice: str = "") -> tuple[str, ...]:
        """Returns what may follow the name of `voice` after `+`; empty for one without."""
        return ()

    def language_of(self, voice: str, known: Sequence[Voice]) -> str:
        """Returns the BCP 47 language that `voice` speaks, of those `known`.

        An empty `voice` is the engine's usual one. Empty where it speaks any, or nobody knows.
        """
        name = voice.partition("+")[0]
        return next((one.language for one in known if one.name == name), "")

    def voice_for(self, language: str, known: Sequence[Voice]) -> str:
        """Returns the voice of those `known` for a text in a language (BCP 47) that names none.

        Empty, the engine's usual one, where that speaks it, none does, or nobody knows.
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
        """Yields the audio of `text`, each chunk as soon as it is there.

        An empty `voice` is the engine's default. Closing the generator cancels the work at
        once. Raises SynthesiserError (unknown voice, refused key) or
        SynthesiserUnavailableError (retryable); audio already yielded stands.
        """

    async def aclose(self) -> None:
        """Frees everything; may be called twice."""


async def check_voice(engine: Synthesiser, name: str) -> None:
    """Raises SynthesiserError (`unknown_voice`) for a voice or variant that is not installed.

    It names some that are. An empty name is the engine's own voice. Where the engine does not
    know its voices, any name of a likely length may be tried.
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
