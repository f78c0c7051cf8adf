"""The agent's voice as a track, alone and to a real peer."""

import asyncio
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import AudioStreamTrack, MediaStreamError
from aiortc.rtcrtpsender import RTCRtpSender

from sessions_app.engine.audio.playout import Playout
from sessions_app.engine.audio.speech_encoder import SpeechEncoder
from sessions_app.engine.core.clock import CallClock
from sessions_app.engine.rtc import ice
from sessions_app.engine.rtc.aiortc_compat.connectivity import offer_loopback
from sessions_app.engine.rtc.aiortc_track import OutgoingTrack
from sessions_app.engine.rtc.transport import WebRTCTransport

RATE = 48_000
both_ways = pytest.mark.parametrize("own_path", [True, False])


def say(playout: Playout, item: object, hz: float, seconds: float) -> None:
    encoder = SpeechEncoder()
    at = np.arange(round(seconds * 24_000)) / 24_000
    audio = (9000 * np.sin(2 * np.pi * hz * at)).astype(np.int16)
    playout.begin(item)
    for packet in [*encoder.feed(audio, 24_000), *encoder.finish()]:
        playout.put(packet)
    playout.finish_item()


async def test_it_paces_speech_and_its_timestamps_jump_over_silence() -> None:
    playout = Playout(lambda: 0.0)
    track = OutgoingTrack(playout)
    started = time.monotonic()
    first = await track.recv()
    assert first.pts == 0
    await asyncio.sleep(0.3)
    say(playout, "a", 440, 0.2)
    begin = time.monotonic()
    stamps = [(await track.recv()).pts or 0 for _ in range(10)]
    took = time.monotonic() - begin
    assert took > 0.15
    assert stamps[0] / RATE == pytest.approx(begin - started, abs=0.1)
    assert np.diff(stamps).tolist() == [960] * 9
    track.stop()
    with pytest.raises(MediaStreamError):
        await track.recv()


async def test_silent_it_sends_comfort_now_and_then() -> None:
    playout = Playout(lambda: 0.0)
    track = OutgoingTrack(playout, comfort_s=0.1)
    await track.recv()
    begin = time.monotonic()
    stamps = [(await track.recv()).pts or 0 for _ in range(2)]
    assert time.monotonic() - begin > 0.15
    assert stamps[1] - stamps[0] > 0.09 * RATE
    track.stop()


async def test_stopped_while_it_waits_it_ends_at_once() -> None:
    track = OutgoingTrack(Playout(lambda: 0.0), comfort_s=30.0)
    await track.recv()
    waiting = asyncio.create_task(track.recv())
    await asyncio.sleep(0)
    track.stop()
    async with asyncio.timeout(5):
        with pytest.raises(MediaStreamError):
            await waiting


class Listener:
    """A client that takes the agent's audio back; notes when it was loud.

    `codecs` are the types it offers, the one it likes best first.
    """

    def __init__(self, *codecs: str) -> None:
        self.pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.audio: list[tuple[float, Any]] = []
        self._task: asyncio.Task[None] | None = None
        transceiver = self.pc.addTransceiver(AudioStreamTrack(), "sendrecv")
        known = RTCRtpSender.getCapabilities("audio").codecs
        transceiver.setCodecPreferences(
            [codec for name in codecs for codec in known if codec.mimeType.lower() == name]
        )
        self.pc.on("track", self._heard)

    def _heard(self, track: Any) -> None:
        self._task = asyncio.create_task(self._read(track))

    async def _read(self, track: Any) -> None:
        try:
            while True:
                frame = await track.recv()
                self.audio.append((time.monotonic(), frame.to_ndarray()[0, ::2]))
        except MediaStreamError:
            pass

    async def call(self, transport: WebRTCTransport) -> None:
        await self.pc.setLocalDescription(await self.pc.createOffer())
        answer = await transport.answer(self.pc.localDescription.sdp)
        await self.pc.setRemoteDescription(RTCSessionDescription(answer, "answer"))

    def loud(self) -> list[float]:
        return [at for at, samples in self.audio if np.abs(samples).max() > 1000]

    async def close(self) -> None:
        await self.pc.close()
        if self._task is not None:
            await self._task


async def until(true: Callable[[], Any]) -> None:
    async with asyncio.timeout(10):
        while not true():  # noqa: ASYNC110 - a received frame sets no event
            await asyncio.sleep(0.01)


@both_ways
async def test_a_real_peer_hears_it_and_hears_it_stop(own_path: bool) -> None:
    offer_loopback()
    clock = CallClock()
    playout = Playout(lambda: clock.now_ms(time.monotonic()))
    transport = WebRTCTransport(ice.configuration(()), clock, playout=playout, own_path=own_path)
    listener = Listener()
    await listener.call(transport)
    await until(lambda: transport.connected)
    say(playout, "a", 440, 3.0)
    await until(listener.loud)
    await until(lambda: len(listener.loud()) > 40)
    playout.pause()
    held = time.monotonic()
    await until(lambda: time.monotonic() - listener.loud()[-1] > 0.4)
    assert listener.loud()[-1] - held < 1.0  # of the two seconds that were left
    heard = np.concatenate([s for at, s in listener.audio if at in listener.loud()])
    spectrum = np.abs(np.fft.rfft(heard.astype(float)))
    assert np.argmax(spectrum) * RATE / len(heard) == pytest.approx(440, abs=5)
    count = len(listener.loud())
    playout.resume()
    await until(lambda: len(listener.loud()) > count + 10)
    await transport.aclose()
    await listener.close()
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_client_that_only_sends_gets_no_track() -> None:
    offer_loopback()
    clock = CallClock()
    transport = WebRTCTransport(ice.configuration(()), clock, playout=Playout(lambda: 0.0))
    pc = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    pc.addTransceiver(AudioStreamTrack(), "sendonly")
    await pc.setLocalDescription(await pc.createOffer())
    answer = await transport.answer(pc.localDescription.sdp)
    assert "a=recvonly" in answer
    await transport.aclose()
    await pc.close()


@pytest.mark.parametrize("liked", ["audio/pcmu", "audio/pcma", "audio/g722"])
async def test_a_client_that_likes_another_codec_better_hears_the_voice(liked: str) -> None:
    offer_loopback()
    playout = Playout(lambda: 0.0)
    transport = WebRTCTransport(ice.configuration(()), CallClock(), playout=playout)
    listener = Listener(liked, "audio/opus")
    await listener.call(transport)
    assert transport.can_play
    await until(lambda: transport.connected)
    say(playout, "a", 440, 1.0)
    await until(lambda: len(listener.loud()) > 40)
    heard = np.concatenate([s for _, s in listener.audio if np.abs(s).max() > 1000])
    power = np.abs(np.fft.rfft(heard.astype(float))) ** 2
    peak = int(np.argmax(power))
    assert peak * RATE / len(heard) == pytest.approx(440, abs=5)
    assert power[peak - 20 : peak + 20].sum() > 0.9 * power.sum()
    await transport.aclose()
    await listener.close()


@both_ways
async def test_silent_it_sends_one_packet_and_after_a_cut_none(own_path: bool) -> None:
    offer_loopback()
    kept: list[float] = []

    class Lane:
        def add_packet(self, packet: bytes, start_ms: float, duration_ms: float) -> None:
            kept.append(start_ms)

    clock = CallClock()
    playout = Playout(lambda: clock.now_ms(time.monotonic()), Lane())
    transport = WebRTCTransport(ice.configuration(()), clock, playout=playout, own_path=own_path)
    listener = Listener()
    await listener.call(transport)
    await until(lambda: transport.connected)
    await asyncio.sleep(1.0)
    assert await sent(transport) == 1
    say(playout, "a", 440, 2.0)
    await until(lambda: playout.position_ms("a") >= 500)
    assert playout.clear() > 1000
    count = await sent(transport)
    await asyncio.sleep(0.5)
    assert await sent(transport) == count == 1 + len(kept)
    assert np.diff(kept).min() >= 20 - 1e-6  # sums of floats
    await transport.aclose()
    await listener.close()


async def sent(transport: WebRTCTransport) -> int:
    if transport.rtp is not None:
        assert transport.rtp.voice is not None
        return transport.rtp.voice.output.packets
    stats = await transport._peer._pc.getTransceivers()[0].sender.getStats()
    return next(int(s.packetsSent) for s in stats.values() if s.type == "outbound-rtp")
