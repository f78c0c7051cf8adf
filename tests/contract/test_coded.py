"""What every engine must do, whatever carries it: each hears coded words here.

Google, OpenAI's protocol and the engines in worker processes have stand-ins that keep the real
ones' rules; a new engine is one more entry in ENGINES.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import numpy as np
import pytest

from sessions_app.engine.core.errors import LanguageNotSupportedError
from sessions_app.engine.core.frames import AudioFrame
from sessions_app.engine.stt.base import Recogniser
from sessions_app.engine.stt.engines.google import GoogleRecogniser
from sessions_app.engine.stt.engines.openai import OpenAIRecogniser
from sessions_app.engine.stt.engines.sherpa import SherpaRecogniser
from sessions_app.engine.stt.engines.vosk import VoskRecogniser
from sessions_app.engine.stt.engines.whisper import WhisperRecogniser
from sessions_app.engine.stt.wrappers.rollover import Rollover
from tests.fixtures.coded import assert_whole, finals_of, heard, talk
from tests.fixtures.coded_engine import CodedEngine
from tests.fixtures.google_server import google_server
from tests.fixtures.models import install_engines, model_folder
from tests.fixtures.transcriptions import transcription_server

NAMES = ["coded", "google-v1", "google-v2", "openai", "vosk", "sherpa", "whisper"]
ONE_LANGUAGE = ["vosk", "sherpa"]
LOCAL = {"vosk": VoskRecogniser, "sherpa": SherpaRecogniser, "whisper": WhisperRecogniser}


async def made(name: str, stack: AsyncExitStack, folder: Path) -> Recogniser:
    """Returns an engine, with the server it needs."""
    if name == "coded":
        return CodedEngine()
    if name.startswith("google"):
        server = await stack.enter_async_context(google_server())
        api = name.removeprefix("google-")
        return Rollover(GoogleRecogniser(api=api, project="p", endpoint=server.endpoint))
    if name == "openai":
        return OpenAIRecogniser(base_url=stack.enter_context(transcription_server()).url)
    local: Recogniser = LOCAL[name](model=str(model_folder(folder, name)))
    return local


@pytest.fixture
async def engine(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Recogniser]:
    install_engines(monkeypatch)
    async with AsyncExitStack() as stack:
        engine = await made(request.param, stack, tmp_path)
        await engine.start()
        await engine.start()
        assert await engine.ready()
        yield engine
        await engine.aclose()
        await engine.aclose()


every = pytest.mark.parametrize("engine", NAMES, indirect=True)


@every
async def test_every_word_has_its_place_and_its_time(engine: Recogniser) -> None:
    said = talk(60.0, 8, begin_ms=5000.0)
    found = await heard(engine, said, 5000.0)
    finals = [one for one in found if one.is_final]
    assert_whole(said, finals)
    assert len(finals) >= 15
    interims = [one for one in found if not one.is_final]
    assert bool(interims) is engine.capabilities.interims
    assert (finals[0].confidence is not None) is engine.capabilities.confidence
    for final in finals:
        assert all(final.start_ms <= word.start_ms <= word.end_ms for word in final.words)


@every
async def test_a_minute_without_a_pause_is_cut_between_words(engine: Recogniser) -> None:
    said = talk(60.0, None)
    if engine.capabilities.continuous:  # it finds its own places
        assert_whole(said, [one for one in await heard(engine, said) if one.is_final])
        return
    stream = engine.open("en-US")
    for number, at in enumerate(range(0, len(said.samples), 1600)):
        await stream.send(AudioFrame(said.samples[at : at + 1600], 16_000, at / 16))
        if number % 150 == 149:
            await stream.flush(cut=True)
    await stream.finish()
    found = await finals_of(stream)
    assert_whole(said, found)
    # it is told where the sentence goes on
    assert engine.name == "coded" or {one.cut for one in found[:-1]} == {True}
    assert not found[-1].cut
    await stream.aclose()


@every
async def test_many_speak_at_once(engine: Recogniser) -> None:
    said = talk(10.0, 6)
    for found in await asyncio.gather(*(heard(engine, said) for _ in range(8))):
        assert_whole(said, [one for one in found if one.is_final])


@every
async def test_nothing_said_ends_at_once(engine: Recogniser) -> None:
    stream = engine.open("en-US")
    await stream.finish()
    assert await finals_of(stream) == []
    await stream.aclose()


@every
async def test_silence_has_no_words(engine: Recogniser) -> None:
    stream = engine.open("en-US")
    await stream.send(AudioFrame(np.zeros(16_000, np.int16), 16_000, 0.0))
    await stream.finish()
    assert not any(final.text for final in await finals_of(stream))
    await stream.aclose()


@every
async def test_a_stream_dropped_in_mid_speech_hinders_no_other(engine: Recogniser) -> None:
    stream = engine.open("en-US")
    await stream.send(AudioFrame(talk(1.0, 3).samples[:1600], 16_000, 0.0))
    await stream.aclose()
    said = talk(2.0, 3)
    assert_whole(said, [one for one in await heard(engine, said) if one.is_final])


@pytest.mark.parametrize("engine", ONE_LANGUAGE, indirect=True)
async def test_a_language_it_has_no_model_of_is_named(engine: Recogniser) -> None:
    with pytest.raises(LanguageNotSupportedError, match="fi-FI"):
        engine.open("fi-FI")
