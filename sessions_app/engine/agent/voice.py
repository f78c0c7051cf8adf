"""An agent's voice in one call: text to Opus packets, fixed prompts made once."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from sessions_app.engine.audio.speech_encoder import ClipCache, SpeechEncoder, SpokenClip
from sessions_app.engine.core.usage import CallUsage
from sessions_app.engine.tts.base import SpokenWord, Synthesiser
from sessions_app.engine.tts.normalisation.forms import spoken_form
from sessions_app.engine.tts.word_places import WordPlaces

MOST_KEPT = 3_000
"""Packets: a minute of speech. Anything longer is no fixed prompt."""


@dataclass(frozen=True, slots=True)
class SpokenPackets:
    """The next 20 ms Opus packets of a text, and the words whose times have become known."""

    packets: Sequence[bytes]
    words: Sequence[SpokenWord] = ()


class AgentVoice:
    """Speaks one agent's texts. `engine` names the synthesiser in the cache's keys.

    Amounts, times, dates and units, which voices misread, are spelt out in `language` (BCP 47)
    first. The words it yields are those of the original text. What the synthesiser is given to read
    is counted in `usage`; what comes from the cache is not.
    """

    def __init__(
        self,
        synthesiser: Synthesiser,
        cache: ClipCache,
        engine: str,
        voice: str,
        speed: float,
        *,
        language: str = "",
        usage: CallUsage | None = None,
    ) -> None:
        self._synthesiser = synthesiser
        self._cache = cache
        self._engine = engine
        self._voice = voice
        self._speed = speed
        self._language = language
        self._usage = usage or CallUsage()

    async def stream(
        self, text: str, *, keep: bool = False, expected_loss: int = 0
    ) -> AsyncGenerator[SpokenPackets, None]:
        """Yields the packets of `text` as they are made; with `keep`, caches them if few.

        With an `expected_loss` (percent) the packets carry in-band FEC, unless they come from the
        cache. Closing it cancels the synthesis. Raises SynthesiserError, even after some packets.
        """
        key = (self._engine, self._voice, self._speed, self._language, text)
        clip = self._cache.get(key)
        if clip is not None:
            yield SpokenPackets(clip.packets, clip.words)
            return
        packets: list[bytes] = []
        words: list[SpokenWord] = []
        async for spoken in self._synthesised(text, expected_loss):
            keep = keep and len(packets) + len(spoken.packets) <= MOST_KEPT
            if keep:
                packets += spoken.packets
                words += spoken.words
            else:
                packets.clear()
                words.clear()
            yield spoken
        if keep:
            self._cache.put(key, SpokenClip(tuple(packets), tuple(words), text))

    async def prepare(self, text: str) -> None:
        """Puts the audio of `text` into the cache."""
        async with aclosing(self.stream(text, keep=True)) as stream:
            async for _ in stream:
                pass

    async def _synthesised(
        self, text: str, expected_loss: int
    ) -> AsyncGenerator[SpokenPackets, None]:
        encoder = SpeechEncoder(expected_loss)
        spoken = spoken_form(text, self._language)
        places = WordPlaces(text, spoken.changes)
        self._usage.spoke(self._engine, self._voice, len(spoken.text))
        speaking = self._synthesiser.stream(spoken.text, voice=self._voice, speed=self._speed)
        async with aclosing(speaking) as chunks:
            async for chunk in chunks:
                packets = encoder.feed(chunk.samples, chunk.sample_rate)
                yield SpokenPackets(packets, places.place(chunk.words))
        yield SpokenPackets(encoder.finish(), places.finish())
