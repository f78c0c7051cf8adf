"""The audio path under aiortc, against the installed aiortc, and the way back to its tracks."""

import asyncio
import logging
import socket
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import pairwise
from typing import Any

import numpy as np
import pylibsrtp
import pytest
from aioice.ice import CandidatePair
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.rtp import RtcpByePacket
from smallwebrtc.tracks import SpeechOut

from sessions_app.engine.audio.opus import OpusDecoder
from sessions_app.engine.audio.playout import Playout
from sessions_app.engine.audio.speech_encoder import silent_packet
from sessions_app.engine.core.clock import CallClock
from sessions_app.engine.core.frames import AudioFrame
from sessions_app.engine.rtc.aiortc_compat import guard
from sessions_app.engine.rtc.aiortc_compat.connectivity import offer_loopback
from sessions_app.engine.rtc.rtp.packet import parse
from sessions_app.engine.rtc.transport import WebRTCTransport
from tests.engine.audio.signals import tone
from tests.engine.rtc.quiet import until_silent

NOTHING = RTCConfiguration(iceServers=[])
LIMIT_S = 10
both_ways = pytest.mark.parametrize("own_path", [True, False])


@asynccontextmanager
async def calling(
    *, own_path: bool = True, playout: Playout | None = None
) -> AsyncIterator[tuple[WebRTCTransport, Any, Any]]:
    """Yields a transport, its client, and what the client says with; nothing is left of them."""
    before = asyncio.all_tasks()
    offer_loopback()
    transport = WebRTCTransport(NOTHING, CallClock(), own_path=own_path, playout=playout)
    client, microphone = RTCPeerConnection(NOTHING), SpeechOut(48_000)
    client.addTrack(microphone)
    await client.setLocalDescription(await client.createOffer())
    answer = await transport.answer(client.localDescription.sdp)
    await client.setRemoteDescription(RTCSessionDescription(answer, "answer"))
    try:
        yield transport, client, microphone
    finally:
        microphone.stop()
        await client.close()
        await transport.aclose()
        async with asyncio.timeout(LIMIT_S):
            while asyncio.all_tasks() - before:  # noqa: ASYNC110 - aiortc's own, ending
                await asyncio.sleep(0.01)


class Lossy:
    """Decrypts, but for what a network would have lost: the packets of these numbers, from 0."""

    def __init__(self, session: Any, lost: set[int]) -> None:
        self._session = session
        self._wanted = lost
        self._count = 0
        self.lost: list[bytes] = []
        self.kept: list[bytes] = []

    def unprotect(self, data: bytes) -> bytes:
        self._count += 1
        if self._count - 1 in self._wanted:
            self.lost.append(data)
            raise pylibsrtp.Error("lost on the way")
        self.kept.append(data)
        return bytes(self._session.unprotect(data))

    def unprotect_rtcp(self, data: bytes) -> bytes:
        return bytes(self._session.unprotect_rtcp(data))


async def heard(transport: WebRTCTransport, count: int) -> list[AudioFrame]:
    frames: list[AudioFrame] = []
    async with asyncio.timeout(LIMIT_S):
        async for frame in transport.frames():
            frames.append(frame)
            if len(frames) == count:
                break
    return frames


@both_ways
async def test_a_real_client_is_heard(own_path: bool) -> None:
    async with calling(own_path=own_path) as (transport, _, microphone):
        assert (transport.rtp is not None) is own_path
        microphone.push(tone(440, 2.0, 48_000))
        frames = await heard(transport, 90)
    assert all(frame.sample_rate == 16_000 for frame in frames)
    steady = frames if own_path else frames[3:]  # a resampler is late by its delay
    assert all(a.end_ms == pytest.approx(b.start_ms, abs=0.1) for a, b in pairwise(steady))
    sound = np.concatenate([frame.samples for frame in frames])
    spectrum = np.abs(np.fft.rfft(sound.astype(float)))
    assert np.argmax(spectrum) * 16_000 / len(sound) == pytest.approx(440, abs=10)


async def test_frames_bring_the_packets_that_they_were_made_of() -> None:
    async with calling() as (transport, _, microphone):
        microphone.push(tone(440, 1.0, 48_000))
        frames = await heard(transport, 30)
    decoder = OpusDecoder()
    for frame in frames:
        assert np.array_equal(decoder.decode(frame.packet), frame.samples)


async def test_no_thread_is_started_for_a_call() -> None:
    before = {thread.name for thread in threading.enumerate()}
    async with calling() as (transport, _, _microphone):
        await heard(transport, 3)
        started = {thread.name for thread in threading.enumerate()} - before
        assert not [name for name in started if "decoder" in name]


async def test_the_client_learns_of_its_losses_and_of_the_way() -> None:
    async with calling() as (transport, client, _):
        await heard(transport, 3)
        (sender,) = client.getSenders()

        async def told() -> Any:
            stats = (await sender.getStats()).values()
            return next((one for one in stats if one.type == "remote-inbound-rtp"), None)

        async with asyncio.timeout(LIMIT_S):
            while (found := await told()) is None or found.roundTripTime is None:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
    assert found.packetsLost == 0
    assert found.fractionLost == 0
    assert 0 <= found.roundTripTime < 1.0


async def test_a_client_sends_again_what_was_lost_on_the_way() -> None:
    async with calling() as (transport, _, microphone):
        rtp: Any = transport.rtp
        await heard(transport, 1)
        lossy = Lossy(rtp._dtls._rx_srtp, {20, 21, 22, 40})
        rtp._dtls._rx_srtp = lossy
        microphone.push(tone(440, 2.0, 48_000))
        frames = await heard(transport, 80)
        assert len(lossy.lost) == 4
        assert rtp.input.requests.answered == 4
        assert (rtp.input.counts.lost, rtp.refused) == (0, len(lossy.lost))
        totals = rtp._shared.rtp
        live = totals.now()
        assert (live.requested >= 4, live.answered, live.refused) == (True, 4, 4)
    ended = totals.now()
    assert ended.received >= live.received > 80
    assert sum(totals.jitter.counts) == sum(totals.loss.counts) > 0
    assert all(a.end_ms == pytest.approx(b.start_ms, abs=0.1) for a, b in pairwise(frames))
    assert all(frame.packet for frame in frames)


async def test_a_client_is_sent_again_what_it_asks_for() -> None:
    playout = Playout(lambda: 0.0)
    async with calling(playout=playout) as (transport, client, _):
        await heard(transport, 1)  # so the voice has begun
        rtp: Any = transport.rtp
        (receiver,) = client.getReceivers()
        lossy = receiver.transport._rx_srtp = Lossy(receiver.transport._rx_srtp, {2})
        playout.begin(object())
        for _ in range(5):
            playout.put(silent_packet())
        playout.finish_item()
        async with asyncio.timeout(LIMIT_S):
            while not lossy.lost or len(lossy.kept) < 4:  # noqa: ASYNC110 - as they come
                await asyncio.sleep(0.01)
            lost = parse(lossy.lost[0])
            await receiver._send_rtcp_nack(lost.ssrc, [lost.sequence])
            while lost.sequence not in {parse(data).sequence for data in lossy.kept}:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        assert rtp.voice.output.retransmitted == 1
        sent = rtp._shared.rtp.now()
        assert (sent.retransmitted, sent.sent >= 5) == (1, True)


async def test_another_pair_of_the_same_connection_is_taken_at_once() -> None:
    """As when one network of several goes away: both sides go on over other sockets."""
    async with calling() as (transport, client, microphone):
        microphone.push(tone(440, 4.0, 48_000))
        await heard(transport, 5)
        assert transport.rtp is not None
        (sender,) = client.getSenders()
        ours, theirs = (
            transport.rtp._dtls.transport._connection,
            sender.transport.transport._connection,
        )
        before = transport.rtp.input.counts.received
        # a machine with one address has loopback beside it
        used = ours._nominated[1].local_candidate.host
        here, there = (
            next(p for p in side._protocols if p.local_candidate.host != used)
            for side in (ours, theirs)
        )
        ours._nominated[1] = CandidatePair(here, there.local_candidate)
        theirs._nominated[1] = CandidatePair(there, here.local_candidate)
        frames = await heard(transport, 60)
        assert all(a.end_ms == pytest.approx(b.start_ms, abs=0.1) for a, b in pairwise(frames))
        assert transport.rtp.input.counts.received >= before + 50
        assert (transport.rtp.unsent, transport.rtp.input.counts.lost) == (0, 0)


@both_ways
async def test_a_client_without_a_track_is_silent_and_goes_on_where_it_speaks_again(
    own_path: bool,
) -> None:
    """As libwebrtc before M152 does it: with a goodbye, then under the same SSRC."""
    async with calling(own_path=own_path) as (transport, client, microphone):
        before = await heard(transport, 20)
        assert transport.silent_until_ms(time.monotonic()) is None
        (sender,) = client.getSenders()
        sender.replaceTrack(None)
        if own_path:  # aiortc's own receiver takes a goodbye for the end
            await sender.transport._send_rtp(bytes(RtcpByePacket([sender._ssrc])))
        again = SpeechOut(48_000)
        silent_ms = await until_silent(transport)
        await until_silent(transport, silent_ms + 500)
        again._sent = microphone._sent  # its timestamps know nothing of the pause
        again._started_s = time.monotonic() - again._sent / 48_000
        sender.replaceTrack(again)
        back_ms = transport.silent_until_ms(time.monotonic()) or 0.0
        after = [frame for frame in await heard(transport, 60) if frame.start_ms > silent_ms]
        again.stop()
    assert before[-1].end_ms < silent_ms - 400
    assert after[0].start_ms == pytest.approx(back_ms, abs=150)
    assert all(a.end_ms == pytest.approx(b.start_ms, abs=3) for a, b in pairwise(after))


async def test_the_input_ends_with_the_clients_stream() -> None:
    async with calling() as (transport, client, _):
        await heard(transport, 3)
        await client.close()
        async with asyncio.timeout(LIMIT_S):
            async for _frame in transport.frames():
                pass


async def test_what_others_send_is_refused_and_hinders_nobody() -> None:
    async with calling() as (transport, _, microphone):
        await heard(transport, 3)
        rtp: Any = transport.rtp
        opus = rtp._types.audio
        port = rtp._tapped_sockets[0].transport.get_extra_info("sockname")
        head = bytes([0x80, opus, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1])
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            for noise in (head, head + b"x" * 60, head[:3], head + b"x" * 3000, b"", b"\x80"):
                for _ in range(50):
                    other.sendto(noise, port[:2])
        microphone.push(tone(440, 1.0, 48_000))
        frames = await heard(transport, 40)
        assert rtp.refused >= 100
    assert all(a.end_ms == pytest.approx(b.start_ms, abs=0.1) for a, b in pairwise(frames))


async def test_where_it_cannot_be_aiortcs_tracks_do_and_one_warning_says_so(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(guard, "missing", lambda: ["RTCRtpReceiver.receive"])
    guard.available.cache_clear()
    try:
        with caplog.at_level(logging.WARNING, guard.__name__):
            for _ in range(2):
                async with calling() as (transport, _, microphone):
                    assert transport.rtp is None
                    microphone.push(tone(440, 1.0, 48_000))
                    assert await heard(transport, 10)
    finally:
        guard.available.cache_clear()
    (record,) = [record for record in caplog.records if record.name == guard.__name__]
    assert "RTCRtpReceiver.receive" in record.getMessage()


async def test_it_accounts_for_what_came_and_went() -> None:
    async with calling() as (transport, _, microphone):
        microphone.push(tone(440, 1.0, 48_000))
        frames = await heard(transport, 30)
        told = transport.account
    length = round(sum(frame.duration_ms for frame in frames))
    received = int(told.partition(" ms received")[0])
    assert received >= length
    assert f"{received} ms heard" in told
    assert "0 restored, 0 repaired, 0 concealed" in told
