"""The agent's voice as an aiortc track of encoded packets, which sends nothing while silent.

Only the fallback path uses it (`aiortc_compat.guard`); `rtp.sender` is the usual one.
"""

import asyncio
import time
from fractions import Fraction
from typing import Any

import av
from aiortc.mediastreams import MediaStreamError, MediaStreamTrack

from sessions_app.engine.audio.g711_g722 import FromOpus
from sessions_app.engine.audio.playout import PACKET_MS, Playout
from sessions_app.engine.audio.speech_encoder import silent_packet
from sessions_app.engine.rtc.loop.pacer import STALL_S
from sessions_app.engine.rtc.rtp.sender import COMFORT_S

RTP_RATE = 48_000
"""Hz: Opus counts timestamps in 48 kHz (RFC 7587)."""

TIME_BASE = Fraction(1, RTP_RATE)
_PACKET_S = PACKET_MS / 1000
_PACKET_RTP = round(RTP_RATE * _PACKET_S)


class OutgoingTrack(MediaStreamTrack):
    """Yields `av.Packet`s, which aiortc sends without encoding. Timestamps follow real time.

    `convert` turns an Opus packet into one of the client's codec, if that is not Opus; set it
    before the first packet. Without speech a packet of silence is sent every `comfort_s`.
    """

    kind = "audio"

    def __init__(self, playout: Playout, comfort_s: float = COMFORT_S) -> None:
        super().__init__()
        self._playout = playout
        self._comfort_s = comfort_s
        self._silence = silent_packet()
        self._started_s: float | None = None
        self._due_s = 0.0
        self._pts = -_PACKET_RTP
        self._limit: asyncio.Timeout | None = None
        self.convert: FromOpus | None = None

    def stop(self) -> None:
        """Ends the track, and a `recv` that waits for speech."""
        super().stop()
        if self._limit is not None:
            self._limit.reschedule(asyncio.get_running_loop().time())

    async def recv(self) -> "av.Packet[Any]":
        """Returns the next packet when it is time to send it."""
        if self.readyState != "live":
            raise MediaStreamError
        if self._started_s is None:
            self._started_s = time.monotonic()
            return self._av_packet(self._silence, self._started_s)
        while await self._wait_for_speech():
            if self.readyState != "live":
                raise MediaStreamError
            data = self._playout.next_packet()
            if data is not None:
                return self._av_packet(data, self._due_s)
        if self.readyState != "live":
            raise MediaStreamError
        return self._av_packet(self._silence, time.monotonic())

    async def _wait_for_speech(self) -> bool:
        """Returns True when a packet of speech is due; False after `comfort_s` without one."""
        was_silent = not self._playout.has_packet
        try:
            async with asyncio.timeout(self._comfort_s) as self._limit:
                await self._playout.ready()
        except TimeoutError:
            return False
        finally:
            self._limit = None
        now = time.monotonic()
        self._due_s += _PACKET_S
        if was_silent or now - self._due_s > STALL_S:
            self._due_s = now
        await asyncio.sleep(max(0.0, self._due_s - now))
        return True

    def _av_packet(self, data: bytes, at_s: float) -> "av.Packet[Any]":
        assert self._started_s is not None  # noqa: S101 - set by the first packet
        elapsed = round((at_s - self._started_s) * RTP_RATE)
        following = self._pts + _PACKET_RTP
        self._pts = following if abs(elapsed - following) < _PACKET_RTP else max(elapsed, following)
        packet: av.Packet[Any] = av.Packet(data if self.convert is None else self.convert(data))
        packet.pts = packet.dts = self._pts
        packet.time_base = TIME_BASE
        return packet
