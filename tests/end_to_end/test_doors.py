"""The HTTP doors with real peers."""

import asyncio
import json
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription

from sessions_app.call_client.microphone import FileMicrophone, read_sound
from sessions_app.engine.rtc.aiortc_compat.connectivity import offer_loopback
from tests.fixtures.server import Product, wait_until
from tests.fixtures.speech import mostly

Say = Callable[..., Path]
TALK = ("good morning and welcome to the meeting", "the weather is very nice today")


async def post(product: Product, path: str, body: dict[str, Any]) -> dict[str, Any]:
    token = product.credentials["user"]["token"]
    request = urllib.request.Request(
        product.url + path,
        json.dumps(body).encode(),
        {"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )

    def ask() -> dict[str, Any]:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return dict(json.loads(answer.read()))

    return await asyncio.to_thread(ask)


class Page:
    """A speech-to-text page: a channel, a microphone, and the results."""

    def __init__(self, sound: Path, channel: str) -> None:
        offer_loopback()
        self.pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.microphone = FileMicrophone(read_sound(sound))
        self.results: list[Any] = []
        self.closed = asyncio.Event()
        channel_made = self.pc.createDataChannel(channel)
        channel_made.on("message", self.results.append)
        channel_made.on("close", self.closed.set)
        self.pc.addTrack(self.microphone)

    async def offer(self) -> str:
        await self.pc.setLocalDescription(await self.pc.createOffer())
        return str(self.pc.localDescription.sdp)

    async def accept(self, sdp: str) -> None:
        await self.pc.setRemoteDescription(RTCSessionDescription(sdp, "answer"))


async def test_every_result_reaches_the_page_and_then_the_channel_closes(
    product: Product, say: Say
) -> None:
    page = Page(say(*TALK, tail_s=0.3), "results")
    answer = await post(product, "/session?interim=1", {"offer": await page.offer()})
    assert set(answer) == {"answer"}
    await page.accept(answer["answer"])
    async with asyncio.timeout(40):
        await page.microphone.spoken.wait()
        page.microphone.stop()
        await page.closed.wait()
    await page.pc.close()
    assert all(isinstance(result, bytes) for result in page.results)
    told = [json.loads(result) for result in page.results]
    finals = [result["text"] for result in told if result["final"]]
    assert all(mostly(*pair) for pair in zip(finals, TALK, strict=True))
    assert any(not result["final"] for result in told)
    assert {type(result["confidence"]) for result in told} == {float}
    call = product.json("/api/v1/calls/")["results"][0]
    wait_until(lambda: product.json(f"/api/v1/calls/{call['id']}/")["ended_at"], 30, "the end")
    ended = product.json(f"/api/v1/calls/{call['id']}/")
    assert (ended["end_reason"], ended["door"]) == ("caller_hung_up", "results")


async def test_an_offer_over_http_hears_the_agent(product: Product, say: Say) -> None:
    page = Page(say("hello"), "control")
    offer = {"sdp": await page.offer(), "type": "offer", "agentId": "scribe"}
    answer = await post(product, "/api/voice/offer", offer)
    again = await post(product, "/api/voice/offer", offer)
    assert answer["callId"] == again["callId"]
    heard = asyncio.Event()

    async def listen(track: Any) -> None:
        while abs((await track.recv()).to_ndarray()).max() < 400:
            pass
        heard.set()

    listening: list[asyncio.Task[None]] = []
    page.pc.on("track", lambda track: listening.append(asyncio.create_task(listen(track))))
    await page.accept(answer["sdp"])
    async with asyncio.timeout(15):
        await heard.wait()
    statuses = [json.loads(message)["state"] for message in page.results]
    assert "active" in statuses
    page.microphone.stop()
    await page.pc.close()
    await asyncio.gather(*listening, return_exceptions=True)
    path = f"/api/v1/calls/{answer['callId']}/"
    wait_until(lambda: product.json(path)["ended_at"], 30, "the end of the call")
    assert product.json(path)["end_reason"] == "caller_left"


async def test_a_token_that_is_revoked_ends_a_call_that_no_socket_watches(
    product: Product, say: Say
) -> None:
    made = product.manage(
        "shell",
        "-c",
        "from django.contrib.auth.models import User; from sessions_app.services import access; "
        "print(access.issue_token(User.objects.first(), 'short')[1])",
    )
    token = made.split()[-1]
    page = Page(say("hello"), "control")
    request = urllib.request.Request(
        product.url + "/api/voice/offer",
        json.dumps({"sdp": await page.offer(), "type": "offer"}).encode(),
        {"Authorization": f"Bearer {token}", "Content-Type": "application/json"},
    )
    answer = json.loads(
        await asyncio.to_thread(lambda: urllib.request.urlopen(request, timeout=20).read())
    )
    await page.accept(answer["sdp"])
    product.manage(
        "shell",
        "-c",
        "from sessions_app.models import ApiToken; from sessions_app.services import access; "
        "access.revoke(ApiToken.objects.get(name='short'))",
    )
    path = f"/api/v1/calls/{answer['callId']}/"
    ended = await asyncio.to_thread(
        wait_until, lambda: product.json(path, "staff")["end_reason"], 12, "the end of the call"
    )
    assert ended == "signed_out"
    page.microphone.stop()
    await page.pc.close()
