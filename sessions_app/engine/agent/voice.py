"""An agent's voice in one call: text to Opus packets, fixed prompts made once."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass

from sessions_app.engine.audio.speech_encoder import ClipCache, SpeechEncoder, SpokenClip
from sessions_app.engine.tts.base import SpokenWord, Synthesiser
from sessions_app.engine.tts.normalisation.forms import spoken_form
from sessions_app.engine.tts.word_places import WordPlaces

MOST_KEPT = 3_000
"""Packets, a minute of speech: what is longer is no fixed prompt."""


@dataclass(frozen=True, slots=True)
class SpokenPackets:
    """The next 20 ms Opus packets of a text, and words whose times are known from now on."""

    packets: Sequence[bytes]
    words: Sequence[SpokenWord] = ()


class AgentVoice:
    """Speaks one agent's texts. `engine` names the synthesiser in the cache's keys.

    What voices misread (amounts, times, dates, units) they are given in words of `language`
    (BCP 47); the words told of are those of the text as it is written.
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
    ) -> None:
        self._synthesiser = synthesiser
        self._cache = cache
        self._engine = engine
        self._voice = voice
        self._speed = speed
        self._language = language

    async def stream(
        self, text: str, *, keep: bool = False, expected_loss: int = 0
    ) -> AsyncGenerator[SpokenPackets, None]:
        """Yields the packets of `text` as they come; `keep` one that will be said again, if short.

        With `expected_loss` (percent) they repair each other, unless the text was kept before.
        Closing it cancels the synthesis. Raises SynthesiserError; what came before stands.
        """
        key = (self._engine, self._voice, self._speed, self._language, text)
        clip = self._cache.get(key)
        if clip is not None:
            yield SpokenPackets(clip.packets, clip.words)
            return
        packets: list[bytes] = []
        words: list[SpokenWord] = []
        async for spoken in self._made(text, expected_loss):
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
        """Returns when `text` can be said without any synthesis."""
        async with aclosing(self.stream(text, keep=True)) as stream:
            async for _ in stream:
                pass

    async def _made(self, text: str, expected_loss: int) -> AsyncGenerator[SpokenPackets, None]:
        encoder = SpeechEncoder(expected_loss)
        spoken = spoken_form(text, self._language)
        places = WordPlaces(text, spoken.changes)
        speaking = self._synthesiser.stream(spoken.text, voice=self._voice, speed=self._speed)
        async with aclosing(speaking) as chunks:
            async for chunk in chunks:
                packets = encoder.feed(chunk.samples, chunk.sample_rate)
                yield SpokenPackets(packets, places.place(chunk.words))
        yield SpokenPackets(encoder.finish(), places.finish())
