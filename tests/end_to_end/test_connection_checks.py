"""Checks of the connection: heard and answered as calls are, and nothing is kept of them."""

import asyncio
import contextlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from websockets.asyncio.client import connect

from sessions_app.call_client.microphone import FileMicrophone, read_sound
from sessions_app.engine.rtc.aiortc_compat.connectivity import offer_loopback
from tests.end_to_end.test_resume import FEATURES, until
from tests.fixtures.server import Product, wait_until
from tests.fixtures.speech import read_wav
from tests.fixtures.streamer import Streamer

TEXT = "Please open the second window."


def kept(product: Product) -> int:
    """Returns how many calls are kept: all else that is kept of a call hangs on its row."""
    return int(product.json("/api/v1/calls/")["count"])


def live(product: Product) -> int:
    """Returns how many calls and checks the web process carries now."""
    return int(product.json("/healthz")["calls"])


async def test_what_is_said_over_a_socket_is_recognised_and_a_tone_comes_back(
    product: Product, say: Callable[..., Path]
) -> None:
    before = await asyncio.to_thread(kept, product)
    async with Streamer(product) as client:
        began = await client.start(check=True, output={"codec": "pcm16"})
        await client.speak(read_wav(say("please open the second window")))
        await client.hears(TEXT)
        await client.send(type="session_end")
        assert (await client.until("session_ended"))["reason"] == "caller_hung_up"
    assert sum(len(body) for _, _, body in client.sound) > 24_000  # half a second of the tone
    path = f"/api/v1/calls/{began['callId']}/"
    assert (await asyncio.to_thread(product.get, path, "user"))[0] == 404
    assert await asyncio.to_thread(kept, product) == before


async def test_a_peer_connection_is_checked(product: Product, say: Callable[..., Path]) -> None:
    offer_loopback()
    before = await asyncio.to_thread(kept, product)
    bearer = {"Authorization": "Bearer " + product.credentials["user"]["token"]}
    address = product.url.replace("http", "ws", 1) + "/signaling"
    pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    microphone = FileMicrophone(read_sound(say("please open the second window")))
    pc.addTrack(microphone)
    arrived = asyncio.Event()

    @pc.on("track")
    async def listen(track: Any) -> None:
        with contextlib.suppress(Exception):
            while not (await track.recv()).to_ndarray().any():
                pass
            arrived.set()

    try:
        await pc.setLocalDescription(await pc.createOffer())
        wish = {"type": "offer", "sdp": pc.localDescription.sdp, "features": FEATURES}
        async with connect(address, additional_headers=bearer) as socket:
            await socket.send(json.dumps(wish | {"check": True}))
            answer = await until(socket, "answer")
            await pc.setRemoteDescription(RTCSessionDescription(answer["sdp"], "answer"))
            assert (await until(socket, "transcript", final=True))["text"]
            await asyncio.wait_for(arrived.wait(), 10)
            await socket.send('{"type":"bye"}')
            await until(socket, "bye")
    finally:
        microphone.stop()
        await pc.close()
    assert await asyncio.to_thread(kept, product) == before


async def test_checks_count_as_calls_do(product: Product) -> None:
    """As many as a user may have at once, and no more; they end when their page is gone."""
    most = 10
    async with contextlib.AsyncExitStack() as open_ones:
        for _ in range(most):
            client = await open_ones.enter_async_context(Streamer(product))
            await client.start(check=True)
        one_more = await open_ones.enter_async_context(Streamer(product))
        await one_more.send(type="session_start", check=True)
        assert (await one_more.until("error"))["code"] == "too_many_calls"
    await asyncio.to_thread(wait_until, lambda: live(product) == 0, 20, "the end of the checks")
