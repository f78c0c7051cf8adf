"""Transcription by a server that speaks OpenAI's protocol and hears coded words."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import numpy as np
import pytest
import pytest_asyncio

from sessions_app.engine.core.errors import RecogniserError, RecogniserUnavailableError
from sessions_app.engine.core.frames import AudioFrame
from sessions_app.engine.stt.engines.openai import OpenAIRecogniser
from sessions_app.engine.stt.wrappers.retrying import Retrying
from tests.fixtures.coded import assert_whole, finals_of, talk
from tests.fixtures.transcriptions import TranscriptionServer, transcription_server


@pytest.fixture
def server() -> Iterator[TranscriptionServer]:
    with transcription_server() as running:
        yield running


@pytest_asyncio.fixture
async def recogniser(server: TranscriptionServer) -> AsyncIterator[OpenAIRecogniser]:
    engine = OpenAIRecogniser(base_url=server.url, timeout_s=5.0)
    await engine.start()
    yield engine
    await engine.aclose()


async def test_each_utterance_is_one_request(
    recogniser: OpenAIRecogniser, server: TranscriptionServer
) -> None:
    said = talk(4.0, 3)
    stream = recogniser.open("en-US", ["voicesite", "coturn"])
    await tell_utterances(stream, said)
    finals = await finals_of(stream)
    await stream.aclose()
    assert_whole(said, finals)
    assert len(server.asked) == len(finals) == 2
    assert server.asked[0]["prompt"] == "voicesite, coturn"
    assert server.asked[0]["language"] == "en"


async def test_a_word_that_was_cut_is_said_once(recogniser: OpenAIRecogniser) -> None:
    said = talk(20.0, None)
    stream = recogniser.open("en-US")
    for number, at in enumerate(range(0, len(said.samples), 1_600)):
        await stream.send(AudioFrame(said.samples[at : at + 1_600], 16_000, at / 16))
        if number % 50 == 49:
            await stream.flush(cut=True)
    await stream.finish()
    assert_whole(said, await finals_of(stream))
    await stream.aclose()


async def test_a_server_that_fails_is_asked_again(
    recogniser: OpenAIRecogniser, server: TranscriptionServer
) -> None:
    server.statuses = [503, 429, 500]
    said = talk(4.0, 3)
    stream = Retrying(recogniser, first_s=0.001, longest_s=0.01).open("en-US")
    await tell_utterances(stream, said)
    assert_whole(said, await finals_of(stream))
    await stream.aclose()


@pytest.mark.parametrize(
    ("status", "kind"), [(401, RecogniserError), (503, RecogniserUnavailableError)]
)
async def test_a_refusal_says_what_to_check(
    recogniser: OpenAIRecogniser,
    server: TranscriptionServer,
    status: int,
    kind: type[RecogniserError],
) -> None:
    server.statuses = [status]
    stream = recogniser.open("en-US")
    await tell_utterances(stream, talk(1.0, 2))
    with pytest.raises(kind) as failed:
        await finals_of(stream)
    assert type(failed.value) is kind
    assert str(status) in failed.value.message
    await stream.aclose()


async def test_what_is_too_short_is_not_asked(
    recogniser: OpenAIRecogniser, server: TranscriptionServer
) -> None:
    stream = recogniser.open("en-US")
    await stream.send(AudioFrame(np.ones(800, np.int16), 16_000, 0.0))
    await stream.finish()
    (final,) = await finals_of(stream)
    assert final.text == ""
    assert not server.asked
    await stream.aclose()


async def test_a_dropped_stream_ends(recogniser: OpenAIRecogniser) -> None:
    stream = recogniser.open("en-US")
    reading = asyncio.create_task(finals_of(stream, 5.0))
    await asyncio.sleep(0)
    await stream.aclose()
    assert await reading == []


async def tell_utterances(stream: Any, said: Any) -> None:
    """Tells each sentence and its end, without the pauses."""
    start = 0
    for end, next_start in said.pauses:
        for at in range(start, end, 1_600):
            piece = said.samples[at : min(end, at + 1_600)]
            await stream.send(AudioFrame(piece, 16_000, at / 16))
        await stream.flush()
        start = next_start
    await stream.finish()
