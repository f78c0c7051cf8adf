"""A client's connection that goes on over another transport, which only the client knows of.

The transport of a BUNDLE is that of its first line, the one with the tag (RFC 9143, section 7).
Where that line is stopped, browsers give the others a transport of their own: other ports and a
DTLS handshake anew, under the ICE credentials that the connection had. aiortc has no way to follow
within one peer connection. So another one stands in for it, under our own same credentials and
certificate: the answer is the one that the client expects, with other candidates.
"""

import re
from dataclasses import dataclass
from typing import Any

from aiortc import RTCDataChannel

from sessions_app.engine.core.commands import Candidate
from sessions_app.engine.rtc.aiortc_compat import connectivity, negotiation
from sessions_app.engine.rtc.sdp.lines import bundled, mid_of, sections, spread
from sessions_app.engine.rtc.sdp.rejected_lines import without_rejected

_ADDRESS = re.compile(r"candidate:\S+ \d+ udp \d+ (\S+ \d+) typ ", re.IGNORECASE)
"""Of TCP candidates many have the same port, which stands for none (RFC 6544, section 4.5)."""


class Whereabouts:
    """On which line a client's transport is, by its offers, and at which addresses it may be."""

    def __init__(self) -> None:
        self._tag = ""
        self._live: set[str] = set()
        self._addresses: set[str] = set()

    def see(self, sdp: str) -> None:
        """Notes an offer that is answered here."""
        live = _live(sdp)
        self._live = set(live)
        self._tag = next(iter(bundled(sdp)), self._tag)
        self._addresses.update(_ADDRESS.findall(live.get(self._tag, "")))

    @property
    def somewhere(self) -> bool:
        """Whether the newest offer had a line at all."""
        return bool(self._live)

    def see_candidate(self, candidate: Candidate) -> None:
        """Notes the address of one that came alone; other lines' transports were never used."""
        if candidate.sdp_mid in (None, self._tag):
            self._addresses.update(_ADDRESS.findall(candidate.candidate))

    def left(self, sdp: str) -> bool:
        """Returns whether by this offer the client goes on over another transport.

        A client that keeps the one it had although its line is gone offers its addresses again.
        """
        live = _live(sdp)
        tag = next(iter(bundled(sdp)), "")
        stays = self._tag in live and tag in self._live
        if not self._tag or stays or tag not in live:
            return False
        return self._addresses.isdisjoint(_ADDRESS.findall(live[tag]))


def _live(sdp: str) -> dict[str, str]:
    """Returns the offer's lines that are not rejected, by their mids."""
    offered, _ = without_rejected(spread(sdp))
    return {mid_of(one): one for one in sections(offered)[1:]}


@dataclass(frozen=True, slots=True)
class Known:
    """What a client knows of our side of a connection."""

    certificates: list[Any]
    user: str
    password: str
    channel: tuple[str, int] | None
    """The label and the stream of its data channel: it stays open, and is not opened anew."""


def transports(connection: Any) -> set[Any]:
    """Returns the DTLS transports of an RTCPeerConnection's lines."""
    found = {line.receiver.transport for line in connection.getTransceivers()}
    return found | ({connection.sctp.transport} if connection.sctp is not None else set())


def way(connection: Any, liked: Any = None) -> Any:
    """Returns the DTLS transport of the liked line, or of whichever there is; None for none."""
    if liked is not None:
        return liked.receiver.transport
    return next(iter(transports(connection)), None)


def known(connection: Any, channel: RTCDataChannel | None) -> Known:
    """Returns what the client of this RTCPeerConnection knows of it."""
    own = way(connection).transport.iceGatherer.getLocalParameters()
    kept = None
    if channel is not None and channel.readyState == "open" and channel.id is not None:
        kept = (channel.label, channel.id)
    return Known(negotiation.certificates(connection), own.usernameFragment, own.password, kept)


def name(connection: Any, before: Known) -> RTCDataChannel | None:
    """Gives its transports the credentials that the client knows, once it has the offer.

    Returns the data channel, if there was one.
    """
    for dtls in transports(connection):
        connectivity.use_credentials(dtls, before.user, before.password)
    if before.channel is None or connection.sctp is None:
        return None
    label, number = before.channel
    made: RTCDataChannel = connection.createDataChannel(label, negotiated=True, id=number)
    return made
