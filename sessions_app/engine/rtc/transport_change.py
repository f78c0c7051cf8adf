"""Follows a client that moves to another transport with a later offer.

The transport of a BUNDLE is that of its first line, the tagged one (RFC 9143, section 7). If that
line is stopped, browsers use another transport for the others: other ports and another DTLS
handshake, with the connection's ICE credentials. aiortc cannot do that within one peer connection.
So a second one takes over, with the first one's credentials and certificate: its answer is what the
client expects, only with other candidates.
"""

import re
from dataclasses import dataclass
from typing import Any

from aiortc import RTCDataChannel

from sessions_app.engine.core.commands import Candidate
from sessions_app.engine.rtc.aiortc_compat import connectivity, negotiation
from sessions_app.engine.rtc.sdp.lines import bundled, mid_of, sections, with_shared_attributes
from sessions_app.engine.rtc.sdp.rejected_lines import without_rejected

_ADDRESS = re.compile(r"candidate:\S+ \d+ udp \d+ (\S+ \d+) typ ", re.IGNORECASE)
"""UDP only: TCP candidates all have port 9, which identifies nothing (RFC 6544, section 4.5)."""


class TransportTracker:
    """Tracks which line owns a client's transport, and the transport's addresses."""

    def __init__(self) -> None:
        self._tag = ""
        self._live: set[str] = set()
        self._addresses: set[str] = set()

    def note_offer(self, sdp: str) -> None:
        """Takes an offer that is answered on this transport."""
        live = _live(sdp)
        self._live = set(live)
        self._tag = next(iter(bundled(sdp)), self._tag)
        self._addresses.update(_ADDRESS.findall(live.get(self._tag, "")))

    @property
    def has_lines(self) -> bool:
        """Whether the newest offer has a line that is not rejected."""
        return bool(self._live)

    def note_candidate(self, candidate: Candidate) -> None:
        """Takes a trickled candidate, unless it is of another line's unused transport."""
        if candidate.sdp_mid in (None, self._tag):
            self._addresses.update(_ADDRESS.findall(candidate.candidate))

    def moves(self, sdp: str) -> bool:
        """Returns whether the client moves to another transport with this offer.

        A client that keeps its transport although the line has ended offers the same addresses.
        """
        live = _live(sdp)
        tag = next(iter(bundled(sdp)), "")
        stays = self._tag in live and tag in self._live
        if not self._tag or stays or tag not in live:
            return False
        return self._addresses.isdisjoint(_ADDRESS.findall(live[tag]))


def _live(sdp: str) -> dict[str, str]:
    """Returns the offer's lines that are not rejected, by their mids."""
    offered, _ = without_rejected(with_shared_attributes(sdp))
    return {mid_of(one): one for one in sections(offered)[1:]}


@dataclass(frozen=True, slots=True)
class ConnectionIdentity:
    """What a client recognises the server's side of a connection by."""

    certificates: list[Any]
    ice_user: str
    ice_password: str
    channel: tuple[str, int] | None
    """Label and stream id of the data channel, which stays open and is not negotiated again."""


def transports(connection: Any) -> set[Any]:
    """Returns the DTLS transports of an RTCPeerConnection's lines."""
    found = {line.receiver.transport for line in connection.getTransceivers()}
    return found | ({connection.sctp.transport} if connection.sctp is not None else set())


def transport_of(connection: Any, line: Any = None) -> Any:
    """Returns the DTLS transport of a line, or of any line if it is None; None without one."""
    if line is not None:
        return line.receiver.transport
    return next(iter(transports(connection)), None)


def identity_of(connection: Any, channel: RTCDataChannel | None) -> ConnectionIdentity:
    """Returns the identity of an RTCPeerConnection that has this data channel."""
    ice = transport_of(connection).transport.iceGatherer.getLocalParameters()
    channel_id = None
    if channel is not None and channel.readyState == "open" and channel.id is not None:
        channel_id = (channel.label, channel.id)
    return ConnectionIdentity(
        negotiation.certificates(connection), ice.usernameFragment, ice.password, channel_id
    )


def take_identity(connection: Any, identity: ConnectionIdentity) -> RTCDataChannel | None:
    """Gives an RTCPeerConnection the ICE credentials of an earlier one, after its remote offer.

    Returns the data channel that continues; None if there was none.
    """
    for dtls in transports(connection):
        connectivity.use_credentials(dtls, identity.ice_user, identity.ice_password)
    if identity.channel is None or connection.sctp is None:
        return None
    label, stream_id = identity.channel
    channel: RTCDataChannel = connection.createDataChannel(label, negotiated=True, id=stream_id)
    return channel
