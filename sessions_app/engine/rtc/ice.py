"""ICE: servers, candidates, and removing what aiortc cannot handle from offers."""

import asyncio
import ipaddress
import re
import socket
from collections.abc import Sequence

from aiortc import (
    RTCConfiguration,
    RTCIceCandidate,
    RTCIceServer,
    RTCIceTransportPolicy,
)
from aiortc.sdp import candidate_from_sdp

from sessions_app.engine.core.commands import Candidate
from sessions_app.engine.core.errors import BadCandidateError
from sessions_app.engine.rtc.turn_credentials import IceServer

_HOST = re.compile(
    r"a=candidate:\S+ (?P<component>\d+) (?P<protocol>\S+) \d+ (?P<address>\S+)"
    r" (?P<port>\d+) typ host"
)
_PUBLIC_PRIORITY = 1_694_498_815
"""That of a server-reflexive candidate of component 1 (RFC 8445, section 5.1.2)."""

RESOLVE_S = 1.0
"""How long an mDNS name (`.local`) may take to resolve before its candidate is ignored.

Lower loses candidates of clients in the same network; higher keeps tasks of others for longer.
"""


def configuration(servers: Sequence[IceServer], *, relay_only: bool = False) -> RTCConfiguration:
    """Returns aiortc's configuration; without servers there are only host candidates."""
    ice_servers = [
        RTCIceServer(
            urls=list(server.urls),
            username=server.username or None,
            credential=server.credential or None,
        )
        for server in servers
    ]
    policy = RTCIceTransportPolicy.RELAY if relay_only else RTCIceTransportPolicy.ALL
    return RTCConfiguration(iceServers=ice_servers, iceTransportPolicy=policy)


def with_public_address(sdp: str, address: str) -> str:
    """Adds a candidate at the public `address` for each host candidate: the server is behind NAT.

    The NAT must forward UDP to the same ports. Candidate lines: RFC 8839, section 5.1.
    """
    out, index = [], 0
    for line in sdp.split("\r\n"):
        out.append(line)
        found = _HOST.match(line)
        if found is None or found["address"] == address or ":" in found["address"]:
            continue
        index += 1
        out.append(
            f"a=candidate:p{index} {found['component']} {found['protocol']} {_PUBLIC_PRIORITY} "
            f"{address} {found['port']} typ srflx raddr {found['address']} rport {found['port']}"
        )
    return "\r\n".join(out)


def clean_offer(sdp: str) -> str:
    """Returns `sdp` without mDNS candidates and `a=end-of-candidates`.

    aiortc would wait for each mDNS name to resolve, and would refuse every candidate after the end
    marker. A client without candidates is found by its own connectivity checks (peer-reflexive).
    """
    lines = sdp.replace("\r\n", "\n").split("\n")
    kept = [line for line in lines if not _is_unwanted(line)]
    return "\r\n".join(kept)


def _is_unwanted(line: str) -> bool:
    if line.startswith("a=end-of-candidates"):
        return True
    return line.startswith("a=candidate:") and ".local " in line


def identity(sdp: str) -> str | None:
    """Returns the identity of an offer's connection; None without fingerprint or user fragment."""
    return next(iter(identities(sdp)), None)


def identities(sdp: str) -> list[str]:
    """Returns an offer's identities: its DTLS fingerprint with each of its ICE user fragments.

    A later offer of the same connection has at least one of them: a line that replaces a stopped
    one has another fragment, but the stopped line keeps its own.
    """
    fingerprint = re.search(r"^a=fingerprint:(\S+ \S+)", sdp, re.MULTILINE)
    if fingerprint is None:
        return []
    fragments = re.findall(r"^a=ice-ufrag:(\S+)", sdp, re.MULTILINE)
    return [f"{fingerprint[1]} {fragment}" for fragment in dict.fromkeys(fragments)]


async def read_candidate(candidate: Candidate) -> RTCIceCandidate | None:
    """Returns `candidate` parsed for aiortc; None for one that must not be passed to it.

    Those are the end marker (empty text), after which aiortc would drop all others, and mDNS names
    that do not resolve in time. Raises BadCandidateError (not retryable) for malformed ones.
    """
    text = candidate.candidate.removeprefix("a=").removeprefix("candidate:").strip()
    if not text:
        return None
    try:
        parsed = candidate_from_sdp(text)
    except (ValueError, AssertionError, IndexError) as error:
        raise BadCandidateError(
            "This ICE candidate cannot be read. Send `candidate` as the browser gives it."
        ) from error
    if candidate.sdp_mid is None and candidate.sdp_m_line_index is None:
        raise BadCandidateError("An ICE candidate needs `sdpMid` or `sdpMLineIndex`.")
    parsed.sdpMid = candidate.sdp_mid
    parsed.sdpMLineIndex = candidate.sdp_m_line_index
    if parsed.ip.endswith(".local"):
        return await _resolved(parsed)
    try:
        ipaddress.ip_address(parsed.ip)
    except ValueError as error:
        raise BadCandidateError("An ICE candidate's address must be an IP address.") from error
    return parsed


async def _resolved(candidate: RTCIceCandidate) -> RTCIceCandidate | None:
    """Returns `candidate` with its mDNS name replaced by an address, or None."""
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout(RESOLVE_S):
            found = await loop.getaddrinfo(candidate.ip, None, family=socket.AF_INET)
    except (OSError, TimeoutError):
        return None
    candidate.ip = str(found[0][4][0])
    return candidate
