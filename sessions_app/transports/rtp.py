"""The caller's audio, taken under aiortc where it arrives.

aiortc's receiver costs a thread, a stereo decode and a fixed delay of 60 ms a call, and makes
five lost packets in a hundred twenty-eight. So its audio receiver is never started: datagrams
are looked at where aioice gets them, and audio is decrypted with the session that aiortc's
handshake made. DTLS, STUN, data channels, video and RTCP stay with aiortc. This is the one file
that leans on aiortc's internals; `missing` says what of them is not as it was.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from functools import cache
from typing import Any

import pylibsrtp
from aioice import ice as aioice
from aiortc import RTCDtlsTransport, RTCRtpReceiver

from sessions_app.core.audio import AudioFrame
from sessions_app.transports.rtp_input import PayloadTypes, RtpInput
from sessions_app.transports.rtp_packet import (
    is_media,
    is_rtcp,
    parse,
    read_rtcp,
    receiver_report,
)

logger = logging.getLogger(__name__)

REPORT_S = 1.0
"""Without reports that tell of losses Chromium puts no FEC into its packets."""

COMPONENT = 1
_LARGEST = 1_500


@cache
def available() -> bool:
    """Returns whether the audio can be taken this way; warns once where it cannot."""
    lacking = missing()
    if lacking:
        logger.warning(
            "audio goes through aiortc's own tracks, at several times the cost and without "
            "repair of losses: the installed version lacks %s",
            ", ".join(lacking),
        )
    return not lacking


def missing() -> list[str]:
    """Returns what the installed aiortc and aioice lack of what is leant on; [] for nothing."""
    made = RTCDtlsTransport.__init__.__code__.co_names
    connection = aioice.Connection.__init__.__code__.co_names
    protocol = aioice.StunProtocol.connection_made.__code__.co_names
    wanted = {
        "RTCRtpReceiver.receive": hasattr(RTCRtpReceiver, "receive"),
        "RTCDtlsTransport._rx_srtp": "_rx_srtp" in made,
        "RTCDtlsTransport._tx_srtp": "_tx_srtp" in made,
        "RTCDtlsTransport._handle_rtp_data": hasattr(RTCDtlsTransport, "_handle_rtp_data"),
        "RTCDtlsTransport._handle_rtcp_data": hasattr(RTCDtlsTransport, "_handle_rtcp_data"),
        "aioice.Connection._protocols": "_protocols" in connection,
        "aioice.Connection._nominated": "_nominated" in connection,
        "aioice.StunProtocol.datagram_received": hasattr(aioice.StunProtocol, "datagram_received"),
        "aioice.StunProtocol.transport": "transport" in protocol,
    }
    return [name for name, there in wanted.items() if not there]


class RtpTap:
    """One peer connection's incoming audio. `hear` gets frames, `on_media` the time of each
    packet (monotonic s), `on_end` is told once when the client ends its stream.

    Lives on one event loop, from before the answer until `close`.
    """

    def __init__(
        self,
        transceiver: Any,
        types: PayloadTypes,
        *,
        hear: Callable[[AudioFrame], None],
        call_ms: Callable[[], float],
        on_media: Callable[[float], None],
        on_end: Callable[[], None],
    ) -> None:
        self._types = types
        self._on_media = on_media
        self._on_end = on_end
        self.input = RtpInput(types, hear, call_ms)
        self._transceiver = transceiver
        self._timer: asyncio.TimerHandle | None = None
        self._reporting: asyncio.TimerHandle | None = None
        self._tapped: list[Any] = []
        self._dtls: Any = None
        self._closed = False
        self.refused = 0
        """Datagrams that were not what they said: not authentic, replayed, too large."""
        transceiver.receiver.receive = _never_started
        self._attach()

    def _attach(self) -> None:
        """Taps the transport that the audio line has now: bundling may give it another's."""
        dtls = self._transceiver.receiver.transport
        if dtls is self._dtls:
            return
        self._dtls = dtls
        self._connection: Any = dtls.transport._connection
        self._handle_rtp = dtls._handle_rtp_data
        self._handle_rtcp = dtls._handle_rtcp_data
        dtls._handle_rtp_data = self._early
        dtls._handle_rtcp_data = self._rtcp

    def connected(self) -> None:
        """Takes datagrams where aioice gets them, from now on; once the media may flow."""
        self._attach()
        for protocol in self._connection._protocols:
            if protocol not in self._tapped:
                self._tapped.append(protocol)
                protocol.datagram_received = self._datagrams(protocol.datagram_received)
        if self._reporting is None and not self._closed:
            self._report_later()

    def finish(self) -> None:
        """Gives out what still waits behind a gap; no packet will follow."""
        if not self._closed:
            self.input.finish()

    def close(self) -> None:
        """Takes nothing more; may be called twice."""
        self._closed = True
        for timer in (self._timer, self._reporting):
            if timer is not None:
                timer.cancel()
        self.input.close()

    # -- in -------------------------------------------------------------------------------

    def _datagrams(self, original: Callable[[Any, Any], None]) -> Callable[[Any, Any], None]:
        def received(data: Any, address: Any) -> None:
            if self._is_audio(data):
                self._protected(data)
            else:
                original(data, address)

        return received

    def _is_audio(self, data: Any) -> bool:
        return (
            is_media(data)
            and not is_rtcp(data)
            and data[1] & 0x7F in self._types
            and self._dtls._rx_srtp is not None
        )

    def _protected(self, data: bytes) -> None:
        if self._closed:
            return
        if len(data) > _LARGEST:
            self.refused += 1
            return
        try:
            plain = self._dtls._rx_srtp.unprotect(data)
        except pylibsrtp.Error:
            self.refused += 1
            return
        self._plain(plain)

    async def _early(self, data: bytes, arrival_time_ms: int) -> None:
        """Takes audio that came before datagrams were; the rest is aiortc's."""
        if len(data) > 1 and data[1] & 0x7F in self._types:
            self._plain(data)
        else:
            await self._handle_rtp(data, arrival_time_ms=arrival_time_ms)

    def _plain(self, data: bytes) -> None:
        if self._closed:
            return
        try:
            packet = parse(data)
        except ValueError:
            self.refused += 1
            return
        now_s = time.monotonic()
        self._on_media(now_s)
        self.input.take(packet, 1000 * now_s)
        self._look_later()

    def _look_later(self) -> None:
        due_ms = self.input.due_ms
        if due_ms is not None and self._timer is None and not self._closed:
            wait_s = max(0.0, due_ms / 1000 - time.monotonic())
            self._timer = asyncio.get_running_loop().call_later(wait_s, self._look)

    def _look(self) -> None:
        self._timer = None
        self.input.tick(1000 * time.monotonic())
        self._look_later()

    # -- reports --------------------------------------------------------------------------

    async def _rtcp(self, data: bytes) -> None:
        told = read_rtcp(data)
        now_ms = 1000 * time.monotonic()
        for ssrc, ntp_middle in told.reports.items():
            self.input.sender_reported(ssrc, ntp_middle, now_ms)
        await self._handle_rtcp(data)
        if self.input.ssrc in told.ended and not self._closed:
            self._on_end()

    def _report_later(self) -> None:
        loop = asyncio.get_running_loop()
        self._reporting = loop.call_later(REPORT_S, self._report)

    def _report(self) -> None:
        heard = self.input.report(1000 * time.monotonic())
        pair = self._connection._nominated.get(COMPONENT)
        if heard is not None and pair is not None:
            try:
                data = self._dtls._tx_srtp.protect_rtcp(
                    receiver_report(int(self._transceiver.sender._ssrc), heard)
                )
                pair.protocol.transport.sendto(data, pair.remote_addr)
            except (pylibsrtp.Error, OSError, AttributeError):
                logger.debug("a receiver report was not sent")
        self.connected()  # a relay may have been added since
        self._report_later()


async def _never_started(_parameters: Any) -> None:
    """In place of aiortc's receiver: no thread, no task."""
