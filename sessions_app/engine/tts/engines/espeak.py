"""eSpeak NG: formant synthesis without a model to download, in a process of its own."""

from collections.abc import Sequence

from sessions_app.engine.tts.base import Voice
from sessions_app.engine.tts.engines.timed import TimedSynthesiser
from sessions_app.engine.tts.worker.process import VoiceProcess

RATE = 22_050
"""Hz, of all of eSpeak NG's voices."""


class EspeakSynthesiser(TimedSynthesiser):
    """Speaks dozens of languages, at 0.002 CPU-seconds a second of speech.

    `voice` is the default for agents: one of eSpeak's languages, with a variant after `+` (en-us,
    en-gb+f3, de+m7).
    """

    def __init__(self, voice: str = "en-us") -> None:
        process = VoiceProcess("eSpeak NG", "sessions_app.engine.tts.worker.espeak")
        super().__init__(process, RATE, voice)

    async def variants(self, voice: str = "") -> tuple[str, ...]:
        return tuple((await self.process.voices())["variants"])

    def language_of(self, voice: str, known: Sequence[Voice]) -> str:
        return super().language_of(voice or self._voice, known)
