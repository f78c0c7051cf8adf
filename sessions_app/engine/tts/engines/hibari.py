"""hibari: a neural English voice with its weights in the wheel, in a process of its own.

The package `hibari-tts` (Apache-2.0). Its other voices would have to be downloaded, and are not
used.
"""

import unicodedata
from collections.abc import Sequence
from contextlib import aclosing
from importlib.util import find_spec

from sessions_app.engine.core.errors import SynthesiserError
from sessions_app.engine.tts.base import Voice
from sessions_app.engine.tts.engines.timed import TimedSynthesiser
from sessions_app.engine.tts.hibari.files import INSTALL, PACKAGE
from sessions_app.engine.tts.worker.process import VoiceProcess

RATE = 24_000
"""Hz, of hibari's voices."""

VOICE = "heart"

LOADS_S = 20.0
"""How long the process may be silent: its first text loads it, which takes a second of CPU."""

_WARM = "This is how it sounds."


class HibariSynthesiser(TimedSynthesiser):
    """Speaks American English, at 0.01 CPU-seconds a second of speech.

    Raises SynthesiserError where the package is not installed; `start` raises it where its files
    are damaged or of another version.
    """

    def __init__(self) -> None:
        if find_spec(PACKAGE) is None:
            raise SynthesiserError(f"hibari is not installed: {INSTALL}")
        process = VoiceProcess("hibari", "sessions_app.engine.tts.worker.hibari", hang_s=LOADS_S)
        super().__init__(process, RATE, VOICE)

    async def voices(self) -> tuple[Voice, ...]:
        told = await self.process.voices()
        if problem := told.get("problem"):
            raise SynthesiserError(problem)
        return tuple(Voice(**entry) for entry in told["voices"])

    async def warm(self, voice: str = "") -> None:
        async with aclosing(self.stream(_WARM, voice=voice)) as chunks:
            async for _ in chunks:
                pass

    def language_of(self, voice: str, known: Sequence[Voice]) -> str:
        return super().language_of(voice or VOICE, known)


def is_readable(text: str) -> bool:
    """Returns whether hibari can read all letters and digits of `text`: Latin ones."""
    return text.isascii() or all(map(_is_latin, text))


def _is_latin(character: str) -> bool:
    if character.isdigit():
        return character.isascii() or unicodedata.decomposition(character) != ""
    return not character.isalpha() or "LATIN" in unicodedata.name(character, "")
