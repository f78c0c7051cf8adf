"""A connection that makes new ICE credentials is known at every door by the session of its offers.

libwebrtc does where a new line takes the place of a stopped first one. aiortc never does: two of
its connections with one certificate stand for one of libwebrtc's.
"""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from smallwebrtc.tracks import SpeechOut
from websockets.asyncio.client import connect

from sessions_app.engine.rtc.aiortc_compat import negotiation
from sessions_app.engine.rtc.aiortc_compat.connectivity import offer_loopback
from tests.end_to_end.test_changed_offers import DOORS, LIMIT_S, headers
from tests.engine.rtc.test_changed_offers import stopped
from tests.fixtures.offers import CHROME_AUDIO, offer
from tests.fixtures.requests import ask as post
from tests.fixtures.server import Product

pytestmark = pytest.mark.product(VOICE_VOSK_USER="user")


class Client:
    """One connection of libwebrtc's, to whoever reads its offers."""

    def __init__(self) -> None:
        offer_loopback()
        self._pcs: list[RTCPeerConnection] = []
        self._microphones: list[SpeechOut] = []
        self._version = 1

    async def offer(self, mid: str) -> str:
        """Returns an offer with one line of that name, on a transport of its own."""
        pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        if self._pcs:
            negotiation.use_certificates(pc, negotiation.certificates(self._pcs[0]))
        self._pcs.append(pc)
        self._microphones.append(SpeechOut(48_000))
        pc.addTransceiver(self._microphones[-1], "sendrecv")
        await pc.setLocalDescription(await pc.createOffer())
        return self.next(_renamed(pc.localDescription.sdp, "0", mid))

    def next(self, sdp: str) -> str:
        """Returns that offer as the next one of the session."""
        self._version += 1
        return re.sub(r"(?m)^o=.*\r$", f"o=- 77 {self._version} IN IP4 127.0.0.1\r", sdp)

    async def accept(self, answer: str, mid: str) -> None:
        """Returns when the newest transport is connected."""
        pc = self._pcs[-1]
        description = RTCSessionDescription(_renamed(answer, mid, "0"), "answer")
        await pc.setRemoteDescription(description)
        async with asyncio.timeout(LIMIT_S):
            while pc.connectionState != "connected":  # noqa: ASYNC110 - what another peer does
                await asyncio.sleep(0.02)

    async def leave(self) -> None:
        """Closes the newest transport, as a browser does whose line is stopped."""
        await self._pcs[-1].close()

    async def close(self) -> None:
        for microphone in self._microphones:
            microphone.stop()
        for pc in self._pcs:
            await pc.close()


def _renamed(sdp: str, before: str, after: str) -> str:
    named = sdp.replace(f"a=mid:{before}\r", f"a=mid:{after}\r")
    return named.replace(f"BUNDLE {before}\r", f"BUNDLE {after}\r")


@pytest_asyncio.fixture
async def client() -> AsyncIterator[Client]:
    made = Client()
    yield made
    await made.close()


@pytest.mark.parametrize("name", DOORS)
async def test_a_line_in_the_only_ones_place_is_the_same_call(
    product: Product, client: Client, name: str
) -> None:
    before = product.json("/api/v1/calls/")["count"]
    async with DOORS[name](product) as ask:
        first = await client.offer("0")
        await client.accept(await ask(first), "0")
        await ask(client.next(stopped(first, 0)))
        await client.leave()
        again = await client.offer("2")
        await client.accept(await ask(again), "2")
        assert "a=ice-ufrag" in await ask(again)
    assert product.json("/api/v1/calls/")["count"] == before + 1


@pytest.mark.parametrize("name", ["signaling", "offer", "pipecat, by the name"])
async def test_an_ice_restart_keeps_the_call_and_its_way(
    product: Product, client: Client, name: str
) -> None:
    before = product.json("/api/v1/calls/")["count"]
    async with DOORS[name](product) as ask:
        first = await client.offer("0")
        one = await ask(first)
        await client.accept(one, "0")
        other = await ask(client.next(re.sub(r"a=ice-ufrag:\S+", "a=ice-ufrag:anew", first)))
        for value in (r"a=ice-ufrag:\S+", r"a=fingerprint:sha-256 \S+"):
            assert re.findall(value, one) == re.findall(value, other)
    assert product.json("/api/v1/calls/")["count"] == before + 1


async def test_nobody_elses_offer_is_of_a_users_connection(
    product: Product, client: Client
) -> None:
    first = await client.offer("0")
    _, mine = await post(product, "/api/voice/offer", {"sdp": first, "agentId": "scribe"})
    await client.accept(mine["sdp"], "0")
    later = {"sdp": await client.offer("0"), "agentId": "scribe"}
    status, theirs = await post(product, "/api/voice/offer", later, "staff")
    assert (status, theirs["callId"] == mine["callId"]) == (200, False)
    status, again = await post(product, "/api/voice/offer", later)
    assert (status, again["callId"]) == (200, mine["callId"])


async def test_a_live_call_outlasts_offers_that_are_none_or_anothers(
    product: Product, client: Client
) -> None:
    address = product.url.replace("http", "ws", 1) + "/signaling"
    async with connect(address, additional_headers=headers(product)) as socket:

        async def told(sdp: str, **more: str) -> dict[str, Any]:
            given = {"type": "offer", "sdp": sdp, "features": ["details"], **more}
            await socket.send(json.dumps(given))
            async with asyncio.timeout(LIMIT_S):
                while True:
                    message: dict[str, Any] = json.loads(await socket.recv())
                    if message["type"] in ("answer", "error"):
                        return message

        first = await client.offer("0")
        answer = await told(first, agentId="scribe")
        await client.accept(answer["sdp"], "0")
        call_id = answer["callId"]
        others = offer([CHROME_AUDIO])
        for wrong in ("v=0\r\nfoo", "x", others.replace("a=rtcp-mux\r\n", "")):
            for named in ({}, {"callId": call_id}):
                problem = await told(wrong, **named)
                assert problem["code"] == "bad_offer", (wrong, named)
        assert "DTLS fingerprint" in (await told("v=0\r\nfoo"))["message"]
        problem = await told(others)
        assert problem["code"] == "already_in_call"
        assert "`callId`" in problem["message"]
        held = await told(client.next(first.replace("a=sendrecv", "a=inactive")))
        assert (held["callId"], "a=inactive" in held["sdp"]) == (call_id, True)
