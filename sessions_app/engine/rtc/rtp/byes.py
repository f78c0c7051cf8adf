"""RTCP BYE on aiortc's own tracks, which libwebrtc before M152 sends with each replaceTrack(null).

Leans on aiortc's internals, as `rtp` does, which takes no BYE for an end either.
"""

from typing import Any

from aiortc.rtp import RtcpByePacket

_HANDLE = "_handle_rtcp_packet"


def outlive_byes(receiver: Any) -> None:
    """Has an RTCRtpReceiver's track go on after a BYE; aiortc would end it for good.

    A source that says BYE is not active any longer (RFC 3550, section 6.6), and may be again. What
    ends a track is its line, or the connection.
    """
    handle = getattr(receiver, _HANDLE)

    async def handled(packet: Any) -> None:
        if not isinstance(packet, RtcpByePacket):
            await handle(packet)

    setattr(receiver, _HANDLE, handled)
