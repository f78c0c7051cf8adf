"""A voice that fails, and the one that takes over."""

import re
from collections.abc import AsyncGenerator
from itertools import pairwise

import numpy as np
import pytest

from sessions_app.engine.core.errors import SynthesiserError
from sessions_app.engine.tts.base import SpeechChunk, SpokenWord, Synthesiser
from sessions_app.engine.tts.engines.fallback import FallbackSynthesiser
from sessions_app.engine.tts.engines.scripted import ScriptedSynthesiser
from sessions_app.engine.tts.word_places import placed

TEXT = "one two three four five six"


class Second(ScriptedSynthesiser):
    def __init__(self) -> None:
        super().__init__(pace=0, rate=24_000)
        self.asked: list[tuple[str, str]] = []

    def stream(
        self, text: str, *, voice: str = "", speed: float = 1.0
    ) -> AsyncGenerator[SpeechChunk, None]:
        self.asked.append((text, voice))
        return super().stream(text, voice=voice, speed=speed)


class Wordless(Synthesiser):
    """Breaks after 600 ms, and knows no words."""

    async def stream(
        self, text: str, *, voice: str = "", speed: float = 1.0
    ) -> AsyncGenerator[SpeechChunk, None]:
        yield SpeechChunk(np.ones(9600, np.int16), 16_000)
        raise SynthesiserError("broken")


class Foretelling(Synthesiser):
    """Tells of all words with its first sound, and breaks after 600 ms, in the second of them."""

    async def stream(
        self, text: str, *, voice: str = "", speed: float = 1.0
    ) -> AsyncGenerator[SpeechChunk, None]:
        words = [
            SpokenWord(*word.span(), 400.0 * n, 400.0 * n + 350)
            for n, word in enumerate(re.finditer(r"\S+", text))
        ]
        yield SpeechChunk(np.ones(4800, np.int16), 16_000, tuple(words))
        yield SpeechChunk(np.ones(4800, np.int16), 16_000)
        if voice != "whole":
            raise SynthesiserError("broken")


async def spoken(voice: Synthesiser) -> list[SpeechChunk]:
    return [chunk async for chunk in voice.stream(TEXT, voice="anna")]


async def test_one_that_works_is_left_alone() -> None:
    second = Second()
    chunks = await spoken(FallbackSynthesiser(ScriptedSynthesiser(pace=0), second))
    assert second.asked == []
    assert [TEXT[w.start : w.end] for c in chunks for w in c.words] == TEXT.split()


async def test_one_that_never_begins_is_replaced_whole() -> None:
    second = Second()
    await spoken(FallbackSynthesiser(ScriptedSynthesiser(pace=0, fail_after_ms=0), second))
    assert second.asked == [(TEXT, "")]


async def test_one_that_breaks_in_mid_sentence_is_followed_from_the_cut() -> None:
    second = Second()
    chunks = await spoken(
        FallbackSynthesiser(ScriptedSynthesiser(pace=0, fail_after_ms=600), second)
    )
    assert second.asked == [("three four five six", "")]
    words = [w for c in chunks for w in c.words]
    assert [TEXT[w.start : w.end] for w in words] == TEXT.split()
    assert all(a.end_ms <= b.start_ms for a, b in pairwise(words))
    assert {c.sample_rate for c in chunks} == {16_000, 24_000}


async def test_without_word_times_the_cut_is_guessed_at_a_word() -> None:
    second = Second()
    await spoken(FallbackSynthesiser(Wordless(), second))
    assert second.asked == [("three four five six", "")]


async def test_words_told_ahead_of_the_cut_are_told_when_they_are_said() -> None:
    chunks = await spoken(FallbackSynthesiser(Foretelling(), Second()))
    words = placed(TEXT, [w for c in chunks for w in c.words])
    assert [TEXT[w.start : w.end] for w in words] == TEXT.split()
    assert words[0].end_ms == 350
    # the second one was cut at 600 ms, and said again; the others follow at the second's pace
    assert [round(w.end_ms) for w in words[1:]] == [780, 1140, 1440, 1740, 1980]


async def test_of_a_text_that_is_said_whole_all_words_are_told() -> None:
    voice = FallbackSynthesiser(Foretelling(), Second())
    chunks = [chunk async for chunk in voice.stream(TEXT, voice="whole")]
    told = [[TEXT[w.start : w.end] for w in chunk.words] for chunk in chunks]
    assert told == [["one"], ["two"], TEXT.split()[2:]]


async def test_when_both_fail_the_second_failure_is_told() -> None:
    broken = ScriptedSynthesiser(pace=0, fail_after_ms=0)
    with pytest.raises(SynthesiserError):
        await spoken(FallbackSynthesiser(broken, broken))
