"""Connections that Pipecat's protocol names: kept, replaced, and nobody else's."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription

from sessions_app.call_client.microphone import FileMicrophone, read_sound
from sessions_app.engine.rtc.aiortc_compat.connectivity import offer_loopback
from tests.fixtures.requests import ask
from tests.fixtures.server import Product, wait_until

Say = Callable[..., Path]


class Peer:
    """A client's peer connection with its channel."""

    def __init__(self, sound: Path) -> None:
        offer_loopback()
        self.pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.microphone = FileMicrophone(read_sound(sound))
        self.pc.addTrack(self.microphone)
        self.channel = self.pc.createDataChannel("chat")
        self.messages: list[dict[str, Any]] = []
        self.channel.on("message", lambda text: self.messages.append(json.loads(text)))
        self.channel.on("open", lambda: self.say("client-ready", {"version": "2.1.0"}))

    def say(self, kind: str, data: Any = None) -> None:
        message = {"label": "rtvi-ai", "type": kind, "id": "1", "data": data}
        self.channel.send(json.dumps(message))

    async def offer(self, **more: Any) -> dict[str, Any]:
        await self.pc.setLocalDescription(await self.pc.createOffer())
        return {"sdp": self.pc.localDescription.sdp, "type": "offer", **more}

    async def accept(self, answer: dict[str, Any]) -> None:
        await self.pc.setRemoteDescription(RTCSessionDescription(answer["sdp"], "answer"))

    async def until(self, kind: str) -> dict[str, Any]:
        async with asyncio.timeout(20):
            while True:
                for message in self.messages:
                    if message["type"] == kind:
                        return message
                await asyncio.sleep(0.02)

    async def close(self) -> None:
        self.microphone.stop()
        await self.pc.close()


async def test_a_connection_is_renegotiated_and_made_anew_in_one_call(
    product: Product, say: Say
) -> None:
    sound = say("good morning and welcome to the meeting", tail_s=0.3)
    first, second = Peer(sound), Peer(say("the weather is very nice today", tail_s=0.3))
    given = {"requestData": {"consent": {"recording": True}}}
    offer = await first.offer(**given)
    status, answer = await ask(product, "/api/offer", offer)
    assert status == 200
    same = (await ask(product, "/api/offer/", offer))[1]
    assert same["pc_id"] == answer["pc_id"]  # a retried offer is one call
    await first.accept(answer)
    await first.until("bot-ready")
    kept = (await ask(product, "/api/offer", await first.offer(pc_id=answer["pc_id"])))[1]
    assert kept["pc_id"] == answer["pc_id"]
    await first.accept(kept)
    await first.microphone.spoken.wait()
    await first.until("user-llm-text")
    anew = await second.offer(pc_id=answer["pc_id"], restart_pc=True)
    again = (await ask(product, "/api/offer", anew))[1]
    assert again["pc_id"] != answer["pc_id"]
    await second.accept(again)
    none = {"pc_id": again["pc_id"], "candidates": []}
    assert (await ask(product, "/api/offer", none, method="PATCH"))[0] == 200
    assert second.pc.connectionState == "connected"  # a client closes the first connection now
    await second.until("bot-ready")
    await second.microphone.spoken.wait()
    await second.until("user-llm-text")
    second.say("disconnect-bot")
    left = await second.until("signalling")
    assert left["message"] == {"type": "peerLeft"}
    await first.close()
    await second.close()
    calls = product.json("/api/v1/calls/")["results"]
    call = calls[0]
    assert call["door"] == "pipecat"
    rows = product.json(f"/api/v1/calls/{call['id']}/segments?after=0")["segments"]
    assert [row["seq"] for row in rows] == [1, 2]
    over = await ask(product, "/api/offer", anew)
    wait_until(lambda: product.json(f"/api/v1/calls/{call['id']}/")["ended_at"], 30, "the end")
    over = await ask(product, "/api/offer", anew | {"pc_id": again["pc_id"]})
    assert over[0] == 404


async def test_nobody_elses_connection_is_known(product: Product, say: Say) -> None:
    peer = Peer(say("hello"))
    answer = (await ask(product, "/api/offer", await peer.offer()))[1]
    other = Peer(say("hello"))
    offer = await other.offer(pc_id=answer["pc_id"])
    candidates = {"pc_id": answer["pc_id"], "candidates": []}
    assert (await ask(product, "/api/offer", offer, "staff"))[0] == 404
    assert (await ask(product, "/api/offer", candidates, "staff", "PATCH"))[0] == 404
    assert (await ask(product, "/api/offer", candidates, "user", "PATCH"))[0] == 200
    started = (await ask(product, "/start", {"agentId": "scribe"}))[1]
    path = f"/sessions/{started['sessionId']}/api/offer"
    assert started["iceConfig"] == {"iceServers": []}
    assert (await ask(product, path, offer, "staff"))[0] == 404
    assert (await ask(product, path, {"sdp": "nonsense"}))[0] == 422
    await peer.close()
    await other.close()


async def test_wrong_bodies_say_why(product: Product) -> None:
    for path, body, wanted in (
        ("/api/offer", {"type": "offer"}, 400),
        ("/api/offer", [], 400),
        ("/start", [], 400),
    ):
        status, told = await ask(product, path, body)
        assert status == wanted
        assert told["info"]
