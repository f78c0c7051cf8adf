"""Two voices as one: the second takes over where the first fails."""

import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import replace

from sessions_app.engine.core.errors import SynthesiserError, UnspeakableError
from sessions_app.engine.text.characters import speaking_ms
from sessions_app.engine.text.writing import whole_words
from sessions_app.engine.tts.base import SpeechChunk, SpokenWord, Synthesiser, Voice

logger = logging.getLogger(__name__)


class FallbackSynthesiser(Synthesiser):
    """Speaks with `first`; if it fails, even within a sentence, `second` continues from there.

    `second` speaks in `second_voice`, and repeats the word that was cut off. A word is reported
    only once it begins to sound, as `second` speaks those that `first` reported ahead at other
    times. Both may be the same engine: then it is tried twice, except with a text that it cannot
    speak. `on_second` is told the voice and the characters that `second` is given to read.
    """

    def __init__(
        self,
        first: Synthesiser,
        second: Synthesiser,
        second_voice: str = "",
        on_second: Callable[[str, int], None] | None = None,
    ) -> None:
        self._first = first
        self._second = second
        self._second_voice = second_voice
        self._on_second = on_second
        self.gives_word_times = first.gives_word_times and second.gives_word_times

    async def start(self) -> None:
        await self._first.start()
        await self._second.start()

    async def warm(self, voice: str = "") -> None:
        await self._first.warm(voice)
        await self._second.warm()

    async def ready(self) -> bool:
        return await self._first.ready() or await self._second.ready()

    async def voices(self) -> tuple[Voice, ...]:
        return await self._first.voices()

    async def variants(self, voice: str = "") -> tuple[str, ...]:
        return await self._first.variants(voice)

    async def stream(
        self, text: str, *, voice: str = "", speed: float = 1.0
    ) -> AsyncGenerator[SpeechChunk, None]:
        made_ms = 0.0
        words: list[SpokenWord] = []
        begun = 0
        try:
            async with aclosing(self._first.stream(text, voice=voice, speed=speed)) as chunks:
                async for chunk in chunks:
                    made_ms += 1000 * len(chunk.samples) / chunk.sample_rate
                    words += chunk.words
                    told, begun = begun, _begun(words, made_ms)
                    yield replace(chunk, words=tuple(words[told:begun]))
            if begun < len(words):
                yield SpeechChunk(chunk.samples[:0], chunk.sample_rate, tuple(words[begun:]))
        except SynthesiserError as error:
            if isinstance(error, UnspeakableError) and self._second is self._first:
                raise
            unknown = error.code == "unknown_voice"
            logger.warning(
                "a voice failed (%s) after %.0f ms; another goes on", error.code, made_ms
            )
        else:
            return
        start = _resume_at(text, words, made_ms, speed)
        # another engine does not have the first one's voices, and neither has one that was unknown
        name = voice if self._second is self._first and not unknown else self._second_voice
        if self._on_second is not None:
            self._on_second(name, len(text) - start)
        async with aclosing(self._second.stream(text[start:], voice=name, speed=speed)) as chunks:
            async for chunk in chunks:
                shifted = tuple(_shifted(word, start, made_ms) for word in chunk.words)
                yield SpeechChunk(chunk.samples, chunk.sample_rate, shifted)

    async def aclose(self) -> None:
        await self._first.aclose()
        await self._second.aclose()


def _begun(words: list[SpokenWord], made_ms: float) -> int:
    """Returns how many of the words begin within `made_ms` of audio."""
    return sum(word.start_ms < made_ms for word in words)


def _resume_at(text: str, words: list[SpokenWord], made_ms: float, speed: float) -> int:
    """Returns the offset in `text` of the first word that was not spoken completely."""
    if words:
        said = [word.end for word in words if word.end_ms <= made_ms]
        at = max(said, default=0)
    else:
        share = made_ms * speed / max(speaking_ms(text), 1.0)
        at = len(whole_words(text, int(len(text) * share)))
    while at < len(text) and text[at].isspace():
        at += 1
    return at


def _shifted(word: SpokenWord, characters: int, ms: float) -> SpokenWord:
    return SpokenWord(
        word.start + characters, word.end + characters, word.start_ms + ms, word.end_ms + ms
    )
