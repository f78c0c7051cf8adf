"""A client that goes on over another transport is followed, and keeps what it had."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable
from typing import Any

import numpy as np
import pytest
import pytest_asyncio
from aiortc import RTCConfiguration, RTCDataChannel, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError
from smallwebrtc.tracks import SpeechOut

from sessions_app.engine.audio.playout import Playout
from sessions_app.engine.core.clock import CallClock
from sessions_app.engine.core.commands import Candidate
from sessions_app.engine.rtc import transport_change
from sessions_app.engine.rtc.aiortc_compat import negotiation
from sessions_app.engine.rtc.aiortc_compat.connectivity import offer_loopback
from sessions_app.engine.rtc.sdp.lines import END, sections, with_group
from sessions_app.engine.rtc.transport import WebRTCTransport
from sessions_app.engine.rtc.transport_change import TransportTracker
from tests.engine.audio.signals import tone
from tests.engine.rtc.test_aiortc_track import say
from tests.engine.rtc.test_changed_offers import of_one_client, stopped
from tests.fixtures.offers import CHANNEL, CHROME_AUDIO, FIREFOX_AUDIO, SIMULCAST_VIDEO

NOTHING = RTCConfiguration(iceServers=[])
LIMIT_S = 15.0
LOUD = 1_000
TCP = "a=candidate:2 1 TCP 2105458943 3a1f.local 9 typ host tcptype active"


def at(line: str, *ports: int, more: str = "") -> str:
    """Returns the line with candidates of these ports."""
    lines = [f"a=candidate:1 1 udp 2122194687 192.0.2.7 {port} typ host" for port in ports]
    return "\n".join([line, *lines, *([more] if more else [])])


AUDIO, WORDS = at(CHROME_AUDIO, 4000), at(CHANNEL, 4001)
BOTH = of_one_client(AUDIO, WORDS)


@pytest.mark.parametrize(
    ("before", "then", "moves"),
    [
        (BOTH, BOTH, False),
        (BOTH, stopped(of_one_client(AUDIO, at(CHANNEL, 4002), CHROME_AUDIO), 0), True),
        (BOTH, stopped(of_one_client(AUDIO, CHANNEL, CHROME_AUDIO), 0), True),
        (BOTH, stopped(of_one_client(AUDIO, WORDS), 0), True),
        (BOTH, stopped(of_one_client(AUDIO, at(CHANNEL, 4000), CHROME_AUDIO), 0), False),
        (BOTH, stopped(of_one_client(AUDIO, WORDS, SIMULCAST_VIDEO), 1), False),
        (BOTH, with_group(BOTH, ["1", "0"]), False),
        (BOTH, stopped(BOTH, 0, 1), False),
        (
            stopped(BOTH, 0),
            with_group(BOTH.replace("a=mid:0", "a=mid:5"), ["5", "1"]).replace("4000", "4009"),
            True,
        ),
        (
            of_one_client(at(FIREFOX_AUDIO, 4000, more=TCP), at(CHANNEL, 4001, more=TCP)),
            stopped(of_one_client(FIREFOX_AUDIO, at(CHANNEL, 4002, more=TCP), FIREFOX_AUDIO), 0),
            True,
        ),
    ],
    ids=[
        "the same", "Chromium", "before its candidates", "with one that was never used",
        "the transport is kept", "another line is stopped", "another order", "all are stopped",
        "a line in a stopped one's place", "Firefox, whose TCP has no port",
    ],
)  # fmt: skip
def test_whether_a_clients_transport_is_another(before: str, then: str, moves: bool) -> None:
    where = TransportTracker()
    where.note_offer(before)
    assert where.moves(then) is moves


@pytest.mark.parametrize(("mid", "kept"), [("0", True), ("1", False), (None, True)])
def test_candidates_that_came_alone_tell_of_the_lines_that_was_used(
    mid: str | None, kept: bool
) -> None:
    where = TransportTracker()
    where.note_offer(of_one_client(CHROME_AUDIO, CHANNEL))
    where.note_candidate(Candidate("candidate:1 1 udp 2122194687 192.0.2.7 4002 typ host", mid, 0))
    then = stopped(of_one_client(CHROME_AUDIO, at(CHANNEL, 4002), CHROME_AUDIO), 0)
    assert where.moves(then) is not kept


class Moving:
    """A client that stops its line and adds another, as browsers do: with two of aiortc's."""

    def __init__(self, own_path: bool) -> None:
        offer_loopback()
        self._own_path = own_path
        self.clock = CallClock()
        self.playout = Playout(lambda: self.clock.now_ms(time.monotonic()))
        self.transports: list[WebRTCTransport] = []
        self.clients: list[RTCPeerConnection] = []
        self.microphones: list[SpeechOut] = []
        self.told: list[str | bytes] = []
        self.got: list[str | bytes] = []
        self.frames = self.loud = 0
        self._tasks: list[asyncio.Task[None]] = []

    async def call(self) -> None:
        """Begins with a line named 7, as a later peer connection cannot go on with its names."""
        pc, channel = self._client()
        await pc.setLocalDescription(await pc.createOffer())
        sdp = pc.localDescription.sdp.replace("a=mid:0", "a=mid:7").replace("BUNDLE 0", "BUNDLE 7")
        answer = await self._transport().answer(sdp)
        answer = answer.replace("a=mid:7", "a=mid:0").replace("BUNDLE 7", "BUNDLE 0")
        await pc.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        await self.until(lambda: channel.readyState == "open")
        self._first, self._number = sdp, channel.id

    async def move(self) -> tuple[str, str]:
        """Returns both answers: to the offer of the second transport, and what is known."""
        pc, self.channel = self._client(transport_change.identity_of(self.clients[0], None))
        await pc.setLocalDescription(await pc.createOffer())
        gone = re.sub(r"^m=audio \d+", "m=audio 0", sections(self._first)[1])
        head, *media = sections(pc.localDescription.sdp)
        sdp = "".join([head, gone, *media])
        earlier = self.transports[0]
        assert earlier.moves(sdp)
        known = earlier.identity
        heir = self._transport(predecessor=known)
        answer = await heir.answer(sdp)
        heir.take_over(earlier)
        closing = asyncio.create_task(earlier.aclose())
        head, rejected, *media = sections(answer)
        assert rejected.startswith("m=audio 0 ")
        assert not closing.done(), "the client has not left it yet"
        await self.clients[0].close()
        await closing
        await pc.setRemoteDescription(RTCSessionDescription("".join([head, *media]), "answer"))
        await self.until(lambda: pc.connectionState == "connected" and heir.connected)
        return known.ice_user, answer

    def _client(self, known: Any = None) -> tuple[RTCPeerConnection, RTCDataChannel]:
        pc = RTCPeerConnection(NOTHING)
        self.clients.append(pc)
        if known is not None:
            negotiation.use_certificates(pc, known.certificates)
        self.microphones.append(SpeechOut(48_000))
        pc.on("track", lambda track: self._start(self._hear(track)))
        pc.addTransceiver(self.microphones[-1], "sendrecv")
        if known is None:
            channel = pc.createDataChannel("control")
        else:
            channel = pc.createDataChannel("control", negotiated=True, id=self._number)
            transport_change.take_identity(pc, known)
        channel.on("message", self.got.append)
        return pc, channel

    def _transport(self, **given: Any) -> WebRTCTransport:
        made = WebRTCTransport(
            NOTHING, self.clock, playout=self.playout, own_path=self._own_path, **given
        )
        made.on_message = self.told.append
        self.transports.append(made)
        self._start(self._count(made))
        return made

    async def is_heard(self) -> None:
        before = self.frames
        self.microphones[-1].push(tone(440, 0.4, 48_000))
        await self.until(lambda: self.frames > before + 10)

    async def hears(self) -> None:
        before = self.loud
        say(self.playout, object(), 440, 0.5)
        await self.until(lambda: self.loud > before + 10)

    async def until(self, true: Callable[[], Any]) -> None:
        async with asyncio.timeout(LIMIT_S):
            while not true():  # noqa: ASYNC110 - what another peer does
                await asyncio.sleep(0.02)

    def _start(self, work: Any) -> None:
        self._tasks.append(asyncio.create_task(work))

    async def _hear(self, track: Any) -> None:
        try:
            while True:
                samples = (await track.recv()).to_ndarray()
                self.loud += int(np.abs(samples).max() > LOUD)
        except MediaStreamError:
            return

    async def _count(self, transport: WebRTCTransport) -> None:
        async for frame in transport.frames():
            self.frames += int(np.abs(frame.samples).max() > LOUD)

    async def close(self) -> None:
        for microphone in self.microphones:
            microphone.stop()
        for pc in self.clients:
            await pc.close()
        for transport in self.transports[::-1]:
            await transport.aclose()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


@pytest_asyncio.fixture(params=[True, False], ids=["own path", "aiortc"])
async def client(request: pytest.FixtureRequest) -> AsyncIterator[Moving]:
    made = Moving(request.param)
    yield made
    await made.close()


async def test_both_sides_and_the_data_channel_go_on_under_the_same_credentials(
    client: Moving,
) -> None:
    await client.call()
    await client.is_heard()
    await client.hears()
    user, answer = await client.move()
    before, heir = client.transports
    print_of = re.compile(r"a=fingerprint:sha-256 \S+")
    first = str(client.clients[0].remoteDescription.sdp)
    assert f"a=ice-ufrag:{user}{END}" in answer
    assert f"a=ice-ufrag:{user}{END}" in first
    assert set(print_of.findall(answer)) == set(print_of.findall(first))
    await client.is_heard()
    await client.hears()
    heir.send("to the page")
    await client.until(lambda: client.got == ["to the page"])
    client.channel.send("to the call")
    await client.until(lambda: client.told == ["to the call"])
    assert before.closed_by_peer
    assert not heir.closed_by_peer
