"""A later offer of a connection says what the client wants from then on, and is answered so."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import numpy as np
import pytest
import pytest_asyncio
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError
from aiortc.sdp import SessionDescription
from smallwebrtc.tracks import SpeechOut

from sessions_app.engine.audio.playout import Playout
from sessions_app.engine.core.clock import CallClock
from sessions_app.engine.rtc.aiortc_compat.connectivity import offer_loopback
from sessions_app.engine.rtc.sdp.lines import mid_of, sections, with_group
from sessions_app.engine.rtc.transport import WebRTCTransport
from tests.engine.audio.signals import tone
from tests.engine.rtc.test_aiortc_track import say
from tests.fixtures.offers import CHANNEL, CHROME_AUDIO, SIMULCAST_VIDEO, offer

NOTHING = RTCConfiguration(iceServers=[])
LIMIT_S = 15.0
LOUD = 1_000
ANSWERS = {
    "sendrecv": "sendrecv",
    "sendonly": "recvonly",
    "recvonly": "sendonly",
    "inactive": "inactive",
}


class Changing:
    """A client whose audio lines have other directions with each offer."""

    def __init__(self, transport: WebRTCTransport, playout: Playout) -> None:
        offer_loopback()
        self.transport, self.playout = transport, playout
        self.pc = RTCPeerConnection(NOTHING)
        self.microphones: list[SpeechOut] = []
        self.loud: dict[int, int] = {}
        self.frames = 0
        self._tasks: list[asyncio.Task[None]] = []
        self.pc.on("track", lambda track: self._start(self._hear(track)))
        self._start(self._count())

    def _start(self, work: Any) -> None:
        self._tasks.append(asyncio.create_task(work))

    async def offer(self, *directions: str) -> list[str]:
        """Returns the answer's directions."""
        while len(self.microphones) < len(directions):
            self.microphones.append(SpeechOut(48_000))
            self.pc.addTransceiver(self.microphones[-1], "sendrecv")
        for transceiver, direction in zip(self.pc.getTransceivers(), directions, strict=True):
            transceiver.direction = direction
        await self.pc.setLocalDescription(await self.pc.createOffer())
        answer = await self.transport.answer(self.pc.localDescription.sdp)
        await self.pc.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        await self.until(lambda: self.pc.connectionState == "connected")
        return [str(media.direction) for media in SessionDescription.parse(answer).media]

    async def is_heard(self, line: int) -> None:
        """Returns when frames of that line have come."""
        before = self.frames
        self.microphones[line].push(tone(440, 0.4, 48_000))
        await self.until(lambda: self.frames > before + 10)

    async def hears(self, line: int) -> None:
        """Returns when the agent was heard on that line."""
        before = self.loud.get(line, 0)
        say(self.playout, object(), 440, 0.5)
        await self.until(lambda: self.loud.get(line, 0) > before + 10)
        await self.until(lambda: self.playout.idle)

    async def until(self, true: Callable[[], Any]) -> None:
        async with asyncio.timeout(LIMIT_S):
            while not true():  # noqa: ASYNC110 - what another peer does
                await asyncio.sleep(0.02)

    async def _hear(self, track: Any) -> None:
        try:
            while True:
                samples = (await track.recv()).to_ndarray()
                line = next(
                    n for n, t in enumerate(self.pc.getTransceivers()) if t.receiver.track is track
                )
                self.loud[line] = self.loud.get(line, 0) + int(np.abs(samples).max() > LOUD)
        except MediaStreamError:
            return

    async def _count(self) -> None:
        async for frame in self.transport.frames():
            self.frames += int(np.abs(frame.samples).max() > LOUD)

    async def close(self) -> None:
        for microphone in self.microphones:
            microphone.stop()
        await self.pc.close()
        await self.transport.aclose()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


@pytest_asyncio.fixture(params=[True, False], ids=["own path", "aiortc"])
async def client(request: pytest.FixtureRequest) -> AsyncIterator[Changing]:
    clock = CallClock()
    playout = Playout(lambda: clock.now_ms(time.monotonic()))
    transport = WebRTCTransport(NOTHING, clock, playout=playout, own_path=request.param)
    made = Changing(transport, playout)
    yield made
    await made.close()


async def test_a_line_is_held_and_taken_up_again(client: Changing) -> None:
    for direction in ("sendrecv", "inactive", "recvonly", "sendonly", "inactive", "sendrecv"):
        assert await client.offer(direction) == [ANSWERS[direction]]
        assert client.transport.can_play is (direction in ("sendrecv", "recvonly"))
        if client.transport.can_play:
            await client.hears(0)
        if direction in ("sendrecv", "sendonly"):
            await client.is_heard(0)


async def test_what_waits_while_the_line_is_held_is_heard_after_it(client: Changing) -> None:
    await client.offer("sendrecv")
    await client.hears(0)
    await client.offer("sendonly")
    item = object()
    client.playout.suspend(True)
    say(client.playout, item, 440, 0.5)
    await client.is_heard(0)
    assert client.playout.position_ms(item) == 0
    await client.offer("sendrecv")
    before = client.loud[0]
    client.playout.suspend(False)
    await client.until(lambda: client.loud[0] > before + 10)


@pytest.mark.parametrize("order", [("recvonly", "sendonly"), ("sendonly", "recvonly")])
async def test_one_line_to_hear_and_one_to_speak(client: Changing, order: Sequence[str]) -> None:
    assert await client.offer(*order) == [ANSWERS[direction] for direction in order]
    await client.hears(order.index("recvonly"))
    await client.is_heard(order.index("sendonly"))
    other = order[::-1]
    assert await client.offer(*other) == [ANSWERS[direction] for direction in other]
    await client.hears(other.index("recvonly"))
    await client.is_heard(other.index("sendonly"))


async def test_another_line_takes_the_place_of_the_first(client: Changing) -> None:
    await client.offer("sendrecv")
    await client.is_heard(0)
    for turn in range(2):
        assert await client.offer("inactive", "sendrecv") == ["inactive", "sendrecv"], turn
        await client.hears(1)
        await client.is_heard(1)
        assert await client.offer("sendrecv", "inactive") == ["sendrecv", "inactive"], turn
        await client.hears(0)
        await client.is_heard(0)


async def test_offers_without_end_wrap_nothing_without_end(client: Changing) -> None:
    await client.offer("sendrecv")
    connection = client.transport._peer._pc.getTransceivers()[0].receiver.transport.transport
    before = connection._connection.data_received
    for _ in range(3):
        await client.offer("sendrecv")
    assert connection._connection.data_received is before
    await client.is_heard(0)


# -- lines that are stopped, as no aiortc client says it ---------------------------------------


@pytest_asyncio.fixture
async def transport() -> AsyncIterator[WebRTCTransport]:
    offer_loopback()
    made = WebRTCTransport(NOTHING, CallClock(), playout=Playout(lambda: 0.0))
    yield made
    await made.aclose()


def stopped(sdp: str, *lines: int) -> str:
    """Returns the offer with these lines rejected, as JSEP writes a stopped transceiver."""
    head, *media = sections(sdp)
    for line in lines:
        media[line] = re.sub(r"^(m=\w+) \d+ ", r"\1 0 ", media[line])
        media[line] = media[line].replace("a=sendrecv", "a=inactive")
    mids = [mid_of(one) for n, one in enumerate(media) if n not in lines]
    return with_group("".join([head, *media]), mids)


def of_one_client(*lines: str) -> str:
    """Returns an offer whose identity is the same each time."""
    return re.sub(r"(a=ice-(?:ufrag|pwd)):\w+", r"\1:" + "k" * 24, offer(list(lines)))


async def directions(transport: WebRTCTransport, sdp: str) -> list[tuple[str, str, str]]:
    """Returns of each line of the answer its kind, its mid, and what it is answered with."""
    answered = []
    for one in sections(await transport.answer(sdp))[1:]:
        found = re.search(r"a=(sendrecv|sendonly|recvonly|inactive)", one)
        direction = found[1] if found is not None else ""
        kind, port = one.split()[:2]
        answered.append((kind[2:], mid_of(one), "rejected" if port == "0" else direction))
    return answered


async def test_a_stopped_line_is_over_and_an_added_one_is_taken(
    transport: WebRTCTransport,
) -> None:
    channel = ("application", "1", "")
    first = of_one_client(CHROME_AUDIO, CHANNEL)
    assert await directions(transport, first) == [("audio", "0", "sendrecv"), channel]
    added = of_one_client(CHROME_AUDIO, CHANNEL, CHROME_AUDIO)
    gone = ("audio", "0", "rejected")
    for _ in range(2):
        assert await directions(transport, stopped(added, 0)) == [
            gone,
            channel,
            ("audio", "2", "sendrecv"),
        ]
    assert transport._peer._lines.receiving.mid == "2"
    with_video = of_one_client(CHROME_AUDIO, CHANNEL, CHROME_AUDIO, SIMULCAST_VIDEO)
    assert (await directions(transport, stopped(with_video, 0)))[2:] == [
        ("audio", "2", "sendrecv"),
        ("video", "3", "inactive"),
    ]
    none = await directions(transport, stopped(added, 0, 2))
    assert [one[2] for one in none] == ["rejected", "", "rejected"]
    assert not transport.can_play


@pytest.mark.parametrize("other", [CHROME_AUDIO, SIMULCAST_VIDEO])
async def test_a_stopped_lines_place_is_used_again(transport: WebRTCTransport, other: str) -> None:
    await transport.answer(of_one_client(CHROME_AUDIO, CHANNEL))
    await transport.answer(stopped(of_one_client(CHROME_AUDIO, CHANNEL), 0))
    again = of_one_client(other, CHANNEL, CHROME_AUDIO).replace("a=mid:0", "a=mid:5")
    again = with_group(again, ["5", "1", "2"])
    answered = await directions(transport, again)
    assert [one[1] for one in answered] == ["5", "1", "2"]
    assert transport._peer._lines.sending.mid == ("5" if other == CHROME_AUDIO else "2")
    pc: Any = transport._peer._pc
    assert {t.receiver.transport for t in pc.getTransceivers()} == {pc.sctp.transport}


async def test_whoever_stopped_all_lines_has_said_no_goodbye(transport: WebRTCTransport) -> None:
    await transport.answer(of_one_client(CHROME_AUDIO))
    await transport.answer(of_one_client(CHROME_AUDIO))
    transport.on_lost(by_peer=True)
    assert transport.closed_by_peer, "it had a line"
    transport.closed_by_peer = False
    await transport.answer(stopped(of_one_client(CHROME_AUDIO), 0))
    transport.on_lost(by_peer=True)
    assert not transport.closed_by_peer
