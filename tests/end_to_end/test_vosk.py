"""vosk-server's clients, as its examples are written, against a running product."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from tests.end_to_end.test_doors import Page
from tests.end_to_end.test_tickets import an_offer
from tests.fixtures.requests import ask
from tests.fixtures.server import Product, wait_until
from tests.fixtures.speech import mostly, read_wav

pytestmark = pytest.mark.product(VOICE_VOSK_USER="user")

Say = Callable[..., Path]
SENTENCE = "please open the second window"


async def test_the_example_client(product: Product, say: Say) -> None:
    samples = read_wav(say(SENTENCE))
    data = np.concatenate([samples, np.zeros(8_000, np.int16)]).tobytes()
    replies: list[dict[str, Any]] = []
    async with connect(product.url.replace("http", "ws", 1)) as socket:
        await socket.send('{ "config" : { "sample_rate" : 16000 } }')
        for start in range(0, len(data), 8000):
            await socket.send(data[start : start + 8000])
            replies.append(json.loads(await socket.recv()))
        await socket.send('{"eof" : 1}')
        replies.append(json.loads(await socket.recv()))
        with pytest.raises(ConnectionClosed):
            await socket.recv()
        assert socket.close_code == 1000
    assert any(reply.get("partial") for reply in replies)
    told = [reply for reply in replies if reply.get("text")]
    assert len(told) == 1
    assert mostly(told[0]["text"], SENTENCE)
    assert mostly(" ".join(word["word"] for word in told[0]["result"]), SENTENCE)
    wait_until(lambda: newest(product)["state"] == "ended", 30, "the end")
    assert newest(product)["door"] == "vosk"


def newest(product: Product) -> dict[str, Any]:
    return dict(product.json("/api/v1/calls/")["results"][0])


async def test_the_webrtc_example(product: Product, say: Say) -> None:
    page = Page(say(SENTENCE, tail_s=0.5), "result")
    status, answer = await ask(product, "/offer", {"sdp": await page.offer(), "type": "offer"})
    assert status == 200
    await page.accept(answer["sdp"])
    async with asyncio.timeout(40):
        await page.microphone.spoken.wait()
        page.microphone.stop()
        await page.closed.wait()
    await page.pc.close()
    told = [json.loads(message) for message in page.results]
    texts = [m["text"] for m in told if "text" in m]
    assert len(texts) == 1
    assert mostly(texts[0], SENTENCE)
    assert all(isinstance(message, str) for message in page.results)


@pytest.mark.parametrize("origin", ["https://evil.example", "null"])
async def test_no_page_of_another_site_comes_in(product: Product, origin: str) -> None:
    async with connect(
        product.url.replace("http", "ws", 1), additional_headers={"Origin": origin}
    ) as socket:
        with pytest.raises(ConnectionClosed):
            await socket.recv()
        assert socket.close_code == 4403


@pytest.mark.parametrize(
    "header",
    [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"X-Forwarded-For": "203.0.113.9"}],
)
async def test_no_page_and_no_proxy_comes_in_over_http(
    product: Product, header: dict[str, str]
) -> None:
    headers = {"Content-Type": "application/json", **header}
    status, told = await asyncio.to_thread(product.ask, "/offer", await an_offer(), headers)
    assert status in (401, 403), told
    headers.popitem()
    status, _ = await asyncio.to_thread(product.ask, "/offer", await an_offer(), headers)
    assert status == 200  # it was this header


async def test_a_client_that_leaves_ends_its_call(product: Product) -> None:
    async with connect(product.url.replace("http", "ws", 1)) as socket:
        await socket.send(bytes(3_200))
        await socket.recv()
    wait_until(lambda: product.json("/api/v1/calls/")["results"][0]["ended_at"], 30, "the end")
