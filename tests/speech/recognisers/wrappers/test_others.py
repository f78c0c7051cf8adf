"""Wrappers that gate and count."""

import asyncio

import pytest

from sessions_app.core.errors import LanguageNotSupportedError, RecogniserUnavailableError
from sessions_app.speech.recognisers.scripted import ScriptedRecogniser
from sessions_app.speech.recognisers.wrappers.gated import Gated
from sessions_app.speech.recognisers.wrappers.metered import Metered
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


async def test_what_an_engine_did_is_counted() -> None:
    failing = iter([(1e9, None), (1.0, RecogniserUnavailableError("gone"))])
    metered = Metered(CodedEngine(failing=failing))
    said = talk(5.0, 4)
    stream = metered.open("en-US")
    speaking = asyncio.create_task(speak(stream, said, speed=100.0))
    finals = await finals_of(stream)
    await speaking
    assert metered.meter.open_streams == 1
    await stream.aclose()
    await stream.aclose()
    meter = metered.meter
    assert (meter.streams, meter.open_streams, meter.finals) == (1, 0, len(finals))
    assert meter.audio_s == pytest.approx(len(said.samples) / 16_000, abs=0.2)
    broken = metered.open("en-US")
    speaking = asyncio.create_task(speak(broken, said, speed=100.0))
    with pytest.raises(RecogniserUnavailableError):
        await finals_of(broken)
    await speaking
    await broken.aclose()
    assert metered.meter.failures == 1
