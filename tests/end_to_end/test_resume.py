"""A socket that drops while the media flows, and comes back."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from websockets.asyncio.client import ClientConnection, connect

from sessions_app.call_client.microphone import FileMicrophone, read_sound
from sessions_app.engine.rtc.aiortc_compat.connectivity import offer_loopback
from tests.fixtures.server import Product
from tests.fixtures.speech import mostly

FEATURES = ["details", "interims", "status"]
TALK = (
    "good morning and welcome to the meeting",
    "the weather is very nice today",
    "please call me back on monday",
)


async def until(socket: ClientConnection, kind: str, **wanted: Any) -> dict[str, Any]:
    """Returns the first message of that kind with those values."""
    while True:
        message = dict(json.loads(await asyncio.wait_for(socket.recv(), 20)))
        if message["type"] == kind and all(message.get(k) == v for k, v in wanted.items()):
            return message


async def test_a_dropped_socket_ends_nothing_and_misses_nothing(
    product: Product, say: Callable[..., Path]
) -> None:
    offer_loopback()
    bearer = {"Authorization": "Bearer " + product.credentials["user"]["token"]}
    address = product.url.replace("http", "ws", 1) + "/signaling"
    pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    microphone = FileMicrophone(read_sound(say(*TALK)))
    pc.addTrack(microphone)
    try:
        await pc.setLocalDescription(await pc.createOffer())
        offer = {"type": "offer", "sdp": pc.localDescription.sdp, "features": FEATURES}
        async with connect(address, additional_headers=bearer) as socket:
            await socket.send(json.dumps(offer))
            answer = await until(socket, "answer")
            await pc.setRemoteDescription(RTCSessionDescription(answer["sdp"], "answer"))
            first = await until(socket, "transcript", final=True)
        await asyncio.wait_for(microphone.spoken.wait(), 30)
        async with connect(address, additional_headers=bearer) as socket:
            wish = {"callId": answer["callId"], "lastSeq": first["seq"], "features": FEATURES}
            await socket.send(json.dumps({"type": "resume", **wish}))
            assert (await until(socket, "resumed"))["state"] == "active"
            second = await until(socket, "transcript", final=True)
            third = await until(socket, "transcript", final=True)
            await socket.send('{"type":"bye"}')
            bye = await until(socket, "bye")
    finally:
        microphone.stop()
        await pc.close()
    assert [first["seq"], second["seq"], third["seq"]] == [1, 2, 3]
    said = [m["text"] for m in (first, second, third)]
    assert all(mostly(*pair) for pair in zip(said, TALK, strict=True))
    assert (bye["callId"], bye["reason"]) == (answer["callId"], "caller_hung_up")


async def test_the_same_offer_again_is_the_same_call(
    product: Product, say: Callable[..., Path]
) -> None:
    bearer = {"Authorization": "Bearer " + product.credentials["user"]["token"]}
    address = product.url.replace("http", "ws", 1) + "/signaling"
    pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    pc.addTrack(FileMicrophone(read_sound(say(TALK[0]))))
    await pc.setLocalDescription(await pc.createOffer())
    offer = json.dumps({"type": "offer", "sdp": pc.localDescription.sdp, "features": ["details"]})
    before = product.json("/api/v1/calls/")["count"]
    async with (
        connect(address, additional_headers=bearer) as one,
        connect(address, additional_headers=bearer) as two,
    ):
        await asyncio.gather(one.send(offer), two.send(offer), one.send(offer))
        answers = [await until(one, "answer"), await until(two, "answer")]
        assert answers[0] == answers[1]
        assert await until(one, "answer") == answers[0]
        await one.send('{"type":"bye"}')
        assert (await until(two, "bye"))["callId"] == answers[0]["callId"]
    await pc.close()
    assert product.json("/api/v1/calls/")["count"] == before + 1
