"""A transport and a client of it, both real."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.rtp import RtcpByePacket
from smallwebrtc.tracks import SpeechOut

from sessions_app.engine.audio.playout import Playout
from sessions_app.engine.core.clock import CallClock
from sessions_app.engine.core.frames import AudioFrame
from sessions_app.engine.rtc import data_channel
from sessions_app.engine.rtc.aiortc_compat.connectivity import offer_loopback
from sessions_app.engine.rtc.transport import WebRTCTransport

LIMIT_S = 10
NOTHING = RTCConfiguration(iceServers=[])


@asynccontextmanager
async def joined(
    *, own_path: bool = True
) -> AsyncIterator[tuple[WebRTCTransport, RTCPeerConnection]]:
    """Yields a transport that hears its client."""
    offer_loopback()
    transport = WebRTCTransport(
        NOTHING, CallClock(), playout=Playout(lambda: 0.0), own_path=own_path
    )
    client, microphone = RTCPeerConnection(NOTHING), SpeechOut(48_000)
    client.addTrack(microphone)
    client.createDataChannel("control")
    await client.setLocalDescription(await client.createOffer())
    answer = await transport.answer(client.localDescription.sdp)
    await client.setRemoteDescription(RTCSessionDescription(answer, "answer"))
    async with asyncio.timeout(LIMIT_S):
        async for _ in transport.frames():
            break
    try:
        yield transport, client
    finally:
        microphone.stop()
        await client.close()
        await transport.aclose()


async def test_a_client_knows_at_once_that_the_server_closed() -> None:
    async with joined() as (transport, client):
        closed = asyncio.Event()

        @client.on("connectionstatechange")
        def changed() -> None:
            if client.connectionState == "closed":
                closed.set()

        began = time.monotonic()
        closing = asyncio.create_task(transport.aclose())
        async with asyncio.timeout(LIMIT_S):
            await closed.wait()
        assert time.monotonic() - began < 2.0  # consent would take five times as long
        await closing


async def test_the_server_knows_at_once_that_its_client_closed() -> None:
    async with joined() as (transport, client):
        await client.close()
        async with asyncio.timeout(LIMIT_S):
            while not transport.closed_by_peer:  # noqa: ASYNC110 - aiortc tells nobody
                await asyncio.sleep(0.01)


async def test_a_channel_whose_client_takes_too_little_is_closed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(data_channel, "MAX_BUFFERED", 20_000)
    async with joined() as (transport, _client):
        channel = transport._messages.channel
        async with asyncio.timeout(LIMIT_S):
            while channel is None:
                await asyncio.sleep(0.01)
                channel = transport._messages.channel
        closed = asyncio.Event()
        channel.on("close", closed.set)
        for _ in range(1_000):
            transport.send("x" * 1_000)  # all at once: none of it can be acknowledged
        assert channel.bufferedAmount < 25_000
        async with asyncio.timeout(LIMIT_S):
            await closed.wait()


@pytest.mark.parametrize("own_path", [True, False])
async def test_a_client_is_heard_on_after_a_bye(own_path: bool) -> None:
    """libwebrtc before M152 says it with each replaceTrack(null), and goes on as before."""
    async with joined(own_path=own_path) as (transport, client):
        (sender,) = client.getSenders()
        bye = bytes(RtcpByePacket(sources=[sender._ssrc]))
        for _ in range(3):
            await sender.transport._send_rtp(bye)
        heard, enough = list[AudioFrame](), asyncio.Event()

        def take(frame: AudioFrame) -> None:
            heard.append(frame)
            if len(heard) > 50:
                enough.set()

        reading = asyncio.create_task(transport.frames().consume(take))
        async with asyncio.timeout(LIMIT_S):
            await enough.wait()
        assert not reading.done()
        transport.close_input()
        await reading
