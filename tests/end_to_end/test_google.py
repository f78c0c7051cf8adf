"""A call whose recogniser is Google Speech: a server on this machine with its limits."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

import pytest_asyncio

from tests.fixtures.coded import talk
from tests.fixtures.google_server import GoogleServer, google_server
from tests.fixtures.server import Product
from tests.fixtures.speech import read_wav
from tests.fixtures.streamer import Streamer


@pytest_asyncio.fixture
async def server() -> AsyncIterator[GoogleServer]:
    async with google_server() as running:
        yield running


@contextmanager
def running(folder: Path, server: GoogleServer) -> Iterator[Product]:
    settings = {"VOICE_RECOGNISER": "google", "GOOGLE_SPEECH_ENDPOINT": server.endpoint}
    product = Product(folder, settings)
    product.prepare()
    names = "voicesite, barge-in"
    product.manage(
        "shell",
        "-c",
        "from sessions_app.models import Agent; "
        f"Agent.objects.update(phrases='''{names}'''.replace(', ', chr(10)))",
    )
    with product.running("web"):
        yield product


async def test_a_call_is_transcribed_by_google(server: GoogleServer, tmp_path: Path) -> None:
    said = talk(4.0, 4)
    with running(tmp_path, server) as product:
        async with Streamer(product) as client:
            await client.start()
            await client.speak(said.samples)
            await client.send(type="session_end")
            await client.until("session_ended")
        words = [w for m in client.of("transcript_final", role="user") for w in m["words"]]
    assert [word["text"] for word in words] == said.words
    assert all(abs(w["startMs"] - said.starts_ms[w["text"]]) <= 100 for w in words)
    assert client.of("transcript_partial")
    asked = str(server.configs[0])
    assert "voicesite" in asked
    assert "barge-in" in asked


async def test_the_embedded_recogniser_stands_in(
    server: GoogleServer, tmp_path: Path, say: Callable[..., Path]
) -> None:
    server.refuse = import_module("grpc").StatusCode.PERMISSION_DENIED
    with running(tmp_path, server) as product:
        async with Streamer(product) as client:
            await client.start()
            await client.speak(read_wav(say("please open the second window")))
            await client.hears("please open the second window")
            await client.send(type="session_end")
            await client.until("session_ended")
    assert not client.of("error")
