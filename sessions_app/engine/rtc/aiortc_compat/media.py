"""RTP and RTCP below aiortc's senders and receivers, which are then never started.

Datagrams are intercepted where aioice receives them, and are decrypted and encrypted with the SRTP
sessions of aiortc's DTLS handshake. DTLS, STUN, data channels and video stay with aiortc.
Everything here needs `guard.available()`, except `ignore_byes`.
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
"""The buffer for one datagram. asyncio allocates 256 KiB, which costs more than reading it.

Lower truncates large DTLS records; higher costs time for each datagram.
"""

Handler = Callable[..., Awaitable[None]]


class DatagramListener(Protocol):
    """Receives encrypted audio packets as they arrive."""

    numbers: frozenset[int]
    """The second bytes (marker and payload type) of the RTP packets that it wants."""

    def on_datagram(self, data: bytes, srtp: pylibsrtp.Session, transport: Any) -> None:
        """Handles an SRTP packet that asyncio's `transport` received; `srtp` can decrypt it."""
        ...


def ssrc_of(sender: Any) -> int:
    """Returns the SSRC that aiortc's answer announces for an RTCRtpSender."""
    return int(sender._ssrc)


def disable_receiver(receiver: Any) -> None:
    """Keeps an RTCRtpReceiver from starting its thread, its task and its stereo decoder."""
    receiver.receive = _never_started


async def _never_started(_parameters: Any) -> None:
    """In place of `RTCRtpReceiver.receive`."""


def replace_sender_start(
    sender: Any, start: Callable[[RTCRtpSendParameters], Awaitable[None]]
) -> None:
    """Makes aiortc call `start` instead of starting an RTCRtpSender.

    It does so once the connection is up and the client receives audio on that line.
    """
    sender.send = start


def tap(dtls: Any, rtp: Handler, rtcp: Handler) -> None:
    """Passes a DTLS transport's decrypted RTP and RTCP to these coroutines.

    They are called as `rtp(handler, data, arrival_time_ms=…)` and `rtcp(handler, data)`. `handler`
    is aiortc's own handler, to be called for packets that they leave to aiortc.
    """
    dtls._handle_rtp_data = partial(rtp, dtls._handle_rtp_data)
    dtls._handle_rtcp_data = partial(rtcp, dtls._handle_rtcp_data)


def take_datagrams(dtls: Any, listener: DatagramListener, taken: list[Any]) -> None:
    """Passes the listener its audio packets from every socket of a transport.

    `taken` holds the sockets that were intercepted before; new ones are added. To be called again
    later, as ICE adds sockets, such as a TURN relay's.
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
    """Encrypts a packet and sends it over the candidate pair that ICE has nominated.

    Returns False if it could not be sent, which counts as an ordinary packet loss. Before the
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
    """Keeps an RTCRtpReceiver's track alive after an RTCP BYE, which would end it for good.

    A source that sends BYE is no longer active (RFC 3550, section 6.6), but may become so again:
    libwebrtc before M152 sends one for each replaceTrack(null). The media line or the connection
    ends the track instead. If the installed version lacks the method, a BYE ends it.
    """
    if not guard.has("aiortc.RTCRtpReceiver._handle_rtcp_packet"):
        return
    handle = receiver._handle_rtcp_packet

    async def handled(packet: Any) -> None:
        if not isinstance(packet, RtcpByePacket):
            await handle(packet)

    receiver._handle_rtcp_packet = handled
