"""Transcription by a server that speaks OpenAI's protocol and hears coded words."""

import asyncio
import email.parser
import email.policy
import io
import json
import threading
import wave
from collections.abc import AsyncIterator, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import numpy as np
import pytest
import pytest_asyncio

from sessions_app.core.audio import AudioFrame
from sessions_app.core.errors import RecogniserError, RecogniserUnavailableError
from sessions_app.speech.recognisers.openai import OpenAIRecogniser
from sessions_app.speech.recognisers.wrappers.retrying import Retrying
from tests.fixtures.coded import assert_whole, finals_of, talk
from tests.fixtures.ear import Ear


class Server(ThreadingHTTPServer):
    """`statuses` are the next answers' codes, 200 when there are no more."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.statuses: list[int] = []
        self.asked: list[dict[str, str]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/v1"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        head = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
        message = email.parser.BytesParser(policy=email.policy.HTTP).parsebytes(head + body)
        fields: dict[str, Any] = {}
        for part in message.iter_parts():
            name = part.get_param("name", header="content-disposition")
            fields[str(name)] = part.get_payload(decode=True)
        sound = fields.pop("file")
        self.server.asked.append({key: value.decode() for key, value in fields.items()})
        status = self.server.statuses.pop(0) if self.server.statuses else 200
        self._reply(status, heard(sound) if status == 200 else {"error": {"message": "no"}})

    def _reply(self, status: int, answer: dict[str, Any]) -> None:
        body = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base's name
        return


def heard(sound: bytes) -> dict[str, Any]:
    with wave.open(io.BytesIO(sound)) as file:
        assert (file.getframerate(), file.getnchannels()) == (16_000, 1)
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
    ear = Ear()
    ear.hear(samples)
    words = ear.take(all_of_it=True)
    return {
        "text": " ".join(word.text for word in words),
        "language": "english",
        "duration": len(samples) / 16_000,
        "words": [
            {"word": w.text, "start": w.start / 16_000, "end": w.end / 16_000} for w in words
        ],
    }


@pytest.fixture
def server() -> Iterator[Server]:
    running = Server()
    serving = threading.Thread(target=running.serve_forever)
    serving.start()
    yield running
    running.shutdown()
    serving.join()
    running.server_close()


@pytest_asyncio.fixture
async def recogniser(server: Server) -> AsyncIterator[OpenAIRecogniser]:
    engine = OpenAIRecogniser(base_url=server.url, timeout_s=5.0)
    await engine.start()
    yield engine
    await engine.aclose()


async def test_each_utterance_is_one_request(recogniser: OpenAIRecogniser, server: Server) -> None:
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
    recogniser: OpenAIRecogniser, server: Server
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
    recogniser: OpenAIRecogniser, server: Server, status: int, kind: type[RecogniserError]
) -> None:
    server.statuses = [status]
    stream = recogniser.open("en-US")
    await tell_utterances(stream, talk(1.0, 2))
    with pytest.raises(kind) as failed:
        await finals_of(stream)
    assert type(failed.value) is kind
    assert str(status) in failed.value.message
    await stream.aclose()


async def test_what_is_too_short_is_not_asked(recogniser: OpenAIRecogniser, server: Server) -> None:
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
