"""Connections whose clients went away, or never came: nothing of them is left, and nothing told."""

import asyncio
import gc
import re
import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from smallwebrtc.tracks import SpeechOut

from sessions_app.engine.audio.playout import Playout
from sessions_app.engine.core.clock import CallClock
from sessions_app.engine.rtc import ice
from sessions_app.engine.rtc.aiortc_compat.connectivity import offer_loopback
from sessions_app.engine.rtc.transport import WebRTCTransport
from sessions_app.engine.rtc.turn_credentials import IceServer

NOTHING = RTCConfiguration(iceServers=[])
STEPS = (0, 3, 8, 11, 12, 13, 14, 16, 20, 30)
"""How far an answer is, in turns of the loop: gathering opens its sockets at some of them."""


def transport(*urls: str) -> WebRTCTransport:
    servers = [IceServer((url,), "user", "secret") for url in urls]
    return WebRTCTransport(ice.configuration(servers), CallClock(), playout=Playout(lambda: 0.0))


@pytest_asyncio.fixture
async def client() -> AsyncIterator[RTCPeerConnection]:
    offer_loopback()
    made, microphone = RTCPeerConnection(NOTHING), SpeechOut(48_000)
    made.addTrack(microphone)
    made.createDataChannel("control")
    await made.setLocalDescription(await made.createOffer())
    yield made
    microphone.stop()
    await made.close()


@pytest.fixture
def silent_server() -> Iterator[int]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        yield server.getsockname()[1]


@pytest_asyncio.fixture
async def told(client: RTCPeerConnection) -> AsyncIterator[list[Any]]:
    """What asyncio complains of; at the end there is none, and no socket and task is left."""
    complaints: list[Any] = []
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _, context: complaints.append(context))
    tasks, files = len(asyncio.all_tasks()), open_files()
    yield complaints
    async with asyncio.timeout(10):
        while len(asyncio.all_tasks()) > tasks or open_files() > files:  # noqa: ASYNC110 - theirs
            await asyncio.sleep(0.02)
    gc.collect()
    await asyncio.sleep(0)
    assert not complaints


def open_files() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


async def turns(count: int) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def test_an_answer_that_nobody_waits_for(client: RTCPeerConnection, told: list[Any]) -> None:
    for step in STEPS:
        made = transport()
        answering = asyncio.create_task(made.answer(client.localDescription.sdp))
        await turns(step)
        answering.cancel()
        await asyncio.gather(answering, return_exceptions=True)
        await made.aclose()


async def test_a_connection_that_is_closed_while_it_is_answered(
    client: RTCPeerConnection, told: list[Any]
) -> None:
    for step in STEPS:
        made = transport()
        answering = asyncio.create_task(made.answer(client.localDescription.sdp))
        await turns(step)
        await made.aclose()
        await asyncio.gather(answering, return_exceptions=True)
        await made.aclose()


@pytest.mark.parametrize("kind", ["stun:127.0.0.1:{}", "turn:127.0.0.1:{}", "stun:none.invalid:{}"])
@pytest.mark.parametrize("cancelled", [True, False])
async def test_servers_that_do_not_answer_in_time(
    client: RTCPeerConnection, told: list[Any], silent_server: int, kind: str, cancelled: bool
) -> None:
    made = transport(kind.format(silent_server))
    answering = asyncio.create_task(made.answer(client.localDescription.sdp))
    await turns(20)
    if cancelled:
        answering.cancel()
    await made.aclose()
    await asyncio.gather(answering, return_exceptions=True)


async def test_a_client_that_never_comes(client: RTCPeerConnection, told: list[Any]) -> None:
    nobody = re.sub(r"a=candidate.*\r\n", "", client.localDescription.sdp)
    for sdp in (nobody, client.localDescription.sdp):
        made = transport()
        await made.answer(sdp)
        await turns(5)
        await made.aclose()


@pytest.mark.parametrize("wrong", [r"(a=fingerprint:\S+ )..", r"(a=ice-pwd:)."])
async def test_a_client_that_is_another(
    client: RTCPeerConnection, told: list[Any], wrong: str
) -> None:
    """Neither DTLS nor ICE comes about."""
    made = transport()
    answer = await made.answer(re.sub(wrong, r"\g<1>00", client.localDescription.sdp))
    await client.setRemoteDescription(RTCSessionDescription(answer, "answer"))
    async with asyncio.timeout(10):
        while client.iceConnectionState in ("new", "checking"):  # noqa: ASYNC110 - aiortc's
            await asyncio.sleep(0.01)
    assert not made.connected
    await made.aclose()
    await client.close()
