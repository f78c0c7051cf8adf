"""Speech from a real server on this machine, which behaves well or badly."""

import asyncio
from collections.abc import Iterator

import numpy as np
import pytest

from sessions_app.engine.core.errors import SynthesiserError, SynthesiserUnavailableError
from sessions_app.engine.tts.engines.openai import OpenAISynthesiser
from tests.fixtures.openai_server import ModelServer, running_model

TEXT = "The train leaves at ten."


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with running_model(tokens_per_s=500.0) as running:
        yield running


def voice(server: ModelServer) -> OpenAISynthesiser:
    return OpenAISynthesiser(model="tts", base_url=server.url, api_key="k", timeout_s=0.5)


async def test_the_audio_is_streamed_whole_though_samples_are_split(server: ModelServer) -> None:
    speaker = voice(server)
    chunks = [chunk async for chunk in speaker.stream(TEXT, voice="nova", speed=1.2)]
    await speaker.aclose()
    audio = np.concatenate([c.samples for c in chunks])
    assert len(audio) == round(24_000 * 0.06 * len(TEXT))
    spectrum = np.abs(np.fft.rfft(audio.astype(float)))
    assert np.argmax(spectrum) * 24_000 / len(audio) == pytest.approx(330, abs=3)
    body = server.requests[0].body
    assert (body["voice"], body["speed"], body["response_format"]) == ("nova", 1.2, "pcm")


async def test_closing_it_closes_the_request(server: ModelServer) -> None:
    server.tokens_per_s = 20.0
    speaker = voice(server)
    stream = speaker.stream("A rather long text to be said. " * 20)
    await anext(stream)
    await stream.aclose()
    async with asyncio.timeout(2):
        while not server.requests[0].closed_early:  # noqa: ASYNC110 - another thread's
            await asyncio.sleep(0.01)
    await speaker.aclose()


@pytest.mark.parametrize(
    ("mode", "kind"),
    [
        ("refused", SynthesiserError),
        ("busy", SynthesiserUnavailableError),
        ("slow", SynthesiserUnavailableError),
        ("stall", SynthesiserUnavailableError),
        ("dies_first", SynthesiserUnavailableError),
    ],
)
async def test_a_bad_server_is_told_by_kind(
    server: ModelServer, mode: str, kind: type[SynthesiserError]
) -> None:
    server.mode = mode
    speaker = voice(server)
    with pytest.raises(kind) as told:
        await asyncio.wait_for(_said(speaker), 5)
    assert type(told.value) is kind
    await speaker.aclose()


async def _said(speaker: OpenAISynthesiser) -> int:
    return len([chunk async for chunk in speaker.stream(TEXT)])


async def test_nothing_to_say_asks_nobody(server: ModelServer) -> None:
    speaker = voice(server)
    assert [chunk async for chunk in speaker.stream("...")] == []
    assert server.requests == []
    await speaker.aclose()
