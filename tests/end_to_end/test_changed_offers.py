"""A later offer of a connection changes it, over every door that can renegotiate."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.sdp import SessionDescription
from smallwebrtc.tracks import SpeechOut
from websockets.asyncio.client import connect

from sessions_app.engine.rtc.aiortc_compat.connectivity import offer_loopback
from tests.fixtures.server import Product

LIMIT_S = 20.0
pytestmark = pytest.mark.product(VOICE_VOSK_USER="user")

Ask = Callable[[str], Awaitable[str]]
"""Gives an offer's SDP to a door; returns the answer's."""


def headers(product: Product) -> dict[str, str]:
    token = product.credentials["user"]["token"]
    return {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}


def over_http(
    path: str, given: str = "sdp", got: str = "sdp", *, named: bool = False
) -> Callable[[Product], Any]:
    """Returns a door that is asked by POST; `named`: the connection has a name there."""

    @asynccontextmanager
    async def door(product: Product) -> AsyncIterator[Ask]:
        known: dict[str, str] = {}

        async def ask(sdp: str) -> str:
            body = {given: sdp, "type": "offer", "agentId": "scribe", **known}
            status, answer = await asyncio.to_thread(product.ask, path, body, headers(product))
            assert status == 200, answer
            if named:
                known["pc_id"] = answer["pc_id"]
            return str(answer[got])

        yield ask

    return door


def over_socket(product: Product) -> AbstractAsyncContextManager[Ask]:
    return over_socket_of(product, "", headers(product))


@asynccontextmanager
async def with_ticket(product: Product) -> AsyncIterator[Ask]:
    given = await asyncio.to_thread(product.ask, "/api/v1/tickets", {}, headers(product))
    async with over_socket_of(product, given[1]["path"], {}) as ask:
        yield ask


@asynccontextmanager
async def over_socket_of(product: Product, path: str, shown: dict[str, str]) -> AsyncIterator[Ask]:
    address = product.url.replace("http", "ws", 1) + path + "/signaling"
    async with connect(address, additional_headers=shown) as socket:

        async def ask(sdp: str) -> str:
            await socket.send(json.dumps({"type": "offer", "sdp": sdp, "agentId": "scribe"}))
            async with asyncio.timeout(LIMIT_S):
                while (message := json.loads(await socket.recv()))["type"] != "answer":
                    # a client that holds its line is told that it does not hear the agent
                    assert message.get("code") in (None, "agent_unheard"), message
            return str(message["sdp"])

        yield ask


async def test_what_a_client_that_takes_no_sound_is_told(product: Product) -> None:
    offer_loopback()
    pc, microphone = RTCPeerConnection(RTCConfiguration(iceServers=[])), SpeechOut(48_000)
    line = pc.addTransceiver(microphone, "sendonly")
    address = product.url.replace("http", "ws", 1) + "/signaling"
    async with connect(address, additional_headers=headers(product)) as socket:

        async def until(**wanted: Any) -> dict[str, Any]:
            async with asyncio.timeout(LIMIT_S):
                while True:
                    message: dict[str, Any] = json.loads(await socket.recv())
                    if all(message.get(key) == value for key, value in wanted.items()):
                        return message

        async def offer(direction: str) -> None:
            line.direction = direction
            await pc.setLocalDescription(await pc.createOffer())
            given = {"sdp": pc.localDescription.sdp, "agentId": "scribe", "features": ["details"]}
            await socket.send(json.dumps({"type": "offer", **given}))
            answer = await until(type="answer")
            await pc.setRemoteDescription(RTCSessionDescription(answer["sdp"], "answer"))

        await offer("sendonly")
        assert await until(type="error", code="agent_unheard")
        greeting = await until(type="transcript", role="agent", final=True)
        assert (greeting["text"], greeting["interrupted"]) == ("", True)
        assert greeting["fullText"].startswith("Hello")
        await offer("sendrecv")
        await socket.send(json.dumps({"type": "say", "text": "Here I am."}))
        assert "interrupted" not in await until(type="transcript", text="Here I am.")
    microphone.stop()
    await pc.close()


DOORS: dict[str, Callable[[Product], Any]] = {
    "signaling": over_socket,
    "signaling, with a ticket": with_ticket,
    "offer": over_http("/api/voice/offer"),
    "results": over_http("/session", "offer", "answer"),
    "pipecat, by the offer": over_http("/api/offer"),
    "pipecat, by the name": over_http("/api/offer", named=True),
    "vosk": over_http("/offer"),
}


@pytest.mark.parametrize("name", DOORS)
async def test_a_held_line_goes_on_in_the_same_call(product: Product, name: str) -> None:
    offer_loopback()
    before = product.json("/api/v1/calls/")["count"]
    pc, microphone = RTCPeerConnection(RTCConfiguration(iceServers=[])), SpeechOut(48_000)
    line = pc.addTransceiver(microphone, "sendrecv")
    async with DOORS[name](product) as ask:
        answered = []
        for direction in ("sendrecv", "inactive", "sendonly", "sendrecv"):
            line.direction = direction
            await pc.setLocalDescription(await pc.createOffer())
            sdp = await ask(pc.localDescription.sdp)
            answered.append(SessionDescription.parse(sdp).media[0].direction)
            assert (await ask(pc.localDescription.sdp)).count("m=") == 1  # the same again
            await pc.setRemoteDescription(RTCSessionDescription(sdp, "answer"))
            async with asyncio.timeout(LIMIT_S):
                while pc.connectionState != "connected":  # noqa: ASYNC110 - what another peer does
                    await asyncio.sleep(0.02)
    usual = answered[0]  # with an agent that answers the server sends, too
    assert answered == [usual, "inactive", "recvonly", usual]
    microphone.stop()
    await pc.close()
    assert product.json("/api/v1/calls/")["count"] == before + 1
