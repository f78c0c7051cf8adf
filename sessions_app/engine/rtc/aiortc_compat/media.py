"""RTP and RTCP below aiortc's senders and receivers, which are then never started.

Datagrams are taken where aioice gets them, and are decrypted and encrypted with the SRTP sessions
that aiortc's DTLS handshake made. DTLS, STUN, data channels and video stay with aiortc. All of it
needs `guard.available()`, except `ignore_byes`.
"""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Protocol

import pylibsrtp
from aiortc.rtcrtpparameters import RTCRtpSendParameters
from aiortc.rtp import RtcpByePacket

from sessions_app.engine.rtc.aiortc_compat import guard
from sessions_app.engine.rtc.aiortc_compat.connectivity import COMPONENT, ice_connection
from sessions_app.engine.rtc.rtp.packet import is_media

READ_BYTES = 4_096
"""The room for one datagram: asyncio makes 256 KiB, which costs more than reading it.

Smaller cuts large DTLS records off; larger costs time for each datagram.
"""

Handler = Callable[..., Awaitable[None]]


class DatagramListener(Protocol):
    """What takes audio as it arrives, still encrypted."""

    numbers: frozenset[int]
    """The second bytes of the RTP packets that are taken: payload type and marker."""

    def on_datagram(self, data: bytes, srtp: pylibsrtp.Session, transport: Any) -> None:
        """Takes one of them; `srtp` decrypts it, and it came through asyncio's `transport`."""
        ...


def ssrc_of(sender: Any) -> int:
    """Returns the SSRC that aiortc's answer names for an RTCRtpSender."""
    return int(sender._ssrc)


def never_receive(receiver: Any) -> None:
    """Keeps an RTCRtpReceiver from starting: no thread, no task, no stereo decoding."""
    receiver.receive = _never_started


async def _never_started(_parameters: Any) -> None:
    """In place of `RTCRtpReceiver.receive`."""


def send_by(sender: Any, start: Callable[[RTCRtpSendParameters], Awaitable[None]]) -> None:
    """Has `start` called in place of an RTCRtpSender's own start.

    That is once the connection is up and the client takes audio on that line.
    """
    sender.send = start


def tap(dtls: Any, rtp: Handler, rtcp: Handler) -> None:
    """Gives a DTLS transport's decrypted RTP and RTCP to these coroutines.

    They are called as `rtp(handler, data, arrival_time_ms=…)` and `rtcp(handler, data)`, where
    `handler` is aiortc's own, for what they leave to it.
    """
    dtls._handle_rtp_data = partial(rtp, dtls._handle_rtp_data)
    dtls._handle_rtcp_data = partial(rtcp, dtls._handle_rtcp_data)


def take_datagrams(dtls: Any, listener: DatagramListener, taken: list[Any]) -> None:
    """Gives the listener its audio from each socket of a transport, but for those in `taken`.

    Adds them there. May be called again: ICE adds sockets later, such as a relay's.
    """
    for protocol in ice_connection(dtls)._protocols:
        if protocol not in taken:
            taken.append(protocol)
            if hasattr(protocol.transport, "max_size"):
                protocol.transport.max_size = READ_BYTES
            protocol.datagram_received = _receiving(protocol, dtls, listener)


def _receiving(protocol: Any, dtls: Any, listener: DatagramListener) -> Callable[[Any, Any], None]:
    original = protocol.datagram_received

    def received(data: Any, address: Any) -> None:
        ours = len(data) > 1 and data[1] in listener.numbers
        if ours and is_media(data) and dtls._rx_srtp:
            listener.on_datagram(data, dtls._rx_srtp, protocol.transport)
        else:
            original(data, address)

    return received


def send(dtls: Any, packet: bytes, *, rtcp: bool) -> bool:
    """Encrypts a packet and sends it over the pair of addresses that ICE has nominated now.

    Returns False where it could not be sent, which is a loss like any on the network. Before the
    connection is up nothing is sent, and it returns True.
    """
    pair = ice_connection(dtls)._nominated.get(COMPONENT)
    srtp = dtls._tx_srtp
    if pair is None or srtp is None:
        return True
    try:
        data = srtp.protect_rtcp(packet) if rtcp else srtp.protect(packet)
        pair.protocol.transport.sendto(data, pair.remote_addr)
    except (pylibsrtp.Error, OSError, AttributeError):
        return False
    return True


def ignore_byes(receiver: Any) -> None:
    """Has an RTCRtpReceiver's track go on after an RTCP BYE, which would end it for good.

    A source that says BYE is not active any longer (RFC 3550, section 6.6), and may be again:
    libwebrtc before M152 says it with each replaceTrack(null). What ends a track is its line, or
    the connection. Without the hook a BYE ends the track.
    """
    if not guard.has("aiortc.RTCRtpReceiver._handle_rtcp_packet"):
        return
    handle = receiver._handle_rtcp_packet

    async def handled(packet: Any) -> None:
        if not isinstance(packet, RtcpByePacket):
            await handle(packet)

    receiver._handle_rtcp_packet = handled
