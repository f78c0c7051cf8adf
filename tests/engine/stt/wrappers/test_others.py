"""Wrappers that gate and count."""

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest

from sessions_app.engine.core.errors import LanguageNotSupportedError
from sessions_app.engine.core.events import Hypothesis
from sessions_app.engine.stt.engines.null import NullRecogniser, NullStream
from sessions_app.engine.stt.engines.scripted import ScriptedRecogniser
from sessions_app.engine.stt.wrappers.gated import Gated
from sessions_app.engine.stt.wrappers.stable_interims import StableInterims
from tests.fixtures.coded import assert_whole, finals_of, speak, talk
from tests.fixtures.coded_engine import CodedEngine


async def test_each_utterance_has_a_stream_of_its_own() -> None:
    engine = CodedEngine()
    gated = Gated(engine)
    assert not gated.capabilities.continuous
    said = talk(6.0, 4)
    stream = gated.open("en-US")
    speaking = asyncio.create_task(speak(stream, said, speed=100.0))
    assert_whole(said, await finals_of(stream))
    await speaking
    await stream.aclose()
    assert len(engine.streams) >= len(said.pauses)
    assert all(one.closed for one in engine.streams)


def test_a_gated_engine_names_a_language_that_it_lacks() -> None:
    with pytest.raises(LanguageNotSupportedError, match="fi-FI"):
        Gated(ScriptedRecogniser()).open("fi-FI")


class Muttering(NullRecogniser):
    """Says what it is told, interim after interim, and then the last as a final."""

    def __init__(self, *texts: str) -> None:
        self._texts = texts

    def open(self, language: str, phrases: Sequence[str] = ()) -> "Muttered":
        return Muttered(self._texts)


class Muttered(NullStream):
    def __init__(self, texts: tuple[str, ...]) -> None:
        super().__init__()
        self._texts = texts

    async def results(self) -> AsyncIterator[Hypothesis]:
        for text in self._texts:
            yield Hypothesis(text, is_final=False, start_ms=0.0, end_ms=1.0)
        yield Hypothesis(self._texts[-1], is_final=True, start_ms=0.0, end_ms=1.0)


async def test_words_are_shown_once_they_stay() -> None:
    engine = Muttering("the", "a", "a whether", "a weather", "a weather is", "a weather is nice")
    found = [h async for h in StableInterims(engine).open("en-US").results()]
    shown = [hypothesis.text for hypothesis in found if not hypothesis.is_final]
    assert shown == ["", "", "a", "a", "a weather", "a weather is"]
    assert found[-1].text == "a weather is nice"
