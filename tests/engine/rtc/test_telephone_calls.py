"""Clients that know no Opus: heard and answered in their own codec, on the call clock."""

import asyncio
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from aiortc import RTCConfiguration, RTCPeerConnection, RTCRtpSender, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError
from smallwebrtc.tracks import SpeechOut

from sessions_app.engine.audio.g711_g722 import FromOpus, Telephone, TelephoneDecoder
from sessions_app.engine.audio.opus import OpusEncoder
from sessions_app.engine.audio.playout import Playout
from sessions_app.engine.core.clock import CallClock
from sessions_app.engine.rtc.aiortc_compat.connectivity import offer_loopback
from sessions_app.engine.rtc.rtp.packet import RtpPacket
from sessions_app.engine.rtc.sdp.codecs import PayloadTypes
from sessions_app.engine.rtc.transport import WebRTCTransport
from tests.engine.audio.signals import tone
from tests.engine.rtc.rtp.test_receiver import SSRC, Ears
from tests.engine.rtc.rtp.test_session import NOTHING, heard
from tests.engine.rtc.test_aiortc_track import say, until

NOISE, KEYS = 13, 101
every = pytest.mark.parametrize("codec", list(Telephone))


def loudest_hz(samples: np.ndarray, rate: int) -> float:
    spectrum = np.abs(np.fft.rfft(samples.astype(float)))
    return float(np.argmax(spectrum) * rate / len(samples))


class Telephones:
    """A client with one codec alone; notes what it hears."""

    def __init__(self, codec: Telephone) -> None:
        self.pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.microphone = SpeechOut(16_000)
        self.heard: list[np.ndarray] = []
        self._rate = codec.rate
        transceiver = self.pc.addTransceiver(self.microphone, "sendrecv")
        known = RTCRtpSender.getCapabilities("audio").codecs
        mime = f"audio/{codec.value}"
        transceiver.setCodecPreferences([c for c in known if c.mimeType == mime])
        self._reading: asyncio.Task[None] | None = None
        self.pc.on("track", self._track)

    def _track(self, track: Any) -> None:
        self._reading = asyncio.create_task(self._read(track))

    async def _read(self, track: Any) -> None:
        try:
            while True:
                frame = await track.recv()
                assert frame.sample_rate == self._rate
                self.heard.append(frame.to_ndarray()[0])
        except MediaStreamError:
            pass

    @property
    def loud(self) -> list[np.ndarray]:
        return [samples for samples in self.heard if np.abs(samples).max() > 1_000]

    async def call(self, transport: WebRTCTransport) -> str:
        await self.pc.setLocalDescription(await self.pc.createOffer())
        answer = await transport.answer(self.pc.localDescription.sdp)
        await self.pc.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        return answer

    async def close(self) -> None:
        self.microphone.stop()
        await self.pc.close()
        if self._reading is not None:
            await self._reading


@pytest.mark.parametrize(
    ("codec", "own_path"),
    [*((codec, True) for codec in Telephone), (Telephone.PCMU, False), (Telephone.G722, False)],
)
async def test_a_client_without_opus_is_heard_and_hears_the_agent(
    codec: Telephone, own_path: bool
) -> None:
    offer_loopback()
    playout = Playout(lambda: 0.0)
    transport = WebRTCTransport(NOTHING, CallClock(), playout=playout, own_path=own_path)
    client = Telephones(codec)
    try:
        answer = await client.call(transport)
        assert "a=sendrecv" in answer
        assert transport.can_play
        assert (transport.rtp is not None) is own_path
        client.microphone.push(tone(500, 2.0))
        say(playout, "a", 700, 2.0)
        frames = await heard(transport, 60)
        await until(lambda: len(client.loud) > 40)
    finally:
        await transport.aclose()
        await client.close()
    spoken = np.concatenate([frame.samples for frame in frames])
    assert loudest_hz(spoken, 16_000) == pytest.approx(500, abs=10)
    # no timestamp of another clock: sound lies end to end
    lengths = {round(b.start_ms - a.start_ms) for a, b in pairwise(frames[5:])}
    assert lengths == {20}
    sound = np.concatenate(client.loud[5:40])
    assert loudest_hz(sound, codec.rate) == pytest.approx(700, abs=10)


def packets(codec: Telephone, seconds: float, begin: int) -> list[RtpPacket]:
    """A tone of 200 Hz from 20 ms before the timestamp wraps, and so the sequence number."""
    convert, encoder = FromOpus(codec), OpusEncoder(16_000, bitrate=40_000, application="audio")
    samples = tone(200, seconds)
    coded = [encoder.encode(samples[at : at + 320]) for at in range(0, len(samples), 320)]
    return [
        RtpPacket(9, (begin + n) % 65_536, (2**32 - 160 + 160 * n) % 2**32, SSRC, convert(packet))
        for n, packet in enumerate(coded)
    ]


def ears(codec: Telephone) -> Ears:
    return Ears(types=PayloadTypes(9, None, codec, (NOISE,), ((KEYS, 8_000),)))


@every
def test_what_comes_is_decoded_and_lies_where_it_was_said(codec: Telephone) -> None:
    given, there = packets(codec, 1.0, 65_530), TelephoneDecoder(codec)
    listener = ears(codec)
    for n, packet in enumerate(given):
        listener.take(packet, 20.0 * n)
    listener.finish()
    assert np.array_equal(listener.heard, np.concatenate([there.decode(p.payload) for p in given]))
    assert [frame.start_ms for frame in listener.frames] == [20.0 * n for n in range(50)]
    assert not any(frame.packet for frame in listener.frames)  # a lane keeps Opus


@every
def test_what_was_lost_is_made_up_and_nothing_moves(codec: Telephone) -> None:
    listener = ears(codec)
    for n, packet in enumerate(packets(codec, 1.0, 65_530)):
        if n not in (10, 20, 21, 22):
            listener.take(packet, 20.0 * n)
    listener.finish()
    assert [frame.start_ms for frame in listener.frames] == [20.0 * n for n in range(50)]
    assert listener.input.repairs.concealed_ms == 80
    assert np.abs(listener.frames[10].samples).max() > 5_000


@every
def test_comfort_noise_and_keys_are_no_speech_and_no_loss(codec: Telephone) -> None:
    given = packets(codec, 1.0, 100)
    listener = ears(codec)
    for n, packet in enumerate(given):
        if n == 0 or 10 <= n < 30:  # a key first of all, noise and keys instead of sound
            number = NOISE if n % 2 else KEYS
            packet = packet._replace(payload_type=number, payload=b"\x05\x0a\x00\xa0")  # noqa: PLW2901
            packet = packet._replace(timestamp=given[10].timestamp)  # noqa: PLW2901 - of its start
        listener.take(packet, 20.0 * n)
    listener.finish()
    heard_at = [n for n in range(1, 50) if not 10 <= n < 30]
    first = listener.frames[0].start_ms
    assert [frame.start_ms - first for frame in listener.frames] == [
        20.0 * (n - 1) for n in heard_at
    ]
    assert listener.input.repairs.concealed_ms == 0
    assert listener.input.counts.lost == 0
    told = listener.input.report(1_000.0)
    assert told is not None
    assert (told.fraction_lost, told.jitter) == (0, 0)  # their times say nothing of the network


def test_keys_of_a_stream_of_their_own_do_not_end_the_voices() -> None:
    listener = ears(Telephone.PCMU)
    for n, packet in enumerate(packets(Telephone.PCMU, 1.0, 100)):
        listener.take(packet, 20.0 * n)
        key = RtpPacket(KEYS, n, 77_000, 4711, b"\x05\x0a\x00\xa0")
        listener.take(key, 20.0 * n)
    listener.finish()
    assert [frame.start_ms for frame in listener.frames] == [20.0 * n for n in range(50)]
